"""Who may do what to an alert, for how long one can be put off, and when a channel is quiet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from core.access.rules import Actor, Permission, Role, permission_refusals
from core.errors import Refusal
from core.policy.alerting.rules import Severity

SHORTEST_WORDS = 10
SHORTEST_SNOOZE = timedelta(minutes=5)
LONGEST_SNOOZE: Mapping[Severity, timedelta] = MappingProxyType(
    {
        Severity.CRITICAL: timedelta(days=1),
        Severity.HIGH: timedelta(days=7),
        Severity.MEDIUM: timedelta(days=30),
        Severity.LOW: timedelta(days=90),
    }
)
DAY = 24 * 60


@dataclass(frozen=True)
class AlertFacts:
    """What bears on an act: `people` are those with a part in the model, and those whom the alert was given to."""

    number: str
    severity: Severity
    model: str
    people: frozenset[str]
    closed: bool = False
    acknowledged: bool = False
    snoozed: bool = False


def handle_refusals(facts: AlertFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot handle the alert at all: the permission, no part in the model, or it is closed."""
    reasons = list(permission_refusals(actor, Permission.ALERT_HANDLE))
    if facts.model and actor.id not in facts.people and Role.APPROVER not in actor.roles:
        reasons.append(
            Refusal(
                "no-part",
                f"You have no part in {facts.model}, and the alert was not given to you",
                "alerts",
                "Ask its owner or an approver to assign the alert to you.",
            )
        )
    if facts.closed:
        reasons.append(
            Refusal("closed", f"{facts.number} is closed", "alerts", "If the condition comes back, a new one opens.")
        )
    return tuple(reasons)


def acknowledge_refusals(facts: AlertFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why it cannot be acknowledged."""
    reasons = list(handle_refusals(facts, actor))
    if facts.acknowledged and not facts.closed:
        reasons.append(Refusal("acknowledged", f"{facts.number} is acknowledged already", "alerts"))
    return tuple(reasons)


def assign_refusals(facts: AlertFacts, actor: Actor, assignee: Actor | None) -> tuple[Refusal, ...]:
    """Why it cannot be given to this person; None where there is no such person, or they left."""
    reasons = list(handle_refusals(facts, actor))
    if assignee is None or Permission.ALERT_HANDLE not in assignee.permissions:
        reasons.append(
            Refusal("assignee", "This person cannot handle alerts", "alerts", "Choose somebody whose role can.")
        )
    return tuple(reasons)


def snooze_refusals(
    facts: AlertFacts, actor: Actor, *, until: datetime, reason: str, at: datetime
) -> tuple[Refusal, ...]:
    """Why it cannot be put off until then."""
    reasons = [*handle_refusals(facts, actor), *_words_refusals(reason, "The reason")]
    longest = LONGEST_SNOOZE[facts.severity]
    if not at + SHORTEST_SNOOZE <= until <= at + longest:
        days = longest // timedelta(days=1)
        reasons.append(
            Refusal(
                "snooze",
                f"An alert that is {facts.severity} can be snoozed for 5 minutes to {days} day{'s'[: days > 1]}",
                "alerts",
                "Choose an earlier end, or close the alert with its cause.",
            )
        )
    return tuple(reasons)


def wake_refusals(facts: AlertFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why it cannot be woken before its time."""
    reasons = list(handle_refusals(facts, actor))
    if not facts.snoozed:
        reasons.append(Refusal("awake", f"{facts.number} is not snoozed", "alerts"))
    return tuple(reasons)


def close_refusals(facts: AlertFacts, actor: Actor, *, words: str) -> tuple[Refusal, ...]:
    """Why it cannot be closed with these words."""
    return (*handle_refusals(facts, actor), *_words_refusals(words, "What was found"))


def quiet_until(at: datetime, begin: int | None, end: int | None, zone: str) -> datetime | None:
    """When the quiet hours that hold at this moment end; None outside them.

    `begin` and `end` are minutes of the day in the zone; the same minute means the whole day, so that everything is
    told once a day at that time. Hours over midnight and changes of the clock are those of the zone.
    """
    if begin is None or end is None:
        return None
    place = ZoneInfo(zone)
    local = at.astimezone(place)
    minute = local.hour * 60 + local.minute
    quiet = begin <= minute < end if begin < end else minute >= begin or minute < end
    if not quiet:
        return None
    days = 0 if minute < end else 1
    day = local.date() + timedelta(days=days)
    return datetime.combine(day, time(end // 60, end % 60), place).astimezone(at.tzinfo)


def _words_refusals(text: str, what: str) -> tuple[Refusal, ...]:
    if len(text.strip()) >= SHORTEST_WORDS:
        return ()
    return (Refusal("words", f"{what} has fewer than {SHORTEST_WORDS} characters", "record", "Write it down."),)
