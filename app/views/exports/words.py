"""How reports, their subjects, forms and moments are written on the page and in its address."""

from datetime import UTC, datetime

from app.components import plain
from app.components.formats import moment
from core.reports.formats.kinds import KINDS, Format
from core.reports.rules import WEEKDAYS, Clock, Rhythm
from core.reports.tables import Export, ExportSchedule
from core.reports.templates import TEMPLATES
from core.reports.values.report import SubjectKind

STAMP = "%Y-%m-%d %H:%M"
EVERY_VERSION = "Every version"


def title_of(template: str) -> str:
    """What a report is called; its key when it is no longer offered."""
    found = TEMPLATES.get(template)
    return found.title if found else template


def form_title(form: Format) -> str:
    """What a form is called."""
    return KINDS[form].title


def subject_of(row: Export | ExportSchedule, model_name: str) -> str:
    """“Credit score v1.0.0”, escaped."""
    if row.subject_kind is SubjectKind.ORGANISATION:
        return "Organisation"
    version = f" v{plain(row.subject_version)}" if row.subject_version else ""
    return f"{plain(model_name or row.subject_number)}{version}"


def parsed_moment(text: str) -> datetime | None:
    """2026-11-23 or 2026-11-23 09:38, in UTC; None for another text."""
    for pattern in (STAMP, "%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%z"):
        try:
            found = datetime.strptime(text.strip(), pattern)  # noqa: DTZ007  the zone follows
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def span(row: Export) -> str:
    """As of when, or from when until when."""
    if row.since is None:
        return f"As of {moment(row.as_of)}"
    return f"{moment(row.since)} to {moment(row.as_of)}"


def rhythm_words(clock: Clock) -> str:
    """“Every Monday, 07:00 Europe/Zurich”."""
    at = f"{clock.minutes // 60:02d}:{clock.minutes % 60:02d} {clock.zone}"
    if clock.rhythm is Rhythm.WEEKLY:
        return f"Every {WEEKDAYS[clock.day - 1]}, {at}"
    if clock.rhythm is Rhythm.MONTHLY:
        return f"Day {clock.day} of every month, {at}"
    return f"Day {clock.day} of every quarter, {at}"
