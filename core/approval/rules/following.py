"""What follows a request: conditions that become tasks, and notices about a review that waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.approval.rules.vocabulary import ChangeStatus
from core.errors import Refusal
from core.inventory.rules import Duty, VersionFacts, duty_refusals
from core.validation.rules import reason_refusals

CONDITIONS = "conditions of approval"
IN_EFFECT = frozenset({ChangeStatus.APPROVED, ChangeStatus.EXECUTED})


class NoticeKind(StrEnum):
    """Why somebody is told about a change that waits."""

    REMINDER = "reminder"
    ESCALATION = "escalation"


class ConditionAct(StrEnum):
    """What can be done with a condition."""

    REPORT = "report a condition as done"
    VERIFY = "verify a condition"
    SEND_BACK = "send a condition back"


@dataclass(frozen=True)
class ConditionFacts:
    """A condition as the rules see it; `change` is the status of its change, `version` that change's version."""

    change: ChangeStatus
    version: VersionFacts
    owners: frozenset[str]  # whose task it is, and the model's owner
    done_by: str | None
    verified: bool


def condition_refusals(facts: ConditionFacts, act: ConditionAct, actor: Actor, *, text: str) -> tuple[Refusal, ...]:
    """Every reason against reporting a condition as done, verifying it, or sending it back."""
    reasons = []
    if facts.change not in IN_EFFECT:
        reasons.append(Refusal("not-in-effect", f"The change is {facts.change}, so nothing is due", CONDITIONS))
    if facts.verified:
        reasons.append(Refusal("verified", "The condition is verified", CONDITIONS))
    rule = _report if act is ConditionAct.REPORT else _verify
    return (*reasons, *rule(facts, actor), *reason_refusals(text, WHAT[act]))


WHAT: Mapping[ConditionAct, str] = {
    ConditionAct.REPORT: "The account of what was done",
    ConditionAct.VERIFY: "The note on what was seen",
    ConditionAct.SEND_BACK: "The reason",
}


def _report(facts: ConditionFacts, actor: Actor) -> tuple[Refusal, ...]:
    if actor.id in facts.owners and not actor.token:
        return ()
    owners = " and ".join(sorted(facts.owners))
    return (Refusal("not-yours", f"The condition is for {owners} to meet", CONDITIONS),)


def _verify(facts: ConditionFacts, actor: Actor) -> tuple[Refusal, ...]:
    reasons = list(permission_refusals(actor, Permission.CHANGE_VOTE))
    reasons += duty_refusals(facts.version, Duty.APPROVAL, actor)
    if facts.done_by is None:
        reasons.append(Refusal("not-done", "Nobody reported it as done", CONDITIONS, "Its owner says what was done."))
    if facts.done_by == actor.id:
        reasons.append(
            Refusal("own-work", "You reported it as done", "segregation of duties", "Another approver verifies it.")
        )
    return tuple(reasons)


def notice_due(
    due_at: datetime, at: datetime, *, remind_days_before: int, escalate_days_after: int
) -> NoticeKind | None:
    """What an open change that is due at `due_at` calls for at `at`; an escalation takes the reminder's place."""
    if at >= due_at + timedelta(days=escalate_days_after):
        return NoticeKind.ESCALATION
    return NoticeKind.REMINDER if at >= due_at - timedelta(days=remind_days_before) else None
