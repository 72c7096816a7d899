"""Reads schedules with who receives what they make, and the exports that wait for a person to read them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, exists, select

from core.inventory.tables import Model
from core.reports.rules import ExportStatus, ScheduleState, next_due
from core.reports.service.schedules import clock_of
from core.reports.tables import Export, ExportDownload, ExportRecipient, ExportSchedule


@dataclass(frozen=True)
class ScheduleRow:
    """A schedule, its recipients, when it is due next, and the newest export that it made."""

    schedule: ExportSchedule
    model_name: str
    recipients: tuple[str, ...]
    next_at: datetime | None
    made: int
    last: Export | None


def schedules(session: Session, *, at: datetime, ended: bool = False) -> tuple[ScheduleRow, ...]:
    """Those that run or are paused, or those that have ended; newest first."""
    state = col(ExportSchedule.state)
    rows = session.execute(
        select(ExportSchedule, func.coalesce(Model.name, ""))
        .outerjoin(Model, col(Model.id) == col(ExportSchedule.model_id))
        .where(state == ScheduleState.ENDED if ended else state != ScheduleState.ENDED)
        .order_by(col(ExportSchedule.id).desc())
        .limit(500)
    ).all()
    ids = [row.id for row, _ in rows]
    people = session.exec(select(ExportRecipient).where(col(ExportRecipient.schedule_id).in_(ids))).all()
    counts = session.execute(
        select(col(Export.schedule_id), func.count(), func.max(Export.id))
        .where(col(Export.schedule_id).in_(ids))
        .group_by(col(Export.schedule_id))
    ).all()
    made = {key: (count, newest) for key, count, newest in counts}
    newest = session.exec(select(Export).where(col(Export.id).in_([one for _, one in made.values()]))).all()
    by_id = {row.id: row for row in newest}
    return tuple(
        ScheduleRow(
            schedule=row,
            model_name=name,
            recipients=tuple(sorted(one.person for one in people if one.schedule_id == row.id)),
            next_at=next_due(clock_of(row), at=at) if row.state is ScheduleState.ACTIVE else None,
            made=made.get(row.id, (0, None))[0],
            last=by_id.get(made.get(row.id, (0, None))[1]),
        )
        for row, name in rows
    )


def exports_to_read(session: Session, person: str, *, at: datetime) -> tuple[tuple[Export, str], ...]:
    """Ready exports of schedules that this person receives and has not taken away yet, with the schedule's number."""
    taken = exists().where(col(ExportDownload.export_id) == col(Export.id), col(ExportDownload.person) == person)
    rows = session.execute(
        select(Export, ExportSchedule.number)
        .join(ExportSchedule, col(ExportSchedule.id) == col(Export.schedule_id))
        .join(ExportRecipient, col(ExportRecipient.schedule_id) == col(ExportSchedule.id))
        .where(
            ExportRecipient.person == person,
            Export.status == ExportStatus.READY,
            col(Export.expires_at) > at,
            ~taken,
        )
        .order_by(col(Export.id).desc())
        .limit(100)
    ).all()
    return tuple((export, number) for export, number in rows)
