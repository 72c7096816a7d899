"""An audit as a report tells it."""

from dataclasses import dataclass
from datetime import datetime

from core.audits.rules.life import AuditKind, AuditStatus, FindingStatus, Response, Result
from core.reports.values.record import PersonLine


@dataclass(frozen=True)
class CriterionLine:
    """A criterion as its pack worded it when the audit was planned."""

    key: str
    pack_version: str
    title: str
    text: str
    clause: str


@dataclass(frozen=True)
class SampleLine:
    """A sample, with all that it takes to draw it again; its population is attached."""

    ordinal: int
    population: str
    members: int
    population_digest: str
    method: str
    seed: str
    seed_source: str
    reason: str
    drawn_by: str
    drawn_at: datetime
    items: tuple[tuple[str, int, str], ...]  # key, tier, model


@dataclass(frozen=True)
class TestLine:
    """What fieldwork concluded for one item and one criterion."""

    item: str
    criterion: str
    result: Result
    notes: str
    reason: str
    evidence: str
    tested_by: str
    tested_at: datetime


@dataclass(frozen=True)
class FindingLine:
    """A finding with what management answered, and what became of it."""

    number: str
    item: str
    by: str
    grade: str
    title: str
    condition: str
    criterion: str
    cause: str
    effect: str
    recommendation: str
    reference: str
    status: FindingStatus
    owner: str
    raised_by: str
    raised_at: datetime
    respond_by: datetime
    response: Response | None
    response_text: str
    responded_by: str | None
    responded_at: datetime | None
    due_at: datetime | None
    done: str
    done_by: str | None
    done_at: datetime | None
    sent_back: str
    verification: str
    verified_by: str | None
    verified_at: datetime | None


@dataclass(frozen=True)
class AuditReport:
    """The audit as data."""

    number: str
    as_of: datetime
    kind: AuditKind
    status: AuditStatus
    title: str
    objective: str
    scope: str
    period_from: datetime
    period_to: datetime
    starts_at: datetime
    ends_at: datetime
    lead: str
    team: tuple[str, ...]
    conducted_by: str
    reference: str
    planned_by: str
    planned_at: datetime
    begun_at: datetime | None
    issued_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    conclusion: str
    undone: int
    criteria: tuple[CriterionLine, ...]
    samples: tuple[SampleLine, ...]
    tests: tuple[TestLine, ...]
    findings: tuple[FindingLine, ...]
    people: tuple[PersonLine, ...]

    @property
    def pending(self) -> int:
        """How many findings are not verified closed."""
        return sum(one.status is not FindingStatus.VERIFIED for one in self.findings)
