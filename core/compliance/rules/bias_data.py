"""Rules about special categories of personal data that are held to find bias (EU AI Act, article 4a)."""

from dataclasses import dataclass
from datetime import datetime

from core.compliance.rules.values import Cause, Deviation, Settings, days_late


@dataclass(frozen=True)
class BiasTerm:
    """A purpose of bias-test data that nobody ended, and the day by which its data are deleted."""

    subject: str
    dataset: str
    owner: str
    delete_by: datetime


def bias_data_are_deleted(fact: BiasTerm, settings: Settings) -> Deviation | None:
    """Bias-test data are deleted by their day, and it is said how."""
    if fact.delete_by + settings.days("grace_days") >= settings.at:
        return None
    said = f"Bias-test data of {fact.dataset} were to be deleted {days_late(fact.delete_by, settings.at)}"
    return Deviation(fact.subject, said, Cause.BIAS_DATA, fact.subject, owner=fact.owner)


@dataclass(frozen=True)
class BiasColumns:
    """Evidence at hand whose groups are of special categories, and those without a purpose in force."""

    subject: str
    model: str
    owner: str
    version: str
    uncovered: tuple[str, ...]


def bias_data_have_a_purpose(fact: BiasColumns, _settings: Settings) -> Deviation | None:
    """Groups of special categories are compared only where a purpose of their data is in force."""
    if not fact.uncovered:
        return None
    columns = ", ".join(fact.uncovered)
    said = f"Groups by {columns} are compared in {fact.version} without a purpose of bias-test data in force"
    return Deviation(fact.subject, said, Cause.BIAS_DATA, fact.subject, fact.model, fact.owner)
