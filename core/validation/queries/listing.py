"""Reads of findings: narrowed, worst first, and counted by model."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, func
from sqlalchemy import select as sqlalchemy_select
from sqlmodel import Session, col, select

from core.inventory.tables import Model, ModelVersion
from core.store.paging import Page, Part, page_of_parts
from core.validation.rules import FindingStatus, Severity
from core.validation.tables import Finding

PENDING_FINDINGS = frozenset(FindingStatus) - {FindingStatus.VERIFIED_CLOSED}
COUNTED = 10_000
WEIGHT = {Severity.CRITICAL: 0, Severity.HIGH: 1, Severity.MEDIUM: 2, Severity.LOW: 3}


@dataclass(frozen=True)
class FindingFilter:
    """What the list of findings is narrowed to; None means everything."""

    status: FindingStatus | None = None
    severity: Severity | None = None
    owner: str | None = None
    model: str | None = None
    open_only: bool = False


@dataclass(frozen=True)
class FindingRow:
    """One finding with the version it is about."""

    finding: Finding
    model: str
    model_name: str
    version: str


def findings(session: Session, narrowed: FindingFilter, *, limit: int, offset: int) -> Page[FindingRow]:
    """Findings, open ones first, worst first, then by due date; counted up to 10,000."""
    ids = select(Finding.id).where(*_conditions(narrowed))
    if narrowed.model:
        ids = ids.join(ModelVersion, col(ModelVersion.id) == col(Finding.version_id)).join(
            Model, col(Model.id) == col(ModelVersion.model_id)
        )
    page = page_of_parts(session, ids, _parts_of_list(narrowed), limit=limit, offset=offset, counted=COUNTED)
    query = (
        select(Finding, Model.number, Model.name, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Finding.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Finding.id).in_(page.rows))
    )
    rows = {row[0].id: FindingRow(*row) for row in session.execute(query)} if page.rows else {}
    return Page(tuple(rows[key] for key in page.rows), page.total, more=page.more)


def _parts_of_list(narrowed: FindingFilter) -> tuple[Part, ...]:
    """Each status and severity is read from an index by due date; none that the filter leaves out."""
    closed = FindingStatus.VERIFIED_CLOSED
    order = [col(Finding.due_at), col(Finding.id)]
    parts: list[ColumnElement[bool]] = []
    if narrowed.status != closed:
        parts.append(col(Finding.status).in_(PENDING_FINDINGS))
    if narrowed.status in (None, closed) and not narrowed.open_only:
        parts.append(col(Finding.status) == closed)
    severities = [narrowed.severity] if narrowed.severity else sorted(Severity, key=lambda one: WEIGHT[one])
    return tuple(Part([status, col(Finding.severity) == one], order) for status in parts for one in severities)


def open_findings_of_models() -> Select[int, int]:
    """For each model with a finding that is not verified closed, its id and how many it has."""
    return (
        sqlalchemy_select(col(ModelVersion.model_id), func.count())
        .join(Finding, col(Finding.version_id) == col(ModelVersion.id))
        .where(col(Finding.status).in_(PENDING_FINDINGS))
        .group_by(col(ModelVersion.model_id))
    )


def open_finding_counts(session: Session, models: Sequence[str]) -> dict[str, int]:
    """How many findings that are not verified closed each of these models has."""
    rows = session.execute(
        select(Model.number, func.count())
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .join(Finding, col(Finding.version_id) == col(ModelVersion.id))
        .where(col(Model.number).in_(models), col(Finding.status).in_(PENDING_FINDINGS))
        .group_by(Model.number)
    ).all()
    return dict(rows)


def weight() -> ColumnElement[int]:
    """What sorts findings worst first."""
    return case(*((col(Finding.severity) == severity, weight) for severity, weight in WEIGHT.items()), else_=4)


def _conditions(narrowed: FindingFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if narrowed.status:
        wanted.append(col(Finding.status) == narrowed.status)
    if narrowed.severity:
        wanted.append(col(Finding.severity) == narrowed.severity)
    if narrowed.owner:
        wanted.append(col(Finding.owner) == narrowed.owner)
    if narrowed.model:
        wanted.append(col(Model.number) == narrowed.model)
    if narrowed.open_only:
        wanted.append(col(Finding.status).in_(PENDING_FINDINGS))
    return wanted
