"""Everything that the page of a review shows, read once in one session, with the reasons against each act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.access.queries import names, people_with_role
from core.access.rules import PERMISSIONS, Actor, Permission, Role
from core.errors import Refusal
from core.improvement.reviews.acting import review_facts
from core.improvement.reviews.queries import WholeReview, whole_review
from core.improvement.reviews.rules import Act, ReviewStatus, review_refusals
from core.register.agenda import Agenda, agenda_of, parse

ACTS = (Act.CHANGE, Act.HOLD, Act.WRITE, Act.DECIDE, Act.CLOSE)


@dataclass(frozen=True)
class Reading:
    """A review as one reader sees it; the agenda is as of now until it is held, and then as it was."""

    whole: WholeReview
    agenda: Agenda | None
    known: Mapping[str, str]
    against: Mapping[Act, tuple[Refusal, ...]]
    holders: Sequence[str]
    people: Sequence[str]

    @property
    def number(self) -> str:
        return self.whole.review.number


def read_review(session: Session, number: str, actor: Actor, at: datetime) -> Reading:
    """The review with this number, and what stands against each act of this person; raises `NotFound`."""
    whole = whole_review(session, number)
    row, facts = whole.review, review_facts(whole.review)
    agenda = parse(row.agenda) if row.agenda else None
    if row.status is ReviewStatus.PLANNED:
        agenda = agenda_of(session, row, at=at)
    against = {act: review_refusals(facts, act, actor) for act in ACTS}
    return Reading(whole, agenda, names(session), against, holders(session, at), everybody(session, at))


def holders(session: Session, at: datetime) -> list[str]:
    """Everybody who can hold a review."""
    return _with(session, Permission.REVIEW_HOLD, at)


def everybody(session: Session, at: datetime) -> list[str]:
    """Everybody who can be present, or see to a decision."""
    return _with(session, Permission.RECORD_READ, at)


def _with(session: Session, permission: Permission, at: datetime) -> list[str]:
    roles = [role for role in Role if permission in PERMISSIONS[role]]
    return sorted({person for role in roles for person in people_with_role(session, role, at=at)})
