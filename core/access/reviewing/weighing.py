"""What is known of a grant under review: who holds and gave it, who could answer, and what becomes of it unanswered."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from core.access.delegations import represented
from core.access.grants import actor_of, administrators
from core.access.reviewing.tables import AccessReview, AccessReviewItem
from core.access.rules import SYSTEM, Actor, Permission, Role, met
from core.access.rules.granting import Basis
from core.access.rules.reviewing import Answered, ItemFacts, unanswered
from core.access.tables import Person, RoleGrant
from core.errors import NotFound


def reviewers(session: Session, *, at: datetime) -> tuple[Actor, ...]:
    """Everybody who may answer for grants at this moment."""
    holders = session.exec(
        select(RoleGrant.person)
        .join(Person, col(Person.number) == col(RoleGrant.person))
        .where(RoleGrant.role == Role.APPROVER, col(RoleGrant.withdrawn_at).is_(None))
        .where(col(Person.disabled_at).is_(None))
        .distinct()
    ).all()
    found = [actor_of(session, one, at=at) for one in sorted(holders)]
    return tuple(one for one in found if one is not None and Permission.ACCESS_REVIEW in one.permissions)


def grants_in_force(session: Session, *, at: datetime) -> list[RoleGrant]:
    ends = col(RoleGrant.ends_at)
    query = (
        select(RoleGrant)
        .join(Person, col(Person.number) == col(RoleGrant.person))
        .where(col(RoleGrant.withdrawn_at).is_(None), col(Person.disabled_at).is_(None))
        .where(or_(ends.is_(None), ends > at))
        .order_by(col(RoleGrant.id))
    )
    return list(session.exec(query))


def remark_on(grant: RoleGrant, held: frozenset[Role]) -> str:
    """What whoever answers should know."""
    pairs = [pair for pair in met(held) if grant.role.value in pair.split(" and ")]
    said = [f"may not meet: {pair}" for pair in pairs]
    if grant.basis == Basis.PROVIDER:
        said.append("brought by the identity provider, which may bring it again")
    if grant.basis == Basis.ONLY_ADMINISTRATOR:
        said.append("given without a second administrator, when there was only one")
    return "; ".join(said)[:500]


def facts_of(session: Session, row: AccessReviewItem, review: AccessReview, actor: Actor, *, at: datetime) -> ItemFacts:
    return ItemFacts(
        person=row.person,
        givers=_givers(row),
        answered=row.answer is not None,
        closed=review.closed_at is not None or at >= review.due_at,
        last_administrator=_is_last_administrator(session, row, at=at),
        represented=represented(session, actor.id, at=at),
    )


def fate_of(session: Session, row: AccessReviewItem, able: Sequence[Actor], *, at: datetime) -> Answered:
    """What becomes of a grant that nobody answered for; `able` could have, before any grant of the review expired."""
    concerned = {row.person, *_givers(row)}
    could = [
        one for one in able
        if one.id not in concerned and not represented(session, one.id, at=at) & concerned
    ]  # fmt: skip
    return unanswered(
        in_force=in_force(session, row.grant_id, at=at),
        last_administrator=_is_last_administrator(session, row, at=at),
        somebody_could=bool(could),
    )


def _givers(row: AccessReviewItem) -> frozenset[str]:
    return frozenset({row.granted_by, *([row.confirmed_by] if row.confirmed_by else [])}) - {SYSTEM.id}


def _is_last_administrator(session: Session, row: AccessReviewItem, *, at: datetime) -> bool:
    return row.role is Role.ADMINISTRATOR and administrators(session, at=at) == {row.person}


def in_force(session: Session, grant: int, *, at: datetime) -> bool:
    row = session.get(RoleGrant, grant)
    return row is not None and row.withdrawn_at is None and (row.ends_at is None or row.ends_at > at)


def load_item(session: Session, item: int) -> tuple[AccessReviewItem, AccessReview]:
    found = session.exec(
        select(AccessReviewItem, AccessReview)
        .join(AccessReview, col(AccessReview.id) == col(AccessReviewItem.review_id))
        .where(AccessReviewItem.id == item)
    ).first()
    if found is None:
        raise NotFound("grant under review", item)
    return found
