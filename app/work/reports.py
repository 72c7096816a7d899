"""Scheduled reports that wait for a person to read them."""

from datetime import datetime

from sqlmodel import Session

from app.work.asked import export_said
from app.work.tasks import State, Task
from core.access.rules import Actor
from core.reports.rules import export_refusals
from core.reports.service import exports_to_read


def reports_to_read(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Exports of schedules whose recipient the actor is, until they are taken away or expire; the newest first."""
    if export_refusals(actor):
        return []
    return [
        Task(
            what=f"Read {export_said(export)}",
            address="/exports",
            query=(("export", export.number),),
            model=export.subject_number if export.model_id else "",
            model_name="",
            tier=None,
            since=export.ready_at or export.requested_at,
            due=export.expires_at,
            state=State("Ready"),
            why=f"You receive schedule {schedule}",
        )
        for export, schedule in exports_to_read(session, actor.id, at=at)
    ]
