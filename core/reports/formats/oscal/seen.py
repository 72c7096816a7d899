"""What was seen and found, before it is written as OSCAL."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Observed:
    """One thing that was seen: its figure or state in words, when, how, and the digest of what shows it."""

    key: str
    clause: str
    title: str
    said: str
    satisfied: bool
    reason: str  # pass, fail or other
    method: str  # TEST or EXAMINE
    at: datetime
    evidence: tuple[tuple[str, str], ...]  # what, and its SHA-256
    props: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Risk:
    """A finding of a validation or an audit, with what was done about it."""

    number: str
    title: str
    detail: str
    statement: str
    severity: str
    status: str
    closed: bool
    deadline: datetime


@dataclass(frozen=True)
class Assessed:
    """Everything that a report assesses; `root` is the digest that all identifiers are made from."""

    root: str
    observed: tuple[Observed, ...]
    risks: tuple[Risk, ...]
