"""The inventory statement of the example, scheduled for its auditor."""

from datetime import datetime

from app.composition import Workplace
from core.access.rules import Actor
from core.reports.formats.kinds import Format
from core.reports.rules import Clock, Rhythm
from core.reports.service import NewSchedule, schedule_export
from core.reports.values.report import Subject, SubjectKind


def schedule_reports(place: Workplace, *, by: Actor, recipient: str, at: datetime) -> str:
    """On the first of every month, at seven in Zürich; the number of the schedule."""
    clock = Clock(Rhythm.MONTHLY, 1, 7 * 60, "Europe/Zurich")
    new = NewSchedule("inventory", Subject(SubjectKind.ORGANISATION), Format.XLSX, clock, (recipient,))
    return schedule_export(place.store, place.ledger, new=new, actor=by, at=at).schedule
