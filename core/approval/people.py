"""Which functions a person speaks for at a moment, and who votes for whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from core.approval.tables import Delegation, FunctionGrant
from core.policy.rules import Function


def function_grants(session: Session, people: Collection[str], *, at: datetime) -> list[FunctionGrant]:
    """The grants in force of these people, oldest first."""
    return list(
        session.exec(
            select(FunctionGrant)
            .where(
                col(FunctionGrant.person).in_(people),
                col(FunctionGrant.granted_at) <= at,
                or_(col(FunctionGrant.withdrawn_at).is_(None), col(FunctionGrant.withdrawn_at) > at),
                or_(col(FunctionGrant.ends_at).is_(None), col(FunctionGrant.ends_at) > at),
            )
            .order_by(col(FunctionGrant.id))
        )
    )


def functions_of(session: Session, person: str, *, at: datetime) -> frozenset[Function]:
    """The functions in force."""
    return frozenset(grant.function for grant in function_grants(session, [person], at=at))


def functions_by_person(session: Session, *, at: datetime) -> Mapping[str, frozenset[Function]]:
    """Everybody who speaks for a function at this moment."""
    people = session.exec(select(FunctionGrant.person).distinct()).all()
    found: dict[str, frozenset[Function]] = {}
    for grant in function_grants(session, people, at=at):
        found[grant.person] = found.get(grant.person, frozenset()) | {grant.function}
    return found


@dataclass(frozen=True)
class FunctionRow:
    """A function in force, why, since when and by whom."""

    function: Function
    reason: str
    granted_by: str
    granted_at: datetime
    ends_at: datetime | None


def function_rows(session: Session, person: str, *, at: datetime) -> tuple[FunctionRow, ...]:
    """The functions of a person at this moment."""
    return tuple(
        FunctionRow(row.function, row.reason, row.granted_by, row.granted_at, row.ends_at)
        for row in function_grants(session, [person], at=at)
    )


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

    def stands(self, at: datetime) -> bool:
        """Whether the delegate may vote for the approver now."""
        return self.starts_at <= at < self.ends_at and (self.withdrawn_at is None or self.withdrawn_at > at)


def delegations(session: Session, *, approver: str = "", delegate: str = "") -> tuple[DelegationRow, ...]:
    """Delegations of one approver, or to one delegate, the newest first."""
    query = select(Delegation).order_by(col(Delegation.id).desc())
    query = query.where(Delegation.approver == approver) if approver else query
    query = query.where(Delegation.delegate == delegate) if delegate else query
    return tuple(
        DelegationRow(row.id or 0, row.approver, row.delegate, row.reason, row.starts_at, row.ends_at, row.withdrawn_at)
        for row in session.exec(query.limit(200)).all()
    )


def delegates_to(session: Session, approver: str, delegate: str, *, at: datetime) -> bool:
    """Whether this approver lets that person vote for them at this moment; delegation is never passed on."""
    return any(row.stands(at) for row in delegations(session, approver=approver, delegate=delegate))


def represented_by(session: Session, delegate: str, *, at: datetime) -> tuple[str, ...]:
    """The approvers for whom this person may vote at this moment."""
    return tuple(sorted({row.approver for row in delegations(session, delegate=delegate) if row.stands(at)}))
