"""Sensitive roles take a second administrator: who may confirm, decline or take back a grant that was asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.access.rules import Actor, Permission, Role, permission_refusals, toxic_refusals
from core.access.rules.permissions import SENSITIVE_ROLES
from core.errors import Refusal

LIFE = timedelta(days=14)  # how long a grant that was asked for waits for its confirmation
CLAUSE = "segregation of duties"


class AskedStatus(StrEnum):
    """What became of a grant that was asked for."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Basis(StrEnum):
    """On whose word a grant rests."""

    GRANTED = "granted"  # by one administrator, where the role is not sensitive
    CONFIRMED = "confirmed"  # by a second one
    ONLY_ADMINISTRATOR = "only administrator"  # by the only one there was, so that there is a second
    PROVIDER = "identity provider"  # its groups say so
    INSTALLATION = "installation"  # the first administrator


@dataclass(frozen=True)
class AskedFacts:
    """A grant that was asked for, and what has become of those concerned since.

    `represented` are the people for whom the actor acts at this moment, and those who act for the actor.
    """

    person: str
    role: Role
    asked_by: str
    status: AskedStatus
    expires_at: datetime
    ends_at: datetime | None = None
    held: frozenset[Role] = frozenset()
    person_active: bool = True
    asker_manages: bool = True
    represented: frozenset[str] = frozenset()

    def waits(self, at: datetime) -> bool:
        """Whether it can still be confirmed or declined."""
        return self.status is AskedStatus.WAITING and at < self.expires_at


def waits_for_second(role: Role, administrators: int) -> bool:
    """Whether a second administrator confirms this role, where so many are active.

    The one exception: the only administrator makes a second one alone, because nobody could confirm it.
    """
    if role is Role.ADMINISTRATOR and administrators < 2:
        return False
    return role in SENSITIVE_ROLES


def confirm_refusals(facts: AskedFacts, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Why this actor cannot make the grant real; pairs of roles and people are asked about as they are now."""
    reasons = [*permission_refusals(actor, Permission.GRANT_CONFIRM), *_waits(facts, at)]
    if actor.id == facts.asked_by:
        reasons.append(Refusal("own-asking", "You asked for this grant", CLAUSE, "Ask another administrator."))
    if actor.id == facts.person:
        reasons.append(Refusal("own-grant", "Nobody confirms a role of their own", CLAUSE, "Ask another."))
    if facts.represented & {facts.asked_by, facts.person}:
        said = "You act for somebody who asked for this grant or is to get it, or they act for you"
        reasons.append(Refusal("acting-for", said, CLAUSE, "Ask another administrator."))
    if not facts.asker_manages:
        said = f"{facts.asked_by}, who asked for it, manages nobody any more"
        reasons.append(Refusal("asker", said, CLAUSE, "Decline it and ask for it anew."))
    if not facts.person_active:
        reasons.append(Refusal("disabled", "This person is disabled"))
    if facts.role in facts.held:
        reasons.append(Refusal("held", f"This person already holds the role {facts.role}"))
    if facts.ends_at is not None and facts.ends_at <= at:
        reasons.append(Refusal("ended", "The role would end before it begins", way_out="Decline it."))
    return (*reasons, *toxic_refusals(facts.held, facts.role))


def decline_refusals(facts: AskedFacts, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Why this actor cannot decline the grant, or take it back where they asked for it themselves."""
    return (*permission_refusals(actor, Permission.GRANT_CONFIRM), *_waits(facts, at))


def _waits(facts: AskedFacts, at: datetime) -> tuple[Refusal, ...]:
    if facts.waits(at):
        return ()
    became = AskedStatus.EXPIRED if facts.status is AskedStatus.WAITING else facts.status
    return (Refusal("decided", f"The grant does not wait any more: it is {became}", way_out="Ask for it anew."),)
