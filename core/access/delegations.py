"""Who acts for whom: an approver lets another act for them for a period; both are asked about in every rule."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from core.access.rules import EVERYWHERE, ORGANISATION, About, Reach, reach_from
from core.access.tables import Delegation


@dataclass(frozen=True)
class DelegationRow:
    """A delegation as read: from whom to whom, why, and in which period."""

    id: int
    approver: str
    delegate: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    withdrawn_at: datetime | None
    reach: Reach = EVERYWHERE

    def stands(self, at: datetime) -> bool:
        """Whether the delegate may vote for the approver now."""
        return self.starts_at <= at < self.ends_at and (self.withdrawn_at is None or self.withdrawn_at > at)


def delegations(session: Session, *, approver: str = "", delegate: str = "") -> tuple[DelegationRow, ...]:
    """Delegations of one approver, or to one delegate, the newest first."""
    query = select(Delegation).order_by(col(Delegation.id).desc())
    query = query.where(Delegation.approver == approver) if approver else query
    query = query.where(Delegation.delegate == delegate) if delegate else query
    return tuple(
        DelegationRow(
            row.id or 0,
            row.approver,
            row.delegate,
            row.reason,
            row.starts_at,
            row.ends_at,
            row.withdrawn_at,
            reach_from(row.reach),
        )
        for row in session.exec(query.limit(200)).all()
    )


def delegates_to(session: Session, approver: str, delegate: str, *, about: About = ORGANISATION, at: datetime) -> bool:
    """Whether this approver lets that person vote for them at this moment on a record of these models.

    Delegation is never passed on; one that is limited to business lines covers no record of the whole organisation.
    """
    rows = delegations(session, approver=approver, delegate=delegate)
    return any(row.stands(at) and row.reach.covers(about) for row in rows)


def represented_by(session: Session, delegate: str, *, about: About = ORGANISATION, at: datetime) -> tuple[str, ...]:
    """The approvers for whom this person may vote at this moment on a record of these models."""
    rows = delegations(session, delegate=delegate)
    return tuple(sorted({row.approver for row in rows if row.stands(at) and row.reach.covers(about)}))


def represented(session: Session, person: str, *, at: datetime) -> frozenset[str]:
    """Everybody for whom this person acts at this moment, and everybody who acts for them: neither judges the other."""
    query = select(Delegation.approver, Delegation.delegate).where(
        or_(Delegation.approver == person, Delegation.delegate == person),
        col(Delegation.starts_at) <= at,
        col(Delegation.ends_at) > at,
        or_(col(Delegation.withdrawn_at).is_(None), col(Delegation.withdrawn_at) > at),
    )
    return frozenset(who for pair in session.exec(query) for who in pair) - {person}
