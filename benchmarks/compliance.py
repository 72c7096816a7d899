"""Measures the routine compliance checks on a generated organisation: `python -m benchmarks.compliance [--models N]`.

The organisation is that of the inventory's benchmark, with the results of the policy's: every model has a version in
production and a newer one, each with a finished validation as wide as a real one, and one in ten an open change.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.simulation import START, seed
from core.access.rules import SYSTEM
from core.compliance.service import Ran, run_checks
from core.compliance.vocabulary import Source
from core.ledger.service import Ledger
from core.store import open_store

AT = START + timedelta(days=10)


def main() -> None:
    """Seed, run twice, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, nargs="+", default=[10_000])
    parser.add_argument("--database", help="an empty PostgreSQL by URL; default: SQLite in a temporary folder")
    args = parser.parse_args()
    for models in args.models:
        with tempfile.TemporaryDirectory(prefix="countersign-compliance-") as folder:
            measure(models, Path(folder), args.database)


def measure(models: int, folder: Path, database: str | None) -> None:
    """The first run, which opens everything, and the second, which opens nothing."""
    store = open_store(database or f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    ledger = Ledger.open(folder / "keys", origin="countersign.test/ledger")
    seed(store, ledger, models)
    began = time.perf_counter()

    def clock() -> datetime:
        return AT + timedelta(seconds=time.perf_counter() - began)

    def run() -> tuple[Ran, float]:
        started = time.perf_counter()
        return run_checks(
            store, ledger, source=Source.SCHEDULE, actor=SYSTEM, clock=clock
        ), time.perf_counter() - started

    (first, slow), (second, fast) = run(), run()
    print(f"| check on {models:,} models | examined | deviations | first run | next run |")
    print("|---|---:|---:|---:|---:|")
    for one, again in zip(first.checks, second.checks, strict=True):
        found = f"{one.examined:,} | {len(one.deviations):,}"
        print(f"| {one.key} | {found} | {one.milliseconds / 1000:.2f} s | {again.milliseconds / 1000:.2f} s |")
    print(f"| all, stored with {first.opened:,} deviations opened | | | {slow:.2f} s | {fast:.2f} s |", flush=True)
    assert second.opened == 0
    assert AT.tzinfo is UTC
    store.close()


if __name__ == "__main__":
    main()
