"""A job is queued once, done by one worker at a time, taken again when that worker died, and given up after three."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from core.jobs.service import GAVE_UP, LEASE, MOST_ATTEMPTS, Lease, enqueue, extend, finish, take
from core.jobs.tables import Job, JobStatus
from core.store import Store
from tests.builders import NOON

LATER = NOON + LEASE + timedelta(seconds=1)


def queue(store: Store, *slots: str, kind: str = "validation", at: datetime = NOON) -> None:
    for slot in slots:
        with store.transaction() as tx:
            enqueue(tx, kind, slot, at=at)


def job(store: Store, slot: str) -> Job:
    with store.reading() as session:
        return session.exec(select(Job).where(Job.slot == slot)).one()


def taken(store: Store, at: datetime = NOON) -> Lease:
    lease = take(store, at=at)
    assert lease is not None
    return lease


def test_a_slot_is_queued_once_whatever_became_of_it(store: Store) -> None:
    queue(store, "R0001", "R0001")
    finish(store, taken(store), at=NOON)

    queue(store, "R0001")

    assert take(store, at=NOON) is None
    assert job(store, "R0001").status is JobStatus.FINISHED


def test_the_same_slot_of_another_kind_is_other_work(store: Store) -> None:
    queue(store, "1")
    queue(store, "1", kind="export")

    assert {taken(store).kind, taken(store).kind} == {"validation", "export"}


def test_jobs_are_taken_in_the_order_in_which_they_came(store: Store) -> None:
    queue(store, "first", "second", "third")

    assert [taken(store).slot for _ in range(3)] == ["first", "second", "third"]


def test_a_job_that_was_undone_with_its_transaction_is_not_there(store: Store) -> None:
    def break_off() -> None:
        with store.transaction() as tx:
            enqueue(tx, "validation", "R0001", at=NOON)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()

    assert take(store, at=NOON) is None


def test_nothing_waits_in_an_empty_queue(store: Store) -> None:
    assert take(store, at=NOON) is None


def test_workers_that_ask_at_once_get_each_job_once(store: Store) -> None:
    queue(store, *(f"R{number:04d}" for number in range(12)))
    start, found = threading.Barrier(4), list[Lease]()

    def work() -> None:
        start.wait()
        while lease := take(store, at=NOON):
            found.append(lease)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(lease.slot for lease in found) == [f"R{number:04d}" for number in range(12)]
    assert len({lease.holder for lease in found}) == 12


def test_a_job_is_not_taken_while_its_lease_runs(store: Store) -> None:
    queue(store, "R0001")
    taken(store)

    assert take(store, at=NOON + LEASE) is None


def test_a_job_whose_lease_ran_out_is_taken_again(store: Store) -> None:
    queue(store, "R0001")
    first = taken(store)

    second = taken(store, at=LATER)

    assert (second.slot, second.attempt, second.given_up) == ("R0001", 2, False)
    assert second.holder != first.holder


def test_a_lease_that_is_held_longer_is_not_taken(store: Store) -> None:
    queue(store, "R0001")
    lease = taken(store)

    assert extend(store, lease, at=NOON + LEASE)

    assert take(store, at=LATER) is None


@pytest.mark.parametrize("act", [extend, finish])
def test_a_former_holder_neither_extends_nor_finishes(store: Store, act) -> None:  # type: ignore[no-untyped-def]
    queue(store, "R0001")
    former = taken(store)
    holder = taken(store, at=LATER)

    assert not act(store, former, at=LATER)

    assert job(store, "R0001").status is JobStatus.RUNNING
    assert finish(store, holder, at=LATER)


@pytest.mark.parametrize("act", [extend, finish])
def test_a_job_that_has_ended_is_not_settled_again(store: Store, act) -> None:  # type: ignore[no-untyped-def]
    queue(store, "R0001")
    lease = taken(store)
    finish(store, lease, at=NOON, error="No.")

    assert not act(store, lease, at=NOON)

    assert (job(store, "R0001").status, job(store, "R0001").error) == (JobStatus.FAILED, "No.")


def test_a_job_on_which_three_workers_died_is_given_up_and_said_so_once(store: Store) -> None:
    queue(store, "R0001")
    at = NOON
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert (taken(store, at).attempt, job(store, "R0001").status) == (attempt, JobStatus.RUNNING)
        at += LEASE + timedelta(seconds=1)

    last = taken(store, at)

    assert last.given_up
    assert (job(store, "R0001").status, job(store, "R0001").error) == (JobStatus.FAILED, GAVE_UP)
    assert take(store, at=at + LEASE * 2) is None
    assert not extend(store, last, at=at)
