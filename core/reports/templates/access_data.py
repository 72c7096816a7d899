"""The access report as data: acts, grants, refusals, decisions, datasets, and what else is said of access."""

from dataclasses import dataclass
from datetime import datetime

from core.approval.rules import ChangeStatus
from core.reports.templates.access.acted import Acted
from core.reports.templates.access_more import Assurance
from core.reports.templates.allowed import ColumnLine
from core.reports.values.record import PersonLine


@dataclass(frozen=True)
class ActLine:
    """How often somebody did something, and the last entry that says so."""

    actor: str
    action: str
    times: int
    last_at: datetime
    entry: int
    leaf: str


@dataclass(frozen=True)
class GrantLine:
    """A role or function that somebody held."""

    person: str
    what: str
    reason: str
    granted_by: str
    granted_at: datetime
    ends_at: datetime | None
    withdrawn_at: datetime | None
    reach: str = ""
    confirmed_by: str = ""


@dataclass(frozen=True)
class RefusalLine:
    """An act that was refused, with the codes of the reasons."""

    at: datetime
    actor: str
    act: str
    about: str
    reasons: str
    entry: int
    leaf: str


@dataclass(frozen=True)
class DecisionTime:
    """How long a decision took, in days."""

    change: str
    status: ChangeStatus
    requested_at: datetime
    decided_at: datetime
    days: float
    in_time: bool


@dataclass(frozen=True)
class DatasetLine:
    """How personal data was taken out of a dataset."""

    number: str
    name: str
    classification: str
    sanitisation: str
    retention: str


@dataclass(frozen=True)
class AccessReport:
    """The report as data."""

    scope: str
    since: datetime | None
    as_of: datetime
    acts: tuple[ActLine, ...]
    acted: Acted
    grants: tuple[GrantLine, ...]
    refusals: tuple[RefusalLine, ...]
    times: tuple[DecisionTime, ...]
    datasets: tuple[DatasetLine, ...]
    columns: tuple[ColumnLine, ...]
    assurance: Assurance
    people: tuple[PersonLine, ...]
