"""A clock that jumps, forwards or back, holds up no work, lengthens no session, and turns no entry around."""

from datetime import timedelta
from pathlib import Path

from sqlmodel import select

from app.schedule import Scheduled, Timetable
from core.access.sessions import actor_for_session
from core.access.tables import SignInSession
from core.jobs.outbox.service import Outcome, enqueue_message, settle_message, take_message
from core.jobs.outbox.tables import Channel
from core.jobs.service import enqueue, take
from core.jobs.tables import Job
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.store import Store
from tests.backup.conftest import a_place, put
from tests.builders import NOON, a_person

YEAR, HOUR, SOON = timedelta(days=365), timedelta(hours=1), timedelta(minutes=1)


def test_a_lease_that_was_given_by_a_clock_ahead_runs_out_when_the_clock_is_right(sqlite_store: Store) -> None:
    with sqlite_store.transaction() as tx:
        enqueue(tx, "export", "X0001", at=NOON)

    lost = take(sqlite_store, at=NOON + YEAR)  # and its worker dies

    assert lost is not None
    taken = take(sqlite_store, at=NOON + SOON)
    assert taken is not None
    assert taken.attempt == 2
    assert take(sqlite_store, at=NOON + SOON) is None  # the lease of this moment holds


def test_a_lease_of_a_machine_whose_clock_is_somewhat_ahead_is_left_to_it(sqlite_store: Store) -> None:
    with sqlite_store.transaction() as tx:
        enqueue(tx, "export", "X0001", at=NOON)
    take(sqlite_store, at=NOON + HOUR / 2)

    assert take(sqlite_store, at=NOON) is None


def test_a_message_that_waits_for_a_clock_ahead_is_sent_when_the_clock_is_right(sqlite_store: Store) -> None:
    with sqlite_store.transaction() as tx:
        enqueue_message(tx, Channel.WEBHOOK, "W0001", "version.approved", "{}", at=NOON + YEAR)
    message = take_message(sqlite_store, at=NOON + YEAR)
    assert message is not None
    settle_message(sqlite_store, message, Outcome(False, "503", 5), at=NOON + YEAR)

    again = take_message(sqlite_store, at=NOON)

    assert again is not None
    assert (again.number, again.attempt) == (message.number, 2)


def test_the_schedule_is_looked_at_again_after_the_clock_was_set_back(
    sqlite_store: Store, tmp_path: Path, installation: Path
) -> None:
    place = a_place(tmp_path / "var", sqlite_store, installation / "keys")
    timetable = Timetable((Scheduled("watch", lambda _place, at: [f"{at:%Y-%m-%d}"]),))

    for at in (NOON + YEAR, NOON, NOON + SOON / 3):
        timetable.queue_due(place, at=at)

    with sqlite_store.reading() as session:
        slots = session.exec(select(Job.slot).order_by(Job.slot)).all()
    assert slots == [f"{NOON:%Y-%m-%d}", f"{NOON + YEAR:%Y-%m-%d}"]


def test_a_session_outlasts_no_jump_of_the_clock(sqlite_store: Store) -> None:
    person = a_person(sqlite_store)

    def opened(number: str, at: timedelta) -> None:
        with sqlite_store.transaction() as tx:
            since = NOON + at
            tx.session.add(SignInSession(id=number, person=person.id, opened_at=since, expires_at=since + 8 * HOUR))

    opened("of the future", YEAR)
    opened("of today", timedelta())

    def known(number: str, at: timedelta) -> bool:
        return actor_for_session(sqlite_store, session_id=number, person=person.id, at=NOON + at) is not None

    assert known("of the future", YEAR + SOON)
    assert not known("of the future", SOON)  # it would have lasted a year
    assert known("of today", SOON)
    assert not known("of today", YEAR)


def test_entries_stay_in_order_and_verify_whatever_the_clock_does(
    store: Store, tmp_path: Path, installation: Path
) -> None:
    place = a_place(tmp_path / "var", store, installation / "keys")
    for jump in (timedelta(), YEAR, -YEAR, SOON, 2 * YEAR):
        put(place, at=NOON + jump)

    with store.reading() as session:
        times = session.exec(select(LogEntry.at).order_by(LogEntry.idx)).all()  # type: ignore[arg-type]
        assert verify_store(session, place.ledger.vkey).passed
    assert times == sorted(times)
