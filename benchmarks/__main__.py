"""Runs every benchmark one after another and prints its tables as Markdown.

Run: python -m benchmarks [--quick] [--only NAME …] [--write], where --write puts the tables into docs/benchmarks.md.
With --store URL, which may be given for each database, the inventory is measured in stores that were filled before.
"""

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"


class Benchmark(NamedTuple):
    """A module of this folder, and what it is given for small sizes."""

    name: str
    title: str
    quick: tuple[str, ...] = ()


BENCHMARKS = (
    Benchmark("fairness", "Fairness", ("--rows", "10000", "100000")),
    Benchmark("performance", "Performance", ("--rows", "10000")),
    Benchmark("quality", "Data quality", ("--rows", "10000")),
    Benchmark("drift", "Drift", ("--rows", "10000", "--trials", "20")),
    Benchmark("intake", "Evidence coming in", ("--megabytes", "100")),
    Benchmark("checking", "Checks on production data", ("--rows", "50000")),
    Benchmark("controls", "Controls on streams", ("--rows", "10000")),
    Benchmark("events", "Events", ("--rows", "10000", "--each", "8")),
    Benchmark("production", "Production data", ("--rows", "10000")),
    Benchmark("ledger", "Ledger", ("1000", "10000")),
    Benchmark("inventory", "Inventory", ("--models", "200", "--versions", "2000", "--entries", "9999", "--tall", "9")),
    Benchmark("dossier", "Dossier", ("--times", "3")),
    Benchmark("exports", "Exports", ("--versions", "5", "--entries", "1000", "--times", "1")),
    Benchmark("simulation", "Simulation of a draft policy", ("--models", "200")),
    Benchmark("compliance", "Routine compliance checks", ("--models", "200")),
    Benchmark("permissions", "Permission monitor", ("--people", "1000", "--events", "6000")),
    Benchmark("importing", "Import of a table", ("--rows", "400")),
    Benchmark("load", "Load", ("--people", "20", "--pipelines", "10", "--seconds", "20", "--no-peer")),
    Benchmark("personal_data", "Personal data"),  # a fixed hold-out, half a minute
)


class NoPlace(Exception):
    """The page has no pair of marks for these tables."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The page has no line {begin(name)!r} with a line {end(name)!r} after it.")


def main() -> int:
    """Run what is asked for; the exit code of the first benchmark that fails, otherwise 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, for a first look")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in BENCHMARKS], help="leave the others out")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    parser.add_argument("--store", action="append", default=[], help="a filled store, for the inventory")
    args = parser.parse_args()
    if args.quick and args.write:
        parser.error("--quick shows that the benchmarks run; its figures do not go into the documentation")
    chosen = [one for one in BENCHMARKS if not args.only or one.name in args.only]
    for one in chosen:
        ran_on = machine()
        print(f"## {one.title}\n\n{ran_on}\n", flush=True)
        code, tables = run(one, quick=args.quick, stores=args.store)
        if code:
            return code
        if args.write:
            text = filled(PAGE.read_text(encoding="utf-8"), {one.name: f"{ran_on}\n\n{tables.strip()}"})
            PAGE.write_text(text, encoding="utf-8")
        print(flush=True)
    return 0


def run(one: Benchmark, *, quick: bool, stores: Sequence[str] = ()) -> tuple[int, str]:
    """Exit code and output of one benchmark, in a process of its own so that none warms or fills another's memory."""
    command = [sys.executable, "-m", f"benchmarks.{one.name}", *(one.quick if quick else ())]
    command += [word for url in stores if one.name == "inventory" for word in ("--store", url)]
    lines: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            print(line, end="", flush=True)
    return process.returncode, "".join(lines)


def machine() -> str:
    """What it runs on and how busy that is, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%d %B %Y}: {os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory, "
        f"Python {platform.python_version()}, load {load:.1f} at the start."
    )


def filled(page: str, tables: Mapping[str, str]) -> str:
    """The page with the tables between the marks of their names; the rest stays; raises NoPlace."""
    for name, text in tables.items():
        before, first, rest = page.partition(begin(name))
        _, last, after = rest.partition(end(name))
        if not first or not last:
            raise NoPlace(name)
        page = f"{before}{first}\n{text}\n{last}{after}"
    return page


def begin(name: str) -> str:
    """The mark before the tables of a benchmark."""
    return f"<!-- {name}: begin -->"


def end(name: str) -> str:
    """The mark after them."""
    return f"<!-- {name}: end -->"


if __name__ == "__main__":
    sys.exit(main())
