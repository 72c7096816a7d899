"""Background work: queued once, taken under a lease, and taken again when the worker died."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from core.errors import Conflict, NotFound
from core.jobs.tables import Job, JobStatus
from core.store import Store, Transaction

LEASE = timedelta(minutes=2)
CLOCKS_APART = timedelta(hours=1)  # what the clocks of two machines may differ by
MOST_ATTEMPTS = 3
GAVE_UP = "The worker died three times on this job."


@dataclass(frozen=True)
class Lease:
    """A job that this worker may do until it ends or the lease runs out."""

    job_id: int
    kind: str
    slot: str
    holder: str
    attempt: int

    @property
    def given_up(self) -> bool:
        """Three workers died on this job: it has failed, and whoever waits for its work is to be told."""
        return self.attempt > MOST_ATTEMPTS


def enqueue(tx: Transaction, kind: str, slot: str, *, at: datetime) -> None:
    """Queue the work of this slot; a slot that is queued or done already stays as it is.

    Of two workers that queue the same slot at once, one does; the other goes on as if it had been there before.
    """
    if tx.session.exec(select(Job.id).where(Job.kind == kind, Job.slot == slot)).first() is not None:
        return
    insert = postgresql.insert if tx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    queued = insert(Job).values(
        kind=kind, slot=slot, status=JobStatus.QUEUED, queued_at=at, attempts=0, lease_holder="", error=""
    )
    tx.session.execute(queued.on_conflict_do_nothing(index_elements=["kind", "slot"]))


@dataclass(frozen=True)
class Lane:
    """Which kinds of jobs are taken: those of `kinds`, or all others."""

    kinds: frozenset[str] = frozenset()
    others: bool = True


EVERY_KIND = Lane()


def take(store: Store, *, lane: Lane = EVERY_KIND, at: datetime) -> Lease | None:
    """The oldest job of the lane that waits or whose worker let its lease run out; None when nothing waits.

    A lease that ends far in the future was given by a clock that was ahead and was set right since.
    A job on which three workers died is marked as failed and handed out once more, as `given_up`, not to be done.
    """
    free = or_(
        col(Job.status) == JobStatus.QUEUED,
        (col(Job.status) == JobStatus.RUNNING)
        & or_(col(Job.lease_until) < at, col(Job.lease_until) > at + LEASE + CLOCKS_APART),
    )
    if lane != EVERY_KIND:
        free &= col(Job.kind).not_in(lane.kinds) if lane.others else col(Job.kind).in_(lane.kinds)
    with store.reading() as session:  # most looks find nothing and need no writer's lock
        if session.exec(select(Job.id).where(free).limit(1)).first() is None:
            return None
    with store.transaction() as tx:
        job = tx.session.exec(
            select(Job).where(free).order_by(col(Job.id)).limit(1).with_for_update(skip_locked=True)
        ).first()
        if job is None or job.id is None:
            return None
        job.attempts += 1
        job.lease_holder, job.lease_until = secrets.token_hex(8), at + LEASE
        lease = Lease(job.id, job.kind, job.slot, job.lease_holder, job.attempts)
        job.status, job.taken_at = JobStatus.RUNNING, at
        if lease.given_up:
            job.status, job.error, job.finished_at = JobStatus.FAILED, GAVE_UP, at
        tx.session.add(job)
        return lease


def extend(store: Store, lease: Lease, *, at: datetime) -> bool:
    """Hold the lease for longer; False when another worker has it by now."""
    return _settle(store, lease, {"lease_until": at + LEASE})


def finish(store: Store, lease: Lease, *, at: datetime, error: str = "") -> bool:
    """Settle the job; False when another worker has it by now."""
    status = JobStatus.FAILED if error else JobStatus.FINISHED
    return _settle(store, lease, {"status": status, "finished_at": at, "error": error})


def queue_again(tx: Transaction, kind: str, slot: str, *, at: datetime) -> Job:
    """Let a job that failed wait anew, as if nobody had tried; raises `NotFound`, `Conflict` when it did not fail."""
    job = tx.session.exec(select(Job).where(Job.kind == kind, Job.slot == slot).with_for_update()).first()
    if job is None:
        raise NotFound("job", f"{kind} {slot}")
    if job.status is not JobStatus.FAILED:
        raise Conflict(JobStatus.FAILED, job.status, "The job")
    job.status, job.attempts, job.queued_at, job.finished_at, job.error = JobStatus.QUEUED, 0, at, None, ""
    job.lease_holder, job.lease_until = "", None
    tx.session.add(job)
    return job


def _settle(store: Store, lease: Lease, values: dict[str, object]) -> bool:
    with store.transaction() as tx:
        done = tx.session.execute(
            update(Job)
            .where(
                col(Job.id) == lease.job_id, col(Job.lease_holder) == lease.holder, col(Job.status) == JobStatus.RUNNING
            )
            .values(**values)
        )
        return bool(done.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
