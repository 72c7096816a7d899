"""Rules about what people look at in access: reviews of grants, and break-glass accesses afterwards."""

from dataclasses import dataclass
from datetime import datetime

from core.compliance.rules.values import Cause, Deviation, Settings, days_late


@dataclass(frozen=True)
class AccessReviewed:
    """The newest access review, or by `number` “none” the oldest grant that nobody was ever asked about.

    `due` is the day of a review that is still open.
    """

    subject: str
    number: str
    begun: datetime
    due: datetime | None = None


def access_was_reviewed(fact: AccessReviewed, settings: Settings) -> Deviation | None:
    """Every grant in force was asked about lately, and no review stays open beyond its day."""
    if fact.due is not None and fact.due < settings.at:
        said = f"Access review {fact.number} was due {days_late(fact.due, settings.at)} and is open"
    elif fact.begun + settings.days("longest_days") >= settings.at:
        return None
    elif fact.number == "none":
        said = f"No access review was ever opened; the oldest grant was given {days_late(fact.begun, settings.at)}"
    else:
        said = f"The last access review, {fact.number}, was opened {days_late(fact.begun, settings.at)}"
    return Deviation(fact.subject, said, Cause.ACCESS_REVIEW, fact.number)


@dataclass(frozen=True)
class EndedAccess:
    """A break-glass access that has ended and that nobody has judged."""

    subject: str
    person: str
    ended: datetime


def break_glass_was_reviewed(fact: EndedAccess, settings: Settings) -> Deviation | None:
    """Somebody else judged every break-glass access within days."""
    if fact.ended + settings.days("longest_days") >= settings.at:
        return None
    said = f"Break-glass access {fact.subject} of {fact.person} ended {days_late(fact.ended, settings.at)} unjudged"
    return Deviation(fact.subject, said, Cause.BREAK_GLASS, fact.subject)
