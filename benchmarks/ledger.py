"""Measures the ledger: appending, proving, verifying. Prints a Markdown table: `python -m benchmarks.ledger [ENTRIES]`.

Times are processor seconds, so that a busy machine does not blur them, except for commits, where waiting for the disk
is the point. A long log is laid down in bulk, with the same rows that recording one by one would give.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from core.ledger.envelope import Envelope
from core.ledger.events import Event
from core.ledger.head import lock_head, save_head
from core.ledger.merkle import leaf_hash
from core.ledger.queries import entries
from core.ledger.quick import verify_entries
from core.ledger.service import Entity, Ledger
from core.ledger.tables import LogEntry, LogTile, table_of
from core.ledger.verify import verify_store
from core.store import Store, Transaction, open_store

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


def envelope(number: int, checkpoint: str) -> Envelope:
    entity = Entity("version", f"M{number % 5000:04d} 1.{number % 9}.0")
    at = START + timedelta(seconds=number)
    return Envelope(f"{number:032x}", at, "P0001", "developer", "version.stage_changed", entity, checkpoint, "")


def record(tx: Transaction, ledger: Ledger, number: int) -> None:
    made = envelope(number, "")
    payload = {"from": "validated", "to": "in approval"} if number % 10 == 0 else None
    event = Event.VERSION_STAGE_CHANGED
    ledger.record(tx, event, entity=made.entity, actor=Robot(), at=made.at, payload=payload, event_id=made.event_id)


def commit(store: Store, ledger: Ledger, first: int, count: int) -> None:
    with store.transaction() as tx:
        for number in range(first, first + count):
            record(tx, ledger, number)


def lay_down(store: Store, ledger: Ledger, size: int) -> float:
    """Seconds for the first 20,000 entries in one commit; the others are laid down in bulk and not timed."""
    first = min(BATCH, size)
    spent = timed(lambda: commit(store, ledger, 0, first))
    for at in range(first, size, BATCH):
        extend(store, ledger, at, min(BATCH, size - at))
    return spent / first


def extend(store: Store, ledger: Ledger, first: int, count: int) -> None:
    with store.transaction() as tx:
        head = lock_head(tx.session)
        rows, tiles = [], []
        for number in range(first, first + count - 1):
            body = envelope(number, head.checkpoint_digest).body()
            rows.append({"idx": number, "body": body.decode(), "leaf": leaf_hash(body)})
            tiles += [vars(tile) for tile in head.pending.append(leaf_hash(body))]
        tx.session.execute(insert(table_of(LogEntry)).inline(), rows)
        tx.session.execute(insert(table_of(LogTile)).inline(), tiles)
        save_head(tx.session, replace(head, last_at=START + timedelta(seconds=first + count - 2)))
        record(tx, ledger, first + count - 1)


def prove(store: Store, ledger: Ledger, size: int) -> tuple[float, int]:
    """Milliseconds of a receipt, the mean over scattered entries, and bytes of the last one."""
    with store.reading() as session:
        ledger.receipt(session, 0)
        begin, text = time.process_time(), ""
        for number in range(PROOFS):
            text = ledger.receipt(session, number * 7919 % size)
        spent = time.process_time() - begin
    return spent / PROOFS * 1e3, len(text.encode())


def search(store: Store) -> float:
    with store.reading() as session:
        entries(session, entity_id="M0041", limit=50)
        begin = time.process_time()
        entries(session, entity_id="M0042", limit=50)
        return (time.process_time() - begin) * 1e3


def verify(store: Store, ledger: Ledger) -> float:
    with store.reading() as session:
        begin = time.process_time()
        report = verify_store(session, ledger.vkey)
    assert report.passed, report.failures
    return time.process_time() - begin


def verify_quickly(store: Store, ledger: Ledger) -> float:
    with store.reading() as session:
        begin = time.process_time()
        report = verify_entries(session, ledger.vkey)
    assert report.passed, report.failures
    return time.process_time() - begin


def prove_cold(store: Store, ledger: Ledger, size: int) -> float:
    """Milliseconds of the first receipt over a new connection, which has nothing of the store in its memory."""
    spent = []
    for number in range(40):
        store.close()
        with store.reading() as session:
            session.connection()
            begin = time.process_time()
            ledger.receipt(session, number * 7919 % size)
            spent.append(time.process_time() - begin)
    return statistics.median(spent) * 1e3


def measure(size: int, folder: Path) -> None:
    store = open_store(f"sqlite:///{folder}/store{size}.db")
    store.upgrade()
    ledger = Ledger.open(folder / "keys", origin="benchmark.test/ledger")
    batched = lay_down(store, ledger, size)
    single = timed(lambda: [commit(store, ledger, size + number, 1) for number in range(COMMITS)])
    proof, receipt_bytes = prove(store, ledger, size)
    cells = [
        f"{size:,}",
        f"{1 / batched:,.0f}/s",
        f"{COMMITS / single:,.0f}/s",
        f"{proof:.2f} ms",
        f"{prove_cold(store, ledger, size):.2f} ms",
        f"{receipt_bytes:,} B",
        f"{search(store):.1f} ms",
        f"{verify_quickly(store, ledger):.1f} s",
        f"{verify(store, ledger):.1f} s",
        f"{Path(str(store.engine.url.database)).stat().st_size / size:,.0f} B",
    ]
    store.close()
    sys.stdout.write("| " + " | ".join(cells) + " |\n")
    sys.stdout.flush()


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    heads = ["entries", "append, 20,000 a commit", "append, one a commit", "receipt", "cold", "its size"]
    heads += ["one model's entries", "verify entries", "verify all", "store, an entry"]
    sys.stdout.write("| " + " | ".join(heads) + " |\n|" + "---:|" * len(heads) + "\n")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            measure(size, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"\nPeak memory {peak:,.0f} MB.\n")


if __name__ == "__main__":
    main()
