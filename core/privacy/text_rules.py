"""Who decides on a text that was held back and on a column in which something was found, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.access.rules import ALLOWED, Actor, Permission, permission_refusals
from core.errors import Refusal

SHORTEST_REASON, LONGEST_REASON = 10, 2000
LONGEST = timedelta(days=366)
CLAUSE = "personal data"


@dataclass(frozen=True)
class TextFacts:
    """Who wrote it, how many decide on it, who did, and whether it is settled."""

    author: str
    people: int
    decided_by: tuple[str, ...] = ()
    settled: bool = False


@dataclass(frozen=True)
class ColumnFacts:
    """Who handed the table in, and the decision that stands, if any."""

    handed_in_by: str
    decision: str = ""


def text_refusals(facts: TextFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why this person does not decide on the text, or does not read it as it was written."""
    reasons = list(_decider(actor))
    if facts.settled:
        reasons.append(Refusal("settled", "This text is decided on", CLAUSE))
    if actor.id == facts.author:
        reasons.append(
            Refusal("own-text", "You wrote it, and nobody decides on their own text", CLAUSE, "Ask another person.")
        )
    if actor.id in facts.decided_by:
        reasons.append(Refusal("second", "You gave your opinion, and a second person gives theirs", CLAUSE))
    return tuple(reasons)


def column_refusals(facts: ColumnFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why this person does not decide on the column: whoever hands a table in never does."""
    reasons = list(_decider(actor))
    if facts.decision:
        reasons.append(Refusal("settled", f"{facts.decision} decided on this column", CLAUSE))
    if actor.id == facts.handed_in_by:
        reasons.append(
            Refusal(
                "own-upload", "You handed this table in, and nobody decides on their own", CLAUSE, "Ask another person."
            )
        )
    return tuple(reasons)


def withdrawal_refusals(withdrawn: bool, actor: Actor) -> tuple[Refusal, ...]:
    """Why this person does not withdraw the decision."""
    reasons = list(_decider(actor))
    if withdrawn:
        reasons.append(Refusal("withdrawn", "This decision was withdrawn", CLAUSE))
    return tuple(reasons)


def reason_refusals(reason: str) -> tuple[Refusal, ...]:
    """Why the reason is none."""
    if SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        return ALLOWED
    limits = f"{SHORTEST_REASON} to {LONGEST_REASON:,} characters"
    return (Refusal("reason", f"A reason has {limits}", CLAUSE, "Write why, for whoever reads it later."),)


def until_refusals(until: datetime, at: datetime) -> tuple[Refusal, ...]:
    """Why a decision cannot count until then: it ends in the future, within a year."""
    if at < until <= at + LONGEST:
        return ALLOWED
    return (Refusal("until", "A decision counts until a day within the next year", CLAUSE, "Choose an earlier day."),)


def settled(opinions: Sequence[str], people: int, order: Sequence[str]) -> str | None:
    """What the opinions come to: the most careful of them, once enough people gave theirs. `order`: loosest first."""
    return max(opinions, key=list(order).index) if len(opinions) >= people else None


def _decider(actor: Actor) -> tuple[Refusal, ...]:
    if actor.token:
        return (Refusal("person", "A token does not decide on personal data", CLAUSE, "Sign in as the person."),)
    return permission_refusals(actor, Permission.PERSONAL_DATA_DECIDE)
