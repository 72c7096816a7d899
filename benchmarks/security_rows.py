"""Runs the tests of every row that security is judged by, and writes the table of results into docs/security.md.

Run: python -m benchmarks.security_rows [--write] [--given FILE …], each FILE kept by `pytest --rows FILE` before.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.__main__ import ROOT, filled, machine
from tests.docs.test_security import marked_tests
from tests.rows import ROWS

PAGE = ROOT / "docs" / "security.md"
Kept = Mapping[str, object]


def main() -> int:
    """0 where every row has a test and all of them passed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.security_rows", description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/security.md")
    parser.add_argument("--given", type=Path, nargs="*", metavar="FILE", help="what pytest --rows kept; no test runs")
    args = parser.parse_args()
    ran_on = machine()
    files = [tested()] if args.given is None else args.given
    kept = [one for file in files for one in json.loads(file.read_text(encoding="utf-8"))]
    lines = list(table(kept))
    print("\n".join(lines))
    if args.write:
        text = filled(PAGE.read_text(encoding="utf-8"), {"security_rows": "\n".join([ran_on, "", *lines])})
        PAGE.write_text(text, encoding="utf-8")
    passed = all(one["outcome"] == "passed" for one in kept)
    return 0 if passed and {str(one["row"]) for one in kept} == set(ROWS) else 1


def tested() -> Path:
    """What the marked tests saw, in a run of their own."""
    out = Path(tempfile.mkdtemp()) / "rows.json"
    command = [sys.executable, "-Im", "pytest", "-q", "-m", "row", "-n", "2", "--dist", "loadfile", "--rows", str(out)]
    subprocess.run(command, cwd=ROOT, check=False)
    return out


def table(kept: Sequence[Kept]) -> Iterator[str]:
    """The lines of the table, a row each, with its tests and what they saw."""
    yield "| row | expected | seen | tests |"
    yield "|---|---|---|---|"
    by_row = defaultdict[str, list[Kept]](list)
    for one in kept:
        by_row[str(one["row"])].append(one)
    marked = marked_tests()
    for row, expected in ROWS.items():
        tests = ", ".join(f"`{name}`" for name in sorted(marked.get(row, ())))
        yield f"| {row} | {expected} | {seen(by_row[row])} | {tests} |"


def seen(kept: Sequence[Kept]) -> str:
    """How many cases passed, in how long, and the figures that they gave."""
    if not kept:
        return "not run this time"
    passed = sum(one["outcome"] == "passed" for one in kept)
    seconds = sum(float(str(one["seconds"])) for one in kept)
    figures = dict.fromkeys(figure for one in kept for figure in one["seen"])  # type: ignore[attr-defined]  # a list
    return "; ".join([f"{passed} of {len(kept)} passed in {seconds:.1f} s", *figures])


if __name__ == "__main__":
    sys.exit(main())
