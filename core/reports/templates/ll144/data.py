"""What it says as values, and how they are read from the record."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, select

from core.inventory.tables import Dataset, ModelVersion
from core.metrics.bias_audit import AuditFacts, BiasAuditResult, summarise
from core.policy.service import policy_by_id
from core.reports.templates.parts import scope_of
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked
from core.validation.audit_facts import stated_audit_facts
from core.validation.results import from_json
from core.validation.small_cells import shown
from core.validation.tables import Evidence, Run


@dataclass(frozen=True)
class CategoryLine:
    """One category of one table, nothing rounded."""

    axis: str
    classification: str
    category: str
    people: int
    selected: int
    rate: float | None
    impact_ratio: float | None
    reference: bool
    tied: bool
    remark: str


@dataclass(frozen=True)
class MissingLine:
    """An element that the rule wants and that is not on record."""

    element: str
    clause: str


@dataclass(frozen=True)
class AuditSummary:
    """The summary as data; `run` is empty where no bias audit was computed."""

    scope: str
    version: str  # as the ledger names it
    as_of: datetime
    tool: str
    run: str
    finished_at: datetime | None
    result_digest: str
    evidence: str
    file_digest: str
    auditor: str
    audit_date: date | None
    distribution_date: date | None
    data_source: str
    data_explanation: str
    data_kind: str
    why_test_data: str
    how_test_data: str
    usable_until: date | None
    reminders: tuple[str, ...]
    rows: int
    output: str
    categories: tuple[CategoryLine, ...]
    unknown: int
    missing: tuple[MissingLine, ...]
    people: tuple[PersonLine, ...]


def read_data(
    session: Session,
    asked: Asked,
    tool: str,
    version: ModelVersion,
    run: Run | None,
    found: BiasAuditResult | None,
    people: tuple[PersonLine, ...],
) -> AuditSummary:
    evidence = session.get(Evidence, run.evidence_id) if run else None
    dataset = session.exec(select(Dataset).where(Dataset.id == version.test_dataset_id)).first()
    finished = run.finished_at if run else None
    known = AuditFacts(
        tool=tool, audit_date=finished.date() if finished else None, data_source=dataset.source if dataset else ""
    )
    facts = _with_stated(known, stated_audit_facts(session, version.id or 0))
    summary = summarise(found, facts, on=asked.as_of.date()) if found else None
    return AuditSummary(
        scope=scope_of(session, asked),
        version=f"{asked.subject.number} {asked.subject.version}",
        as_of=asked.as_of,
        tool=facts.tool,
        run=run.number if run and found else "",
        finished_at=finished if found else None,
        result_digest=run.result_digest if run and found else "",
        evidence=evidence.number if evidence and found else "",
        file_digest=evidence.file_digest if evidence and found else "",
        auditor=facts.auditor,
        audit_date=facts.audit_date,
        distribution_date=facts.distribution_date,
        data_source=facts.data_source,
        data_explanation=facts.data_explanation,
        data_kind=facts.data_kind.words if facts.data_kind else "",
        why_test_data=facts.why_test_data,
        how_test_data=facts.how_test_data,
        usable_until=summary.usable_until if summary else None,
        reminders=summary.reminders if summary else (),
        rows=found.rows if found else 0,
        output=found.output.value if found else "",
        categories=_categories(found) if found else (),
        unknown=max((table.unknown for table in found.tables), default=0) if found else 0,
        missing=tuple(MissingLine(one.element, one.clause) for one in summary.missing) if summary else (),
        people=people,
    )


def audit_of(session: Session, run: Run) -> BiasAuditResult | None:
    policy = policy_by_id(session, run.policy_version_id).policy
    return shown(from_json(run.result), policy.smallest_cell).bias_audit


def _with_stated(known: AuditFacts, stated: AuditFacts | None) -> AuditFacts:
    """What somebody stated; where they left it out, what the record knows by itself."""
    if stated is None:
        return known
    return replace(
        stated,
        tool=stated.tool or known.tool,
        audit_date=stated.audit_date or known.audit_date,
        data_source=stated.data_source or known.data_source,
    )


def _categories(found: BiasAuditResult) -> tuple[CategoryLine, ...]:
    return tuple(
        CategoryLine(
            axis=table.axis.words,
            classification=table.classification,
            category=row.category,
            people=row.n,
            selected=row.selected,
            rate=row.rate,
            impact_ratio=row.impact_ratio,
            reference=row.category == table.reference,
            tied=row.category in table.ties,
            remark=row.reason,
        )
        for table in found.tables
        for row in table.rows
    )
