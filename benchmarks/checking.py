"""Measures the checks of a million inferences, and what pages wait for meanwhile: `python -m benchmarks.checking`.

One model, 20 features (ten numbers, ten categories), scores, latencies, a sensitive attribute and labels; a reference
of 50,000 rows. Beside the checks another thread reads the monitoring overview every 20 ms.
"""

import argparse
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.importing import Watch as Holds
from benchmarks.measuring import most_resident, timed
from core.ledger.service import Ledger
from core.monitoring.checks.queries import overview
from core.monitoring.checks.service import perform_monitor
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.policy.rules import Task
from core.store import Store, open_store
from core.store.types import microseconds
from tests.monitoring_checks.conftest import Watch, at_least, at_most, make_watch, monitor, monitors

NUMBERS, CATEGORIES = [f"n{n}" for n in range(10)], [f"c{n}" for n in range(10)]
REFERENCE_ROWS, BATCH = 50_000, 250_000
BECAUSE = '"reference"\ndeviations = 3'
START = datetime(2026, 10, 1, tzinfo=UTC)
SIZES = ("5000 rows", "1 day")


def main() -> None:
    """Hand in, check, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checking", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    print("| chunks | of | figures | checked in | rows / s of processor | store held at most | overview p95 | memory |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(_line(Path(folder), rows, size), flush=True)


def _line(folder: Path, rows: int, size: str) -> str:
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    watch = make_watch(store, Ledger.open(folder / "keys", origin="countersign.bench/ledger"), folder)
    watch.policy(_policy(size))
    watch.declare(MonitoredData(Task.BINARY, "1", features=(*NUMBERS, *CATEGORIES), sensitive=("group",)))
    _hand_in(watch, rows)
    holds, waits = Holds(store), _Reader(store)
    with waits:
        took, ran = timed(
            lambda: perform_monitor(
                store, watch.ledger, watch.files, slot=f"{watch.model} production PB0001", clock=lambda: watch.now
            )
        )
    pace = rows / took.processor
    return (
        f"| {len(ran.chunks)} | {size} | {ran.figures:,} | {took} | {pace:,.0f} | {holds.longest.wall:.2f} s | "
        f"{np.quantile(waits.took, 0.95) * 1000:.0f} ms | {most_resident():.1f} GB |"
    )


def _policy(size: str) -> str:
    return monitors(
        monitor("1", "performance", "roc_auc", size, BECAUSE),
        monitor("2", "estimated performance", "accuracy", size, BECAUSE),
        monitor("3", "error rate", "error_rate", size, at_most(0.5)),
        monitor("4", "fairness", "impact_ratio", size, at_least(0.8)),
        monitor("5", "drift", "jensen_shannon", size, at_most(0.1)),
        monitor("6", "data quality", "missing_share", size, at_most(0.05)),
        monitor("7", "stability", "score_psi", size, at_most(0.25)),
        monitor("8", "latency", "latency_p95", size, at_most(1000)),
    )


def _hand_in(watch: Watch, rows: int) -> None:
    reference = _rows(REFERENCE_ROWS, 0, 1)
    watch.take(BatchKind.REFERENCE, reference.with_columns(_labels(reference)))
    for first in range(0, rows, BATCH):
        part = _rows(min(BATCH, rows - first), first, first + 2)
        watch.take(BatchKind.INFERENCES, part)
        watch.take(BatchKind.LABELS, part.select("id", _labels(part)))


def _rows(count: int, first: int, seed: int) -> pl.DataFrame:
    """A million of them last 42 days."""
    drawn = np.random.default_rng(seed)
    score = np.round(drawn.random(count), 4)
    at = microseconds(START) + np.arange(first, first + count) * (timedelta(days=42) // timedelta(microseconds=10**6))
    return pl.DataFrame(
        {
            "id": [f"r{n}" for n in range(first, first + count)],
            "at": at,
            "prediction": (score >= 0.5).astype(np.int8),
            "score": score,
            "latency_ms": drawn.gamma(4, 20, count),
            "group": drawn.choice(["a", "b", "c"], count),
            **{name: drawn.normal(size=count) for name in NUMBERS},
            **{name: drawn.choice(["p", "q", "r", "s", "t"], count) for name in CATEGORIES},
        }
    )


def _labels(rows: pl.DataFrame) -> pl.Series:
    drawn = np.random.default_rng(len(rows))
    return pl.Series("label", (drawn.random(len(rows)) < rows["score"].to_numpy()).astype(np.int8))


class _Reader:
    """Reads the overview again and again, as somebody who has the page open."""

    def __init__(self, store: Store) -> None:
        self._store, self._stopped, self.took = store, threading.Event(), list[float]()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> "_Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._stopped.wait(0.02):
            began = time.perf_counter()
            with self._store.reading() as session:
                overview(session)
            self.took.append(time.perf_counter() - began)


if __name__ == "__main__":
    main()
