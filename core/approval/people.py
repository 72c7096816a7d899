"""Which functions a person speaks for at a moment, and who votes for whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from core.access.delegations import DelegationRow as DelegationRow
from core.access.delegations import delegates_to as delegates_to
from core.access.delegations import delegations as delegations
from core.access.delegations import represented_by as represented_by
from core.approval.tables import FunctionGrant
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
