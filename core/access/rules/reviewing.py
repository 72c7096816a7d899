"""Access reviews: who may answer for a grant, and what becomes of a grant that nobody answered for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

DUE = timedelta(days=14)
REMINDED_BEFORE = timedelta(days=7)
CLAUSE = "access review"


class Answered(StrEnum):
    """What was answered for a grant, or what became of it without an answer."""

    KEPT = "kept"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"  # nobody answered
    ESCALATED = "escalated"  # nobody answered, and without it nobody could manage people or answer at all
    OVERTAKEN = "overtaken"  # the grant ended by itself or was withdrawn elsewhere meanwhile


@dataclass(frozen=True)
class ItemFacts:
    """A grant in a review; `represented` are the people for whom the actor acts, and those who act for the actor."""

    person: str
    givers: frozenset[str]
    answered: bool = False
    closed: bool = False
    last_administrator: bool = False
    represented: frozenset[str] = frozenset()


def answer_refusals(facts: ItemFacts, actor: Actor, *, keep: bool) -> tuple[Refusal, ...]:
    """Why this actor cannot answer for the grant: they hold it or gave it, or act for somebody who does."""
    reasons = list(permission_refusals(actor, Permission.ACCESS_REVIEW))
    if actor.id == facts.person:
        reasons.append(Refusal("own-grant", "Nobody answers for a grant of their own", CLAUSE, "Ask another approver."))
    if actor.id in facts.givers:
        reasons.append(Refusal("own-giving", "You gave this grant", CLAUSE, "Ask another approver."))
    if facts.represented & {facts.person, *facts.givers}:
        said = "You act for somebody who holds or gave this grant, or they act for you"
        reasons.append(Refusal("acting-for", said, CLAUSE, "Ask another approver."))
    if facts.answered:
        reasons.append(Refusal("answered", "This grant was answered for", CLAUSE))
    if facts.closed:
        reasons.append(Refusal("closed", "The review is closed", CLAUSE))
    if facts.last_administrator and not keep:
        said = "Nobody else is administrator"
        reasons.append(Refusal("last-administrator", said, CLAUSE, "Let somebody else be administrator first."))
    return tuple(reasons)


def unanswered(*, in_force: bool, last_administrator: bool, somebody_could: bool) -> Answered:
    """What becomes of a grant at the due date: it expires, unless that would lock everybody out.

    Where nobody could have answered, because whoever reviews holds or gave the grant, people hear of it instead.
    """
    if not in_force:
        return Answered.OVERTAKEN
    if last_administrator or not somebody_could:
        return Answered.ESCALATED
    return Answered.EXPIRED


def opens_at(newest: datetime | None, first_grant: datetime | None, cadence: timedelta) -> datetime | None:
    """When the next review opens: one cadence after the last, the first one after the first grant; None without any."""
    since = newest or first_grant
    return None if since is None else since + cadence
