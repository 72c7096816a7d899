"""Measures the ledger: appending, proving, verifying. Prints a Markdown table: `python benchmarks/ledger.py [ENTRIES]`.

The long log is laid down in a few commits, as nobody waits for a million; the append rates come from commits of one.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.ledger.events import Event
from core.ledger.queries import entries
from core.ledger.receipts import parse_receipt
from core.ledger.service import Entity, Ledger
from core.ledger.verify import verify_store
from core.store import Store, open_store

START = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 20_000
COMMITS = 300
PROOFS = 300


@dataclass(frozen=True)
class Robot:
    """Who acts in this measurement."""

    acting_as: str = "P0001"
    role_words: str = "developer"


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def commit(store: Store, ledger: Ledger, first: int, count: int) -> None:
    with store.transaction() as tx:
        for number in range(first, first + count):
            ledger.record(
                tx,
                Event.VERSION_STAGE_CHANGED,
                entity=Entity("version", f"M{number % 5000:04d} 1.{number % 9}.0"),
                actor=Robot(),
                at=START + timedelta(seconds=number),
                payload={"from": "validated", "to": "in approval"} if number % 10 == 0 else None,
            )


def lay_down(store: Store, ledger: Ledger, size: int) -> float:
    return sum(timed(lambda at=at: commit(store, ledger, at, min(BATCH, size - at))) for at in range(0, size, BATCH))


def prove(store: Store, ledger: Ledger, size: int) -> tuple[float, int]:
    """Median milliseconds of a receipt at scattered entries, and bytes of the last one."""
    spent, text = [], ""
    with store.reading() as session:
        for number in range(PROOFS):
            begin = time.perf_counter()
            text = ledger.receipt(session, number * 7919 % size)
            spent.append(time.perf_counter() - begin)
    assert parse_receipt(text).proof
    return sorted(spent)[PROOFS // 2] * 1e3, len(text.encode())


def search(store: Store) -> float:
    with store.reading() as session:
        return timed(lambda: entries(session, entity_id="M0042", limit=50)) * 1e3


def verify(store: Store, ledger: Ledger) -> float:
    with store.reading() as session:
        begin = time.perf_counter()
        report = verify_store(session, ledger.vkey)
    assert report.passed, report.failures
    return time.perf_counter() - begin


def measure(size: int, folder: Path) -> None:
    store = open_store(f"sqlite:///{folder}/store{size}.db")
    store.upgrade()
    ledger = Ledger.open(folder / "keys", origin="benchmark.test/ledger")
    batched = lay_down(store, ledger, size)
    single = timed(lambda: [commit(store, ledger, size + number, 1) for number in range(COMMITS)])
    proof, receipt_bytes = prove(store, ledger, size)
    cells = [
        f"{size:,}",
        f"{size / batched:,.0f}/s",
        f"{COMMITS / single:,.0f}/s",
        f"{proof:.2f} ms",
        f"{receipt_bytes:,} B",
        f"{search(store):.1f} ms",
        f"{verify(store, ledger):.1f} s",
        f"{Path(str(store.engine.url.database)).stat().st_size / size:,.0f} B",
    ]
    store.close()
    sys.stdout.write("| " + " | ".join(cells) + " |\n")
    sys.stdout.flush()


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    heads = ["entries", "append, 20,000 a commit", "append, one a commit", "receipt", "its size"]
    heads += ["one model's entries", "verify all", "store, an entry"]
    sys.stdout.write("| " + " | ".join(heads) + " |\n|" + "---:|" * len(heads) + "\n")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            measure(size, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"\nPeak memory {peak:,.0f} MB.\n")


if __name__ == "__main__":
    main()
