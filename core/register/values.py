"""The words of the register: where an item comes from, where it stands, and what a list is narrowed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select

from core.links import RecordKind
from core.validation.rules import Severity


class Kind(StrEnum):
    """What an item is; each kind has a life and a page of its own."""

    FINDING = "finding"
    AUDIT_FINDING = "audit finding"
    DEVIATION = "deviation"
    ACTION = "action"

    @property
    def record(self) -> RecordKind:
        """The kind of record by which it is linked."""
        return RecordKind(self.value)


class Source(StrEnum):
    """Who or what found it."""

    VALIDATION = "validation"
    MONITORING = "monitoring"
    AUDIT = "audit"
    COMPLIANCE = "compliance"
    IMPROVEMENT = "improvement"


class State(StrEnum):
    """Where an item stands, said alike for all kinds."""

    OPEN = "open"
    ANSWERED = "answered"  # an audit finding whose owner has promised what will be done
    REMEDIATED = "remediated"  # somebody else is to verify it
    CLOSED = "closed"


PENDING = (State.OPEN, State.ANSWERED, State.REMEDIATED)


class Age(StrEnum):
    """How long ago an item was raised, in steps that a committee asks for."""

    NEW = "up to 30 days"
    MONTHS = "31 to 90 days"
    HALF = "91 to 180 days"
    OLD = "more than 180 days"


OLDEST: Mapping[Age, timedelta] = {
    Age.NEW: timedelta(days=30),
    Age.MONTHS: timedelta(days=90),
    Age.HALF: timedelta(days=180),
}


@dataclass(frozen=True)
class RegisterFilter:
    """What the register is narrowed to; None and empty mean everything."""

    kind: Kind | None = None
    source: Source | None = None
    severity: Severity | None = None
    state: State | None = None
    pending: bool = False  # not closed
    owner: str | None = None
    model: str | None = None  # its number
    overdue: bool = False
    within: Select[str] | None = None  # numbers of models, as a subquery


@dataclass(frozen=True)
class Item:
    """One thing that is wanting, whatever its kind; `due_at` is None where nothing is to be done any more.

    `owner` is empty where whoever holds `role` answers; `parent` is the number of the audit or the key of the check
    that it belongs to; `evidence` counts what shows that it was put right; `repeat` how often it came back.
    """

    kind: Kind
    number: str
    title: str
    source: Source
    severity: Severity
    state: State
    owner: str
    role: str
    model: str
    model_name: str
    version: str
    parent: str
    raised_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    evidence: int
    links: int
    repeat: int

    def overdue(self, at: datetime) -> bool:
        """Whether its due date has passed and it is not closed."""
        return self.state is not State.CLOSED and self.due_at is not None and self.due_at < at


@dataclass(frozen=True)
class Standing:
    """How many items stand so: a cell of the counts that the first line and the picture are made of."""

    severity: Severity
    state: State
    overdue: bool
    age: Age
    count: int


@dataclass(frozen=True)
class Summary:
    """Every cell of the counts."""

    cells: tuple[Standing, ...]

    def of(
        self, *, severity: Severity | None = None, state: State | None = None, age: Age | None = None,
        overdue: bool = False, pending: bool = False,
    ) -> int:  # fmt: skip
        """How many items meet all that is asked."""
        return sum(
            one.count
            for one in self.cells
            if severity in (None, one.severity)
            and state in (None, one.state)
            and age in (None, one.age)
            and (one.overdue or not overdue)
            and (one.state is not State.CLOSED or not pending)
        )
