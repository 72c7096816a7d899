"""Background work as typed rows: what waits, what runs under which lease, what failed, and when each kind ran last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.jobs.tables import Job, JobStatus
from core.store.paging import Page

OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)


@dataclass(frozen=True)
class JobRow:
    """One job; `lease_until` is when another worker may take it from the one that has it."""

    kind: str
    slot: str
    status: JobStatus
    attempts: int
    queued_at: datetime
    taken_at: datetime | None
    lease_until: datetime | None
    finished_at: datetime | None
    error: str


@dataclass(frozen=True)
class KindState:
    """How one kind of work stands: what waits and runs, what failed since a moment, and its last end."""

    kind: str
    queued: int = 0
    running: int = 0
    failed: int = 0  # since the moment that was asked for
    oldest: datetime | None = None  # of what waits or runs
    last: JobRow | None = None  # the one that ended last


@dataclass(frozen=True)
class JobFilter:
    """Which jobs are listed; none of a field means all."""

    kind: str | None = None
    status: JobStatus | None = None


def counts(session: Session) -> Mapping[tuple[str, JobStatus], int]:
    """How many jobs of each kind wait, run or have failed; what is finished is not counted, as it only grows."""
    found = session.exec(
        select(Job.kind, Job.status, func.count())
        .where(col(Job.status).in_((*OPEN, JobStatus.FAILED)))
        .group_by(col(Job.kind), col(Job.status))
    ).all()
    return {(kind, JobStatus(status)): many for kind, status, many in found}


def oldest_open(session: Session) -> Mapping[str, datetime]:
    """When the oldest job that waits or runs was queued, by kind."""
    found = session.exec(
        select(Job.kind, func.min(col(Job.queued_at))).where(col(Job.status).in_(OPEN)).group_by(col(Job.kind))
    ).all()
    return dict(found)


def kinds(session: Session, known: tuple[str, ...], *, failed_since: datetime) -> tuple[KindState, ...]:
    """Every kind in this order: the last end of each is one look into an index, however many jobs there were."""
    many, oldest = counts(session), oldest_open(session)
    failed = dict(
        session.exec(
            select(Job.kind, func.count())
            .where(Job.status == JobStatus.FAILED, col(Job.finished_at) >= failed_since)
            .group_by(col(Job.kind))
        ).all()
    )
    return tuple(
        KindState(
            kind,
            many.get((kind, JobStatus.QUEUED), 0),
            many.get((kind, JobStatus.RUNNING), 0),
            failed.get(kind, 0),
            oldest.get(kind),
            _last(session, kind),
        )
        for kind in known
    )


def open_jobs(session: Session, *, limit: int = 25) -> tuple[JobRow, ...]:
    """What runs, then what waits, the oldest first."""
    query = select(Job).where(col(Job.status).in_(OPEN))
    rows = session.exec(query.order_by(col(Job.status).desc(), col(Job.id)).limit(limit)).all()
    return tuple(_row(row) for row in rows)


def jobs(session: Session, wanted: JobFilter, *, limit: int = 25, offset: int = 0) -> Page[JobRow]:
    """The jobs of this filter, the newest first; counted in full only where a filter keeps them few."""
    asked = [col(column) == value for column, value in ((Job.kind, wanted.kind), (Job.status, wanted.status)) if value]
    total = session.exec(select(func.count()).select_from(Job).where(*asked)).one()
    rows = session.exec(select(Job).where(*asked).order_by(col(Job.id).desc()).limit(limit).offset(offset)).all()
    return Page(tuple(_row(row) for row in rows), total)


def job(session: Session, kind: str, slot: str) -> JobRow | None:
    """The job of this slot."""
    row = session.exec(select(Job).where(Job.kind == kind, Job.slot == slot)).first()
    return None if row is None else _row(row)


def _last(session: Session, kind: str) -> JobRow | None:
    query = select(Job).where(Job.kind == kind, col(Job.finished_at).is_not(None))
    row = session.exec(query.order_by(col(Job.finished_at).desc()).limit(1)).first()
    return None if row is None else _row(row)


def _row(row: Job) -> JobRow:
    return JobRow(
        row.kind, row.slot, row.status, row.attempts, row.queued_at, row.taken_at, row.lease_until, row.finished_at,
        row.error,
    )  # fmt: skip
