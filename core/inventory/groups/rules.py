"""Groups of models: who changes what their grants reach, and when a second administrator agrees to it."""

from dataclasses import dataclass, field
from datetime import datetime

from core.access.rules import Actor, Permission, Role, permission_refusals
from core.access.rules.granting import CLAUSE, AskedStatus
from core.access.rules.permissions import SENSITIVE_ROLES
from core.errors import Refusal

MOST_MODELS = 500  # in one act


@dataclass(frozen=True, order=True)
class Reaching:
    """A grant that names the group: in force, or waiting for its own confirmation."""

    person: str
    role: Role
    waiting: bool = False


@dataclass(frozen=True)
class GroupFacts:
    """A group as an act finds it: whether it ended, and which grants name it."""

    number: str
    ended: bool = False
    reaching: tuple[Reaching, ...] = ()


@dataclass(frozen=True)
class AskedMembersFacts:
    """Models that were asked to be put into a group, and what has become of those concerned since.

    `represented` are the people for whom the actor acts at this moment, and those who act for the actor.
    """

    number: str
    asked_by: str
    status: AskedStatus
    expires_at: datetime
    group: GroupFacts
    asker_manages: bool = True
    represented: frozenset[str] = field(default_factory=frozenset)

    def waits(self, at: datetime) -> bool:
        """Whether it can still be confirmed or declined."""
        return self.status is AskedStatus.WAITING and at < self.expires_at


def make_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot make a group."""
    return permission_refusals(actor, Permission.PERSON_MANAGE)


def change_refusals(facts: GroupFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot rename the group, or change which models are in it."""
    return (*make_refusals(actor), *_ended(facts))


def end_refusals(facts: GroupFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot end the group: a grant that names it would reach less than it says."""
    if not facts.reaching:
        return change_refusals(facts, actor)
    people = ", ".join(sorted({one.person for one in facts.reaching}))
    named = Refusal(
        "group-reached", f"Grants of {people} name {facts.number}", "access", "Withdraw or decline them first."
    )
    return (*change_refusals(facts, actor), named)


def waits_for_second(facts: GroupFacts) -> bool:
    """Whether a model that joins the group waits for a second administrator: a sensitive role would reach further."""
    return any(one.role in SENSITIVE_ROLES for one in facts.reaching)


def confirm_members_refusals(facts: AskedMembersFacts, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Why this actor cannot let the models into the group."""
    reasons = [*permission_refusals(actor, Permission.GRANT_CONFIRM), *_waits(facts, at), *_ended(facts.group)]
    if actor.id == facts.asked_by:
        reasons.append(Refusal("own-asking", "You asked for this yourself", CLAUSE, "Ask another administrator."))
    reached = {one.person for one in facts.group.reaching}
    if actor.id in reached:
        said = f"A role of yours reaches {facts.group.number}"
        reasons.append(Refusal("own-grant", said, CLAUSE, "Ask another administrator."))
    if facts.represented & {facts.asked_by, *reached}:
        said = "You act for somebody who asked for this or whose role reaches the group, or they act for you"
        reasons.append(Refusal("acting-for", said, CLAUSE, "Ask another administrator."))
    if not facts.asker_manages:
        said = f"{facts.asked_by}, who asked for it, manages nobody any more"
        reasons.append(Refusal("asker", said, CLAUSE, "Decline it and ask for it anew."))
    return tuple(reasons)


def decline_members_refusals(facts: AskedMembersFacts, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Why this actor cannot decline it, or take it back where they asked for it themselves."""
    return (*permission_refusals(actor, Permission.GRANT_CONFIRM), *_waits(facts, at))


def _ended(facts: GroupFacts) -> tuple[Refusal, ...]:
    if not facts.ended:
        return ()
    return (Refusal("group-ended", f"{facts.number} has ended", "access", "Make another group."),)


def _waits(facts: AskedMembersFacts, at: datetime) -> tuple[Refusal, ...]:
    if facts.waits(at):
        return ()
    became = AskedStatus.EXPIRED if facts.status is AskedStatus.WAITING else facts.status
    return (Refusal("decided", f"{facts.number} does not wait any more: it is {became}", way_out="Ask for it anew."),)
