"""Rules about time: reviews, findings, actions after audits, evidence, answers and documents."""

from dataclasses import dataclass
from datetime import datetime

from core.compliance.rules.values import Cause, Deviation, Settings, days_late
from core.inventory.reviews.rules import latest_next


@dataclass(frozen=True)
class ReviewTerm:
    """A model in use and when its periodic review is due."""

    subject: str
    model: str
    owner: str
    due: datetime


def review_is_in_time(fact: ReviewTerm, settings: Settings) -> Deviation | None:
    """A periodic review is done by its due date and the days of grace."""
    if fact.due + settings.days("grace_days") >= settings.at:
        return None
    said = f"The periodic review was due {days_late(fact.due, settings.at)}"
    return Deviation(fact.subject, said, Cause.MODEL, fact.model, fact.model, fact.owner)


@dataclass(frozen=True)
class OpenFinding:
    """A finding of high or critical severity that is not verified closed."""

    subject: str
    model: str
    owner: str
    severity: str
    due: datetime


def finding_is_in_time(fact: OpenFinding, settings: Settings) -> Deviation | None:
    """A blocking finding is verified closed by its due date."""
    if fact.due >= settings.at:
        return None
    said = f"A finding of {fact.severity} severity was due {days_late(fact.due, settings.at)}"
    return Deviation(fact.subject, said, Cause.FINDING, fact.subject, fact.model, fact.owner)


@dataclass(frozen=True)
class AuditAction:
    """A finding of a running audit that waits for its owner: `waits` is its response, or the action it promised."""

    subject: str
    owner: str
    waits: str
    due: datetime


def action_is_in_time(fact: AuditAction, settings: Settings) -> Deviation | None:
    """Management answers an audit finding in time, and does what it promised in time."""
    if fact.due >= settings.at:
        return None
    said = f"The {fact.waits} was due {days_late(fact.due, settings.at)}"
    return Deviation(fact.subject, said, Cause.AUDIT_FINDING, fact.subject, "", fact.owner)


@dataclass(frozen=True)
class EvidenceAge:
    """A version in production, when the newest evidence on it was handed in, and how many months it may be old."""

    subject: str
    model: str
    owner: str
    newest: datetime | None
    months: int


def evidence_is_fresh(fact: EvidenceAge, settings: Settings) -> Deviation | None:
    """The evidence on a version in production is no older than the policy's months between reviews for its tier."""
    if fact.newest is None:
        said = "No evidence is handed in"
    elif latest_next(fact.newest, fact.months) < settings.at:
        said = f"The newest evidence is of {fact.newest:%Y-%m-%d}, more than {fact.months} months old"
    else:
        return None
    return Deviation(fact.subject, said, Cause.VERSION, fact.subject, fact.model, fact.owner)


@dataclass(frozen=True)
class AnswerTerm:
    """An answer to an item of a pack that nobody withdrew; `renewed` says that a later one took its place.

    `applies` says that the pack still applies to the model, or to a model in use where the answer is for all.
    """

    subject: str
    model: str
    owner: str
    pack: str
    item: str
    ends: datetime
    renewed: bool
    applies: bool


def answer_stands(fact: AnswerTerm, settings: Settings) -> Deviation | None:
    """An answer that a pack rests on is renewed before it expires."""
    if fact.ends > settings.at or fact.renewed or not fact.applies:
        return None
    said = f"The answer to {fact.item} of {fact.pack} expired {days_late(fact.ends, settings.at)}"
    key = f"{fact.model} {fact.pack} {fact.item}" if fact.model else f"{fact.pack} {fact.item}"
    return Deviation(fact.subject, said, Cause.PACK, key, fact.model, fact.owner)


@dataclass(frozen=True)
class KeptDocument:
    """A kind of document that a pack asks for of a version in production; `left` are the places to fill in."""

    subject: str
    model: str
    owner: str
    version: str
    kind: str
    kept: bool
    left: int


def document_is_current(fact: KeptDocument, _settings: Settings) -> Deviation | None:
    """Every document that a pack asks for is kept for the version in production, with nothing left to fill in."""
    if fact.kept and not fact.left:
        return None
    wanting = f"has {fact.left} places to fill in" if fact.kept else "is not kept"
    said = f"The {fact.kind} of version {fact.version} {wanting}"
    return Deviation(fact.subject, said, Cause.DOCUMENTS, f"{fact.model} {fact.version}", fact.model, fact.owner)
