"""Writers at the same time, and writers that die: the log neither forks nor loses what was acknowledged."""

import subprocess
import sys
import textwrap
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from ledger_builders import ACTOR, NOON, put
from sqlmodel import select

from core.ledger.events import Event
from core.ledger.keys import load_signer
from core.ledger.receipts import parse_receipt, verify_receipt
from core.ledger.service import Entity, Ledger
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.store import Store, open_store

WRITERS, EACH = 8, 300
ROUNDS = 3


@pytest.mark.row("8 writers x 300 ledger entries, both databases")
def test_eight_writers_do_not_fork_the_log(store: Store, ledger: Ledger) -> None:
    errors: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for number in range(EACH):
                put(store, ledger, entity=Entity("model", f"M{writer}-{number}"))
        except BaseException as error:  # noqa: BLE001  handed to the test
            errors.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    with store.reading() as session:
        report = verify_store(session, ledger.vkey)
    assert report.passed, report.failures
    assert report.size == WRITERS * EACH


def test_verification_holds_while_others_write(store: Store, ledger: Ledger) -> None:
    put(store, ledger)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            put(store, ledger)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(5):
            with store.reading() as session:
                report = verify_store(session, ledger.vkey)
            assert report.passed, report.failures
    finally:
        stop.set()
        thread.join()


WRITER = textwrap.dedent(
    """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from ledger_builders import put
    from core.ledger.service import Ledger
    from core.store import open_store

    store, ledger = open_store(sys.argv[1]), Ledger.open(Path(sys.argv[2]), origin="countersign.test/ledger")
    for number in range(10_000):
        event = f"{sys.argv[3]}-{number}"
        index = put(store, ledger, event_id=event)
        with store.reading() as session:
            receipt = ledger.receipt(session, index)
        sys.stdout.write(f"{event} {index} {len(receipt)}\\n{receipt}")
        sys.stdout.flush()
    """
)


@pytest.mark.row("kill -9 x 40; crash points x 2 databases")
def test_a_writer_killed_at_any_point_loses_nothing_that_it_acknowledged(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    acknowledged: dict[str, tuple[int, str]] = {}
    for round_ in range(ROUNDS):
        acknowledged |= killed_after(12 + 7 * round_, [url, str(tmp_path / "keys"), f"round{round_}"])

    with store.reading() as session:
        report = verify_store(session, ledger.vkey)
        rows = session.exec(select(LogEntry).order_by(LogEntry.idx)).all()  # type: ignore[arg-type]
        stored = {row.event_id: (row.idx, row.body) for row in rows}
    assert report.passed, report.failures
    assert len(acknowledged) >= 12 + 19 + 26
    for event, (index, receipt) in acknowledged.items():
        assert stored[event][0] == index
        verify_receipt(
            parse_receipt(receipt), stored[event][1].encode(), load_signer(tmp_path / "keys" / "ledger.key").verifier
        )


def killed_after(count: int, arguments: list[str]) -> dict[str, tuple[int, str]]:
    """Start a writer, kill it in the middle of its work, and return what it had acknowledged until then."""
    here = Path(__file__).parent
    environment = {"PYTHONPATH": f"{here}:{here.parent.parent}", "PATH": ""}
    process = subprocess.Popen([sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    found: dict[str, tuple[int, str]] = {}
    while True:
        head = process.stdout.readline().decode().split()
        if len(head) != 3:
            break
        receipt = process.stdout.read(int(head[2].encode()) + 2).decode()  # the em dash takes two bytes more
        if len(receipt) != int(head[2]):
            break
        found[head[0]] = (int(head[1]), receipt)
        if len(found) == count:
            process.kill()
    process.wait()
    process.stdout.close()
    return found


def test_an_entry_recorded_between_two_savepoints_of_two_writers_is_in_order(store: Store, ledger: Ledger) -> None:
    other = open_store(store.engine.url.render_as_string(hide_password=False))
    put(store, ledger, at=NOON)
    with store.transaction() as tx:
        first = ledger.record(tx, Event.VOTE_CAST, entity=Entity("c", "1"), actor=ACTOR, at=NOON + timedelta(hours=2))

    late = put(other, ledger, at=NOON + timedelta(hours=1))
    other.close()

    assert (first.index, late) == (1, 2)
    with store.reading() as session:
        assert verify_store(session, ledger.vkey).passed
