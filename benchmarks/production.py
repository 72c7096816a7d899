"""Measures production data coming in: rows a second by kind, and how long pages wait while a million rows come in.

Run: python -m benchmarks.production [--rows N …]. Seconds of the wall. Parquet is read, and many rows are looked
through for personal data, in processes of their own; the rest is one thread of the server's process, as in service.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import select

from app.composition import Workplace, open_workplace
from app.settings import PREFIX, load
from benchmarks.measuring import most_resident
from core.access.rules import SYSTEM
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.moves import version_by_id
from core.inventory.queries import InventoryFilter, inventory
from core.inventory.tables import ProductionPointer
from core.monitoring.intake.arrivals import arrivals_page, standing
from core.monitoring.intake.filing import Delivery, take_file
from core.monitoring.intake.points import NewPoint, record_metrics
from core.monitoring.intake.reading import Span, read_span
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.taking import Received
from core.seeding import Sizes, seed
from core.store.types import instant, microseconds

START = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 1, tzinfo=UTC)
APART = 700  # microseconds between two inferences
PAUSE = 0.02  # seconds between two looks of a reader


def inferences(count: int, first: int = 0) -> pa.Table:
    """As a service makes them: an id of 32 digits, a score, and eight features of which two are categories."""
    rows, random = np.arange(first, first + count), np.random.default_rng(first)
    features = {f"amount_{place}": random.normal(size=count) for place in range(5)}
    words = np.array(["north", "south", "east", "west"])
    return pa.table(
        {
            "id": [f"{number:032x}" for number in rows.tolist()],
            "at": microseconds(START) + rows * APART,
            "prediction": random.integers(0, 2, count),
            "score": random.random(count),
            "latency_ms": random.random(count) * 100,
            "age": random.integers(18, 90, count),
            "region": words[random.integers(0, 4, count)],
            "channel": words[random.integers(0, 4, count)],
            **features,
        }
    )


def labels(table: pa.Table) -> pa.Table:
    """What came of them."""
    return pa.table({"id": table.column("id"), "label": table.column("prediction")})


def a_workplace(folder: Path) -> Workplace:
    """A thousand models, so that a page of them is as much work as in service."""
    place = open_workplace(load({f"{PREFIX}DATA_DIR": str(folder)}), installed_at=START - timedelta(days=1500))
    seed(place.store, place.ledger, Sizes(1_000, 3_000, 10_000), number=1, at=START)
    return place


def a_version(place: Workplace) -> tuple[str, str]:
    """A version that is in production, and its model."""
    with place.store.reading() as session:
        pointer = session.exec(select(ProductionPointer)).first()
        assert pointer is not None
        model, version = version_by_id(session, pointer.version_id)
        return model.number, version.version


@dataclass(frozen=True)
class Bench:
    """A version in production, and what its pipeline does."""

    place: Workplace
    folder: Path
    model: str
    version: str

    def take(self, kind: BatchKind, table: pa.Table, name: str) -> tuple[float, Received]:
        """Seconds for a Parquet file, as the API and the drop folder take it in, and what became of it."""
        path = self.folder / f"{name}.parquet"
        pq.write_table(table, path, compression="zstd")
        version = self.version if kind is BatchKind.INFERENCES else None
        delivery = Delivery(path, path.name, self.model, version)
        begin, place = time.perf_counter(), self.place
        done = take_file(place.store, place.ledger, place.files, delivery, kind, actor=SYSTEM, at=AT)
        return time.perf_counter() - begin, done


def by_kind(bench: Bench, rows: int, first: int) -> str:
    """Inferences, the same again, their labels, and a day of them read back with its labels."""
    table = inferences(rows, first)
    came, done = bench.take(BatchKind.INFERENCES, table, f"inferences-{rows}")
    assert done.rows == rows
    again, twice = bench.take(BatchKind.INFERENCES, table, f"again-{rows}")
    assert twice.repeated == rows
    labelled, joined = bench.take(BatchKind.LABELS, labels(table), f"labels-{rows}")
    assert joined.waiting == 0
    read = seconds_of_reading(bench, first, 50_000)
    size = (bench.folder / f"inferences-{rows}.parquet").stat().st_size / 1e6
    told = " | ".join(f"{rows / seconds:,.0f}/s" for seconds in (came, again, labelled))
    return f"| {rows:,} | {size:.0f} MB | {told} | {read:.2f} s |"


def seconds_of_reading(bench: Bench, first: int, count: int) -> float:
    """A chunk of so many inferences with their labels, by time."""
    start = instant(microseconds(START) + first * APART)
    span = Span(bench.model, PRODUCTION, start, start + timedelta(microseconds=APART * count))
    begin = time.perf_counter()
    with bench.place.store.reading() as session:
        found = read_span(session, bench.place.files, span)
    assert 0 < found.num_rows <= count
    return time.perf_counter() - begin


def waits(bench: Bench, busy: Callable[[], None]) -> list[tuple[str, list[float], list[float]]]:
    """Of each thing that people and other pipelines do, its seconds at rest, and while `busy` runs in this process."""
    acts = everyday(bench)
    rest = {name: [timed_once(act) for _ in range(100)] for name, act in acts.items()}
    during: dict[str, list[float]] = {name: [] for name in acts}
    working = threading.Thread(target=busy)
    working.start()
    while working.is_alive():
        for name, act in acts.items():
            during[name].append(timed_once(act))
        time.sleep(PAUSE)
    working.join()
    return [(name, rest[name], during[name]) for name in acts]


def everyday(bench: Bench) -> dict[str, Callable[[], object]]:
    """A page of the inventory, the page of what arrived, and a point of a metric that another pipeline records."""
    place, turn = bench.place, iter(range(1_000_000))

    def listed() -> None:
        with place.store.reading() as session:
            inventory(session, InventoryFilter(), limit=25, offset=0)

    def arrived() -> None:
        with place.store.reading() as session:
            standing(session, bench.model, PRODUCTION)
            arrivals_page(session, bench.model, PRODUCTION, limit=25)

    def recorded() -> None:
        point = NewPoint("queue", 1.0, START + timedelta(seconds=next(turn)), bench.model)
        record_metrics(place.store, place.ledger, [point], actor=SYSTEM, at=AT)

    return {"page of the inventory": listed, "page of what arrived": arrived, "another pipeline's write": recorded}


def timed_once(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def shown(seconds: list[float]) -> str:
    """Median, what all but one in twenty stay below, and the slowest of all."""
    ordered = sorted(seconds)
    parts = (statistics.median(ordered), ordered[int(len(ordered) * 0.95)], ordered[-1])
    return " | ".join(f"{part * 1000:,.1f} ms" for part in parts)


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    sizes = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="countersign-production-") as folder:
        place = a_workplace(Path(folder) / "data")
        bench = Bench(place, Path(folder), *a_version(place))
        print(
            "Parquet of 13 columns, as API and drop folder take it in; 50,000 rows are read back with their labels.\n"
        )
        print("| rows | file | inferences | all again, repeated | their labels, joined | read back |")
        print("|---:|---:|---:|---:|---:|---:|")
        first = 0
        for rows in sizes:
            print(by_kind(bench, rows, first), flush=True)
            first += rows
        took = list[float]()
        table = inferences(sizes[-1], first)
        found = waits(bench, lambda: took.append(bench.take(BatchKind.INFERENCES, table, "while")[0]))
        print(f"\nWhile {sizes[-1]:,} more were taken in by the same process, in {took[0]:,.0f} s:\n")
        print("| what others do | at rest: median | 95 % | longest | meanwhile: median | 95 % | longest |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        for name, rest, during in found:
            print(f"| {name}, {len(during):,} times | {shown(rest)} | {shown(during)} |")
        print(f"\nLargest resident memory of that process: {most_resident():.1f} GB.")
        place.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
