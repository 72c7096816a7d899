"""How an item of a pack counts, and what stands against an answer by a person."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

SHORTEST_REASON = 10
LONGEST_LIFE = timedelta(days=3 * 365)
CLAUSE = "regulation coverage"


class Outcome(StrEnum):
    """What a person answers about an item."""

    MET = "met"
    NOT_APPLICABLE = "not applicable"


class State(StrEnum):
    """How an item of a pack counts for a model."""

    MISSING = "missing"
    PARTLY = "partly shown"
    ANSWERED = "answered"
    SHOWN = "shown"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Demand:
    """What an item demands: stored things that show it, whether a person answers the rest, and when it applies."""

    stored: frozenset[str]
    by_a_person: bool
    only_if: str = ""
    approved_as: str = ""  # the signal that approvers answered the item as met on an approved change


def judge(demand: Demand, held: Set[str], answer: Outcome | None) -> State:
    """How the item counts, with these signals at hand and this answer in force.

    What is stored counts before an answer; an answer stands for all that is not stored. Nothing is met by silence: an
    item of which nothing is at hand is missing.
    """
    if answer is Outcome.NOT_APPLICABLE or (demand.only_if and demand.only_if not in held):
        return State.NOT_APPLICABLE
    if demand.stored and not demand.by_a_person and demand.stored <= held:
        return State.SHOWN
    if demand.approved_as in held:
        return State.SHOWN
    if answer is Outcome.MET:
        return State.ANSWERED
    return State.PARTLY if demand.stored & held else State.MISSING


@dataclass(frozen=True)
class AnswerFacts:
    """What is known of an answer that exists: who gave it, whether it stands, and the owner of its model."""

    given_by: str
    withdrawn: bool
    owner: str


def may_answer_refusals(actor: Actor, *, for_all: bool) -> tuple[Refusal, ...]:
    """Why this actor answers no item of a model, or none for the whole organisation."""
    permission = Permission.COVERAGE_ANSWER_FOR_ALL if for_all else Permission.COVERAGE_ANSWER
    return permission_refusals(actor, permission)


def answer_refusals(
    actor: Actor, *, for_all: bool, reason: str, link: str, expires_at: datetime, at: datetime
) -> tuple[Refusal, ...]:
    """As `may_answer_refusals`, and also the answer itself: a reason, an end within three years, a link that is one."""
    reasons = [*may_answer_refusals(actor, for_all=for_all), *_reason(reason, "The reason")]
    if not at < expires_at <= at + LONGEST_LIFE:
        reasons.append(
            Refusal(
                "expiry", "An answer ends within three years from now", CLAUSE, "Choose a day on which to look again."
            )
        )
    if link and not link.startswith(("https://", "http://", "/")):
        reasons.append(Refusal("link", "The link is no address", CLAUSE, "Begin it with https://, or leave it empty."))
    return tuple(reasons)


def withdraw_refusals(facts: AnswerFacts, actor: Actor, *, reason: str | None = None) -> tuple[Refusal, ...]:
    """Why this actor cannot withdraw an answer; with `reason` as entered, otherwise before anything is entered."""
    reasons = [] if reason is None else list(_reason(reason, "The reason"))
    if facts.withdrawn:
        reasons.append(Refusal("withdrawn", "The answer is withdrawn already", CLAUSE))
    may_any = Permission.COVERAGE_ANSWER_FOR_ALL in actor.permissions
    if not may_any:
        reasons += permission_refusals(actor, Permission.COVERAGE_ANSWER)
        if actor.id not in (facts.given_by, facts.owner):
            reasons.append(
                Refusal(
                    "not-yours",
                    "The answer is another person’s",
                    CLAUSE,
                    "Ask whoever gave it, the model’s owner or an approver.",
                )
            )
    return tuple(reasons)


def _reason(text: str, what: str) -> tuple[Refusal, ...]:
    if len(text.strip()) >= SHORTEST_REASON:
        return ()
    return (
        Refusal(
            "reason", f"{what} has fewer than {SHORTEST_REASON} characters", CLAUSE, "Write what others can check."
        ),
    )
