"""What pages and reports show of personal data: typed rows without a value in them."""

from dataclasses import dataclass
from datetime import datetime

from core.access.personal_data.entrances import Entrance, Handling
from core.access.personal_data.tables import ColumnVerdict, TextStatus, TextVerdict
from core.errors import Refusal


@dataclass(frozen=True)
class ColumnRow:
    """A column that stopped a table; no value of it, only its shape."""

    number: str
    scope: str
    where: str
    column: str
    said: str
    shape: str
    share: float
    first_line: int | None
    handed_in_by: str
    last_at: datetime
    times: int
    decision: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class DecisionRow:
    """A decision on a column, and what stands against withdrawing it."""

    number: str
    finding: str
    scope: str
    column: str
    kinds: str
    verdict: ColumnVerdict
    reason: str
    until: datetime
    decided_by: str
    decided_at: datetime
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_reason: str
    refusals: tuple[Refusal, ...]

    def counts(self, at: datetime) -> bool:
        """Whether later scans follow it."""
        return self.withdrawn_at is None and at < self.until


@dataclass(frozen=True)
class Opinion:
    """What one person decided on a held text."""

    person: str
    verdict: TextVerdict
    reason: str
    at: datetime


@dataclass(frozen=True)
class TextRow:
    """A text that was held back, masked, with what people said and how many it takes."""

    number: str
    place: str
    entity_kind: str
    entity_id: str
    masked: str
    kinds: str
    author: str
    held_at: datetime
    status: TextStatus
    verdict: TextVerdict | None
    decided_at: datetime | None
    people: int
    opinions: tuple[Opinion, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class MetRow:
    """How often personal data was met at one kind of entrance, and what happened to it."""

    entrance: Entrance
    handling: Handling
    texts: int
    places: int
    last_at: datetime


@dataclass(frozen=True)
class Waiting:
    """How many columns and texts wait for anybody."""

    columns: int
    texts: int
