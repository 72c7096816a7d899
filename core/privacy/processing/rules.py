"""Whether an impact assessment is needed (GDPR 35), and who keeps records of processing (GDPR 30)."""

from dataclasses import dataclass
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal


class PaperKind(StrEnum):
    """What is kept of the processing that a model does."""

    RECORD = "record of processing"  # GDPR 30
    ASSESSMENT = "impact assessment"  # GDPR 35


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


def paper_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot keep a record of processing or an assessment."""
    return permission_refusals(actor, Permission.DOCUMENT_WRITE)
