"""What a restored store must not do again: nobody is signed in, no worker holds work, and nothing is sent twice.

Between the backup and its restore messages went out that the restored store still takes for waiting. Which of them did
nobody here can know, so none is sent again by itself: they are given up, listed, and a person sends what is missing.
Checkpoints go on waiting: to hand one over twice changes nothing. Work that has its effect in the store is done again,
as its effect was lost with the store; a stress test has its effect on somebody else's endpoint and waits for a person.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Update, update
from sqlmodel import col, select

from core.access.tables import SetupLink, SignInCode, SignInSession
from core.jobs.outbox.tables import Channel, Delivery, OutboxMessage
from core.jobs.tables import Job, JobStatus, WorkerRow
from core.monitoring.stress.scheduling import STRESS_CLOCK_JOB
from core.monitoring.stress.service import STRESS_JOB
from core.store import Transaction

NOT_SENT = "Not sent again: it may have left between the backup of {} and the restore"
NOT_DONE = "Not carried out again after a restore: it may have been before. Run it again where it was not."
OUTSIDE = (STRESS_JOB, STRESS_CLOCK_JOB)
UNDER_WAY = (JobStatus.QUEUED, JobStatus.RUNNING)


@dataclass(frozen=True)
class Unsent:
    """A message that is not sent again."""

    number: str
    channel: str
    receiver: str
    topic: str
    queued_at: datetime


@dataclass(frozen=True)
class Settled:
    """How many sessions and links were ended and leases let go, and what is neither sent nor done again."""

    sessions: int
    links: int
    leases: int
    unsent: tuple[Unsent, ...]
    undone: tuple[str, ...]


def settle_restored(tx: Transaction, *, backed_up: datetime, at: datetime) -> Settled:
    """End and let go, in the transaction of the restore."""
    unsent = _unsent(tx, backed_up, at)
    undone = _undone(tx, at)
    sessions = _changed(
        tx, update(SignInSession).where(col(SignInSession.ended_at).is_(None), col(SignInSession.expires_at) > at)
        .values(ended_at=at),
    )  # fmt: skip
    _changed(tx, update(SignInCode).where(col(SignInCode.expires_at) > at).values(expires_at=at))
    links = _changed(
        tx, update(SetupLink).where(col(SetupLink.used_at).is_(None), col(SetupLink.expires_at) > at)
        .values(expires_at=at),
    )  # fmt: skip
    leases = _changed(
        tx, update(Job).where(col(Job.status) == JobStatus.RUNNING)
        .values(status=JobStatus.QUEUED, lease_holder="", lease_until=None),
    )  # fmt: skip
    _changed(tx, update(WorkerRow).where(col(WorkerRow.stopped_at).is_(None)).values(stopped_at=at))
    return Settled(sessions, links, leases, unsent, undone)


def _unsent(tx: Transaction, backed_up: datetime, at: datetime) -> tuple[Unsent, ...]:
    waiting = (OutboxMessage.status == Delivery.WAITING, OutboxMessage.channel != Channel.ANCHOR)
    rows = tx.session.exec(select(OutboxMessage).where(*waiting).order_by(col(OutboxMessage.id))).all()
    for row in rows:
        row.status, row.settled_at, row.lease_holder = Delivery.GIVEN_UP, at, ""
        row.said = NOT_SENT.format(f"{backed_up:%Y-%m-%d %H:%M} UTC")
        tx.session.add(row)
    return tuple(Unsent(row.number, row.channel.value, row.receiver, row.topic, row.queued_at) for row in rows)


def _undone(tx: Transaction, at: datetime) -> tuple[str, ...]:
    jobs = tx.session.exec(select(Job).where(col(Job.kind).in_(OUTSIDE), col(Job.status).in_(UNDER_WAY))).all()
    for job in jobs:
        job.status, job.finished_at, job.error, job.lease_holder = JobStatus.FAILED, at, NOT_DONE, ""
        tx.session.add(job)
    return tuple(f"{job.kind} {job.slot}" for job in jobs)


def _changed(tx: Transaction, statement: Update) -> int:
    return int(tx.session.execute(statement).rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
