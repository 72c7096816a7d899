"""Periodic reviews of a model: what they can come to, and when the next one is due at the latest."""

from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Refusal

MONTH = timedelta(days=30.4375)
SHORTEST_SUMMARY = 10


class ReviewOutcome(StrEnum):
    """How a periodic review ended."""

    CONFIRMED = "fit for use as it is"
    CHANGES = "fit for use with changes"
    UNFIT = "not fit for use"


def latest_next(reviewed_at: datetime, months: int) -> datetime:
    """The last moment for the next review, `months` being the cadence of the model's tier in the policy."""
    return reviewed_at + months * MONTH


def review_refusals(summary: str, next_review: datetime, *, reviewed_at: datetime, months: int) -> tuple[Refusal, ...]:
    """Why a review cannot be recorded so: nothing is said, or the next is not between now and the cadence's end."""
    clause, reasons = "review cadence", []
    if len(summary.strip()) < SHORTEST_SUMMARY:
        said = f"The summary has fewer than {SHORTEST_SUMMARY} characters"
        reasons.append(Refusal("reason", said, clause, "Say what was looked at and what was found."))
    if next_review <= reviewed_at:
        reasons.append(Refusal("review-past", "The next review would lie in the past", clause, "Choose a later day."))
    if next_review > latest_next(reviewed_at, months):
        said = f"The next review would be later than {months} months from now, the cadence of this tier"
        reasons.append(Refusal("review-late", said, clause, "Choose an earlier day."))
    return tuple(reasons)
