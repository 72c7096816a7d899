"""Background work: queued once, taken under a lease, and taken again when the worker died."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import col, select

from core.jobs.tables import Job, JobStatus
from core.store import Store, Transaction

LEASE = timedelta(minutes=2)
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
    """Queue the work of this slot; a slot that is queued or done already stays as it is."""
    if tx.session.exec(select(Job).where(Job.kind == kind, Job.slot == slot)).first() is None:
        tx.session.add(Job(kind=kind, slot=slot, queued_at=at))
        tx.session.flush()


def take(store: Store, *, at: datetime) -> Lease | None:
    """The oldest job that waits or whose worker let its lease run out; None when nothing waits.

    A job on which three workers died is marked as failed and handed out once more, as `given_up`, not to be done.
    """
    free = or_(
        col(Job.status) == JobStatus.QUEUED,
        (col(Job.status) == JobStatus.RUNNING) & (col(Job.lease_until) < at),
    )
    with store.transaction() as tx:
        job = tx.session.exec(
            select(Job).where(free).order_by(col(Job.id)).limit(1).with_for_update(skip_locked=True)
        ).first()
        if job is None or job.id is None:
            return None
        job.attempts += 1
        job.lease_holder, job.lease_until = secrets.token_hex(8), at + LEASE
        lease = Lease(job.id, job.kind, job.slot, job.lease_holder, job.attempts)
        job.status = JobStatus.RUNNING
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
