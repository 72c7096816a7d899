"""Grants that were asked for, as pages read them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.access.grants_asked.tables import AskedGrant
from core.access.rules import Reach, Role, reach_from
from core.access.rules.granting import AskedStatus


@dataclass(frozen=True)
class AskedRow:
    """A grant that was asked for; one whose time has run out is expired, whether or not that is on record yet."""

    number: str
    person: str
    role: Role
    reason: str
    ends_at: datetime | None
    reach: Reach
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    status: AskedStatus
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str


def asked_grants(
    session: Session, *, at: datetime, waiting: bool = False, person: str = "", offset: int = 0, limit: int = 100
) -> tuple[AskedRow, ...]:
    """All of them, the newest first; or those that wait, the next to expire first."""
    query = select(AskedGrant).offset(offset).limit(limit)
    if waiting:
        query = query.where(AskedGrant.status == AskedStatus.WAITING, AskedGrant.expires_at > at)
        query = query.order_by(col(AskedGrant.expires_at))
    else:
        query = query.order_by(col(AskedGrant.id).desc())
    query = query.where(AskedGrant.person == person) if person else query
    return tuple(_row(row, at) for row in session.exec(query))


def asked_count(session: Session, *, at: datetime, waiting: bool = False) -> int:
    """How many there are, or wait."""
    query = select(func.count()).select_from(AskedGrant)
    if waiting:
        query = query.where(AskedGrant.status == AskedStatus.WAITING, AskedGrant.expires_at > at)
    return session.exec(query).one()


def _row(row: AskedGrant, at: datetime) -> AskedRow:
    past = row.status is AskedStatus.WAITING and row.expires_at <= at
    return AskedRow(
        number=row.number, person=row.person, role=row.role, reason=row.reason, ends_at=row.ends_at,
        reach=reach_from(row.reach),
        asked_by=row.asked_by, asked_at=row.asked_at, expires_at=row.expires_at,
        status=AskedStatus.EXPIRED if past else row.status, decided_by=row.decided_by, decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )  # fmt: skip
