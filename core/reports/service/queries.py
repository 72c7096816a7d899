"""Reads exports: one, or a page of them narrowed by report, subject, person and state."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.tables import Model
from core.reports.rules import PENDING, ExportStatus
from core.reports.tables import Export, ExportDownload, ExportSchedule
from core.reports.values.report import Asked, Subject
from core.store.paging import Page


class ExportState(StrEnum):
    """How an export stands for whoever looks: a ready one expires."""

    PENDING = "under way"
    READY = "ready"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class ExportFilter:
    """What a list of exports is narrowed to; None means everything."""

    template: str | None = None
    about: str | None = None  # number of a model, an audit or an incident
    person: str | None = None
    state: ExportState | None = None
    schedule: str | None = None


@dataclass(frozen=True)
class ExportRow:
    """One export in a list, with the model's name, the schedule that made it, and who took it away when."""

    export: Export
    model_name: str
    schedule: str
    downloads: tuple[tuple[str, datetime], ...]

    def state(self, at: datetime) -> ExportState:
        """How it stands at this moment."""
        row = self.export
        if row.status in PENDING:
            return ExportState.PENDING
        if row.status is ExportStatus.READY:
            return ExportState.EXPIRED if row.expires_at <= at else ExportState.READY
        return ExportState(row.status.value)


def load_export(session: Session, number: str) -> Export:
    """The export with this number; raises `NotFound`."""
    row = session.exec(select(Export).where(Export.number == number)).first()
    if row is None:
        raise NotFound("export", number)
    return row


def asked_of(row: Export | ExportSchedule, *, as_of: datetime | None = None, since: datetime | None = None) -> Asked:
    """What an export asks for; a schedule is given the moment and the beginning of its period."""
    subject = Subject(row.subject_kind, row.subject_number, row.subject_version)
    if isinstance(row, Export):
        return Asked(row.template, subject, row.as_of, row.since)
    if as_of is None:
        raise ValueError("A schedule says nothing of the moment.")
    return Asked(row.template, subject, as_of, since)


def exports_page(
    session: Session, narrowed: ExportFilter | None = None, *, at: datetime, limit: int, offset: int = 0
) -> Page[ExportRow]:
    """Exports, newest first, with who downloaded them."""
    wanted = conditions(narrowed or ExportFilter(), at)
    total = session.execute(
        select(func.count())
        .select_from(Export)
        .outerjoin(Model, col(Model.id) == col(Export.model_id))
        .outerjoin(ExportSchedule, col(ExportSchedule.id) == col(Export.schedule_id))
        .where(*wanted)
    ).scalar_one()
    return Page(_rows(session, wanted, limit=limit, offset=offset), total)


def export_row(session: Session, number: str) -> ExportRow:
    """One export with its downloads; raises `NotFound`."""
    rows = _rows(session, [col(Export.number) == number], limit=1, offset=0)
    if not rows:
        raise NotFound("export", number)
    return rows[0]


def pending_exports(session: Session, person: str | None = None) -> int:
    """How many are under way, of one person or of all."""
    query = select(func.count()).select_from(Export).where(col(Export.status).in_(PENDING))
    return int(session.execute(query.where(Export.requested_by == person) if person else query).scalar_one())


def _rows(session: Session, wanted: list[ColumnElement[bool]], *, limit: int, offset: int) -> tuple[ExportRow, ...]:
    shown = session.execute(
        select(Export, func.coalesce(Model.name, ""), func.coalesce(ExportSchedule.number, ""))
        .outerjoin(Model, col(Model.id) == col(Export.model_id))
        .outerjoin(ExportSchedule, col(ExportSchedule.id) == col(Export.schedule_id))
        .where(*wanted)
        .order_by(col(Export.id).desc())
        .limit(limit)
        .offset(offset)
    ).all()
    taken = session.exec(
        select(ExportDownload)
        .where(col(ExportDownload.export_id).in_([export.id for export, *_ in shown]))
        .order_by(col(ExportDownload.id))
    ).all()
    return tuple(
        ExportRow(export, name, schedule, tuple((one.person, one.at) for one in taken if one.export_id == export.id))
        for export, name, schedule in shown
    )


def conditions(narrowed: ExportFilter, at: datetime) -> list[ColumnElement[bool]]:
    """The filter in SQL."""
    found: list[ColumnElement[bool]] = []
    if narrowed.template:
        found.append(col(Export.template) == narrowed.template)
    if narrowed.about:
        found.append(col(Export.subject_number) == narrowed.about)
    if narrowed.person:
        found.append(col(Export.requested_by) == narrowed.person)
    if narrowed.schedule:
        found.append(col(ExportSchedule.number) == narrowed.schedule)
    match narrowed.state:
        case None:
            pass
        case ExportState.PENDING:
            found.append(col(Export.status).in_(PENDING))
        case ExportState.READY:
            found += [col(Export.status) == ExportStatus.READY, col(Export.expires_at) > at]
        case ExportState.EXPIRED:
            found += [col(Export.status) == ExportStatus.READY, col(Export.expires_at) <= at]
        case state:
            found.append(col(Export.status) == ExportStatus(state.value))
    return found
