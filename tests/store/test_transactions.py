"""A transaction commits whole or not at all, a reading never, and the store keeps what SQLite would forget."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import func, select

from core.access.rules import Role
from core.access.tables import Person, RoleGrant
from core.jobs.tables import Job, JobStatus
from core.store import Store, Transaction, open_store
from core.store.numbers import next_number
from core.store.types import instant, microseconds
from tests.builders import NOON

TOKYO = timezone(timedelta(hours=9))


def a_job(slot: str, at: datetime = NOON) -> Job:
    return Job(kind="validation", slot=slot, queued_at=at)


def jobs(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.exec(select(Job.slot).order_by(Job.slot)).all())


class Broken(Exception):
    """What a use case may run into."""


def test_a_transaction_that_ends_is_there_for_others(store: Store) -> None:
    with store.transaction() as tx:
        tx.session.add(a_job("R0001"))

    assert jobs(store) == ["R0001"]


def test_an_error_undoes_everything_even_what_was_flushed(store: Store) -> None:
    def break_off() -> None:
        with store.transaction() as tx:
            tx.session.add(a_job("R0001"))
            tx.session.flush()
            next_number(tx.session, "M")
            raise Broken

    with pytest.raises(Broken):
        break_off()

    assert jobs(store) == []
    with store.transaction() as tx:
        assert next_number(tx.session, "M") == "M0001"


def test_an_error_in_the_last_step_undoes_everything(store: Store) -> None:
    def fail() -> None:
        raise Broken

    def change(tx: Transaction) -> None:
        tx.session.add(a_job("R0001"))
        tx.before_commit(fail)

    with pytest.raises(Broken), store.transaction() as tx:
        change(tx)

    assert jobs(store) == []


def test_the_last_steps_run_once_in_the_order_given_and_in_the_transaction(store: Store) -> None:
    with store.transaction() as tx:
        tx.before_commit(lambda: tx.session.add(a_job("first")))
        tx.before_commit(lambda: tx.session.add(a_job(f"after {len(list(tx.session.new))}")))

    assert jobs(store) == ["after 1", "first"]


def test_a_row_that_breaks_a_constraint_takes_the_others_with_it(store: Store) -> None:
    def add_twice() -> None:
        with store.transaction() as tx:
            tx.session.add(a_job("R0001"))
            tx.session.flush()
            tx.session.add(a_job("R0001"))

    with pytest.raises(IntegrityError):
        add_twice()

    assert jobs(store) == []


def test_a_reading_never_commits(store: Store) -> None:
    with store.reading() as session:
        session.add(a_job("R0001"))
        session.flush()
        session.execute(text("SELECT 1"))

    assert jobs(store) == []


def test_rows_stay_readable_after_a_reading(store: Store) -> None:
    with store.transaction() as tx:
        tx.session.add(a_job("R0001"))

    with store.reading() as session:
        job = session.exec(select(Job)).one()

    assert job.slot == "R0001"
    job.slot = "another"
    assert jobs(store) == ["R0001"]


def test_a_reference_to_nothing_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError), store.transaction() as tx:
        tx.session.execute(
            text("INSERT INTO contribution (version_id, person, duty, at) VALUES (999, 'P0001', 'development', 0)")
        )


def test_readers_see_the_store_as_it_was_when_they_began(sqlite_store: Store) -> None:
    with sqlite_store.reading() as session:
        before = session.exec(select(func.count()).select_from(Job)).one()
        with sqlite_store.transaction() as tx:
            tx.session.add(a_job("R0001"))
        after = session.exec(select(func.count()).select_from(Job)).one()

    assert (before, after) == (0, 0)


@pytest.mark.parametrize(
    ("pragma", "value"),
    # https://www.sqlite.org/pragma.html: synchronous FULL is 2, temp_store MEMORY is 2
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("temp_store", 2)],
)
def test_sqlite_is_set_up_to_lose_nothing_and_to_forget_what_was_deleted(
    tmp_path: Path, pragma: str, value: str | int
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")

    with store.reading() as session:
        assert session.execute(text(f"PRAGMA {pragma}")).scalar_one() == value

    store.close()


@pytest.mark.parametrize("url", ["mysql://root@localhost/x", "mssql://x/y", "oracle://x", "duckdb:///x.db"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)sqlite:///|plugin"):
        open_store(url)


# ---- moments


def test_a_moment_is_kept_to_the_microsecond_and_comes_back_in_utc(store: Store) -> None:
    moment = datetime(2026, 3, 29, 2, 30, 0, 123457, tzinfo=TOKYO)
    with store.transaction() as tx:
        tx.session.add(a_job("R0001", moment))

    with store.reading() as session:
        found = session.exec(select(Job.queued_at)).one()

    assert found == moment
    assert found.tzinfo is UTC


def test_a_moment_is_a_whole_number_that_any_client_can_read(store: Store) -> None:
    with store.transaction() as tx:
        tx.session.add(a_job("R0001", datetime(2001, 9, 9, 1, 46, 40, 5, tzinfo=UTC)))

    with store.reading() as session:
        # `date -u -d @1000000000` prints Sun Sep  9 01:46:40 UTC 2001
        assert session.execute(text("SELECT queued_at FROM job")).scalar_one() == 1_000_000_000_000_005


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_a_moment_before_1970_and_far_off_is_kept_too(moment: datetime) -> None:
    assert instant(microseconds(moment)) == moment


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="A moment needs a time zone"), store.transaction() as tx:
        tx.session.add(a_job("R0001", datetime(2026, 1, 1)))  # noqa: DTZ001  that is the point

    assert jobs(store) == []


# ---- closed vocabularies


def test_a_choice_is_stored_by_its_value(store: Store) -> None:
    with store.transaction() as tx:
        tx.session.add(Job(kind="export", slot="X0001", status=JobStatus.RUNNING, queued_at=NOON))

    with store.reading() as session:
        assert session.execute(text("SELECT status FROM job")).scalar_one() == "running"


@pytest.mark.parametrize("word", ["RUNNING", "paused", ""])
def test_the_database_refuses_a_word_outside_the_vocabulary(store: Store, word: str) -> None:
    with store.transaction() as tx:
        tx.session.add(a_job("R0001"))

    with pytest.raises(IntegrityError), store.transaction() as tx:
        tx.session.execute(text("UPDATE job SET status = :word"), {"word": word})


def test_the_session_refuses_a_word_outside_the_vocabulary(store: Store) -> None:
    with store.transaction() as tx:
        tx.session.add(Person(number="P0001", username="a@example.test", name="A", created_at=NOON))

    with pytest.raises((StatementError, DBAPIError)), store.transaction() as tx:
        tx.session.add(RoleGrant(person="P0001", role="emperor", reason="x", granted_by="system", granted_at=NOON))

    with store.transaction() as tx:
        tx.session.add(RoleGrant(person="P0001", role=Role.OWNER, reason="x", granted_by="system", granted_at=NOON))
