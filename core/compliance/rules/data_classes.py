"""The rule about columns: each has a class, and those of people a purpose, a legal basis and an end."""

from dataclasses import dataclass

from core.compliance.rules.values import Cause, Deviation, Settings


@dataclass(frozen=True)
class HeldData:
    """A dataset, or a model with its production data, and what is missing for it, in words."""

    subject: str
    model: str
    owner: str
    missing: tuple[str, ...]


def data_are_described(fact: HeldData, _settings: Settings) -> Deviation | None:
    """It is known of each column what it is, and of personal data what for, on what basis and for how long."""
    if not fact.missing:
        return None
    said = f"The data of {fact.subject} are not described in full: {'; '.join(fact.missing)}"
    return Deviation(fact.subject, said[:1000], Cause.DATA, fact.subject, fact.model, fact.owner)
