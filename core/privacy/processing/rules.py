"""Whether an impact assessment is needed, which gaps a record of processing has, and what bias-test data take."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal


class PaperKind(StrEnum):
    """What is kept of the processing that a model does."""

    RECORD = "record of processing"  # GDPR 30
    ASSESSMENT = "impact assessment"  # GDPR 35


class Basis(StrEnum):
    """On what special categories of personal data are processed to find and correct bias."""

    CONSENT = "explicit consent"  # GDPR 9(2)(a)
    PUBLIC_INTEREST = "substantial public interest"  # GDPR 9(2)(g)
    RESEARCH = "statistics and research"  # GDPR 9(2)(j)
    BIAS_DETECTION = "bias detection and correction"  # EU AI Act 4a; before it 10(5)


LONGEST_TERM = timedelta(days=3 * 366)
SHORTEST = 20


@dataclass(frozen=True)
class Screening:
    """What decides whether an impact assessment is needed; None where nobody said."""

    tier: int | None
    automated_decisions: bool | None  # about people, with legal or similarly significant effect
    special_categories: bool | None
    large_scale: bool | None
    monitoring: bool | None  # of publicly accessible areas
    vulnerable: bool | None = None  # employees, children, patients


@dataclass(frozen=True)
class Need:
    """Whether an impact assessment is needed, and what it follows from; `open` questions leave it undecided."""

    needed: bool
    because: tuple[str, ...]
    open: tuple[str, ...]


def screened(facts: Screening) -> Need:
    """Whether an assessment is needed: GDPR 35(3) names three cases, WP 248 rev.01 asks for two of its criteria.

    Of the criteria those are here that the record knows: tier 1 or 2 (scoring, significant effect), special categories,
    large scale, people who need protection.
    """
    because = []
    if facts.automated_decisions:
        because.append("automated decisions about people with significant effect (GDPR 35(3)(a))")
    if facts.special_categories and facts.large_scale:
        because.append("special categories of data on a large scale (GDPR 35(3)(b))")
    if facts.monitoring:
        because.append("systematic monitoring of a publicly accessible area (GDPR 35(3)(c))")
    criteria = {
        "materiality of tier 1 or 2": facts.tier is not None and facts.tier <= 2,
        "special categories of data": facts.special_categories,
        "data on a large scale": facts.large_scale,
        "people who need protection": facts.vulnerable,
    }
    met = [said for said, holds in criteria.items() if holds]
    if len(met) >= 2 and not because:
        because.append(f"two criteria of WP 248 rev.01: {', '.join(met)}")
    asked = {
        "automated decisions": facts.automated_decisions,
        "special categories": facts.special_categories,
        "large scale": facts.large_scale,
        "monitoring of public areas": facts.monitoring,
        "people who need protection": facts.vulnerable,
    }
    return Need(bool(because), tuple(because), tuple(said for said, answer in asked.items() if answer is None))


@dataclass(frozen=True)
class BiasFacts:
    """What is declared about special categories of data in a dataset that are to find bias."""

    columns: tuple[str, ...]
    purpose: str
    necessity: str
    basis: Basis
    basis_detail: str
    safeguards: str
    readers: str
    delete_by: datetime


def paper_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot keep a record of processing or an assessment."""
    return permission_refusals(actor, Permission.DOCUMENT_WRITE)


def purpose_refusals(facts: BiasFacts, actor: Actor, at: datetime) -> tuple[Refusal, ...]:
    """Why a purpose of bias-test data cannot be declared: every condition of AI Act 4a(1) is answered, with an end."""
    reasons = list(permission_refusals(actor, Permission.DATA_CLASSIFY))
    if not facts.columns:
        reasons.append(Refusal("columns", "No column is named", "EU AI Act 4a", "Name the columns it is about."))
    for what, said in (
        ("the purpose", facts.purpose), ("why other data would not do", facts.necessity),
        ("what the basis rests on", facts.basis_detail), ("the safeguards", facts.safeguards),
        ("who may read", facts.readers),
    ):  # fmt: skip
        if len(said.strip()) < SHORTEST:
            message = f"{what.capitalize()} is said in fewer than {SHORTEST} characters"
            reasons.append(Refusal("said", message, "EU AI Act 4a", "Say it so that others understand."))
    if not at < facts.delete_by <= at + LONGEST_TERM:
        reasons.append(
            Refusal(
                "delete-by",
                "The day of deletion lies in the past, or more than three years ahead",
                "EU AI Act 4a(1)(e)",
                "Name the day on which the bias has been corrected or the data reach the end of their retention.",
            )
        )
    return tuple(reasons)


def end_refusals(ended: bool, how: str, actor: Actor) -> tuple[Refusal, ...]:
    """Why a purpose cannot be ended."""
    reasons = list(permission_refusals(actor, Permission.DATA_CLASSIFY))
    if ended:
        reasons.append(Refusal("ended", "The purpose has ended"))
    if len(how.strip()) < SHORTEST:
        reasons.append(Refusal("said", "It is not said how the data were deleted", "EU AI Act 4a(1)(e)", "Say how."))
    return tuple(reasons)


def lacking(columns: frozenset[str], covered: frozenset[str], *, past: bool) -> tuple[Refusal, ...]:
    """Why attributes of a dataset do not count for fairness: special categories without a purpose in force."""
    missing = sorted(columns - covered)
    if not missing:
        return ()
    over = "the purpose is over" if past else "no purpose is declared"
    message = f"For {', '.join(missing)}, a special category of personal data, {over}"
    return (Refusal("bias-purpose", message, "EU AI Act 4a", "Declare the purpose on the page Processing."),)
