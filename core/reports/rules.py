"""Who may make, stop and take exports away, and when a scheduled one is due."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LAST_DAY = 28  # of a month: the day that every month has
MOST_RECIPIENTS = 50


class ExportStatus(StrEnum):
    """How far an export is."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Rhythm(StrEnum):
    """How often a scheduled export is made."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class ScheduleState(StrEnum):
    """Whether a schedule runs."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


PENDING = frozenset({ExportStatus.QUEUED, ExportStatus.RUNNING})


@dataclass(frozen=True)
class Clock:
    """When a schedule is due: the day of its rhythm, minutes since midnight, and the zone of both."""

    rhythm: Rhythm
    day: int
    minutes: int
    zone: str


def export_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot make or download an export."""
    return permission_refusals(actor, Permission.EXPORT_MAKE)


def preview_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot look at a report; it says nothing that the pages do not."""
    return permission_refusals(actor, Permission.RECORD_READ)


def download_refusals(
    actor: Actor, export: str, status: ExportStatus, expires_at: datetime, at: datetime
) -> tuple[Refusal, ...]:
    """Why this export cannot be taken away now."""
    reasons = list(export_refusals(actor))
    if status is not ExportStatus.READY:
        reasons.append(Refusal("not-ready", f"Export {export} is {status}"))
    if expires_at <= at:
        reasons.append(Refusal("expired", f"Export {export} has expired", way_out="Make a new one."))
    return tuple(reasons)


def cancel_refusals(actor: Actor, export: str, status: ExportStatus, requested_by: str) -> tuple[Refusal, ...]:
    """Why this export cannot be stopped: it ended, or somebody else asked for it."""
    reasons = list(export_refusals(actor))
    if actor.id != requested_by:
        reasons.append(Refusal("not-yours", f"Somebody else asked for {export}", "exports", "Ask them to cancel it."))
    if status not in PENDING:
        reasons.append(Refusal("export-ended", f"Export {export} is {status}", "exports"))
    return tuple(reasons)


def schedule_refusals(
    actor: Actor, state: ScheduleState, wanted: ScheduleState, created_by: str
) -> tuple[Refusal, ...]:
    """Why a schedule cannot be paused, resumed or ended: it is somebody else's, it ended, or it is so already."""
    reasons = list(export_refusals(actor))
    if actor.id != created_by:
        reasons.append(Refusal("not-yours", "Somebody else made this schedule", "exports", "Ask them to change it."))
    if state is ScheduleState.ENDED:
        reasons.append(Refusal("schedule-ended", "The schedule has ended", "exports", "Make a new one."))
    elif state is wanted:
        reasons.append(Refusal("same-state", f"The schedule is {state} already", "exports"))
    return tuple(reasons)


def clock_problems(clock: Clock) -> tuple[str, ...]:
    """What is wrong with a time: the day, the minute or the zone."""
    found = []
    most = 7 if clock.rhythm is Rhythm.WEEKLY else LAST_DAY
    if not 1 <= clock.day <= most:
        found.append(f"the day is from 1 to {most}")
    if not 0 <= clock.minutes < 24 * 60:
        found.append("the time is from 00:00 to 23:59")
    if zone_of(clock.zone) is None:
        found.append("no such time zone")
    return tuple(found)


def zone_of(name: str) -> ZoneInfo | None:
    """The zone with this name, such as Europe/Zurich; None for another text."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def newest_due(clock: Clock, *, at: datetime, after: datetime) -> datetime | None:
    """The last moment at or before `at` that is due, if it lies after `after`: what was missed is made once.

    A time that a change of the clocks leaves out is due an hour later; one that comes twice is due the first time.
    """
    zone = zone_of(clock.zone)
    if zone is None:
        return None
    today = at.astimezone(zone).date()
    moments = (_moment(day, clock.minutes, zone) for day in (_day(clock, today), _day(clock, _before(clock, today))))
    due = next((moment for moment in moments if moment <= at), None)
    return due if due is not None and due > after else None


def next_due(clock: Clock, *, at: datetime) -> datetime | None:
    """The first moment after `at` that is due."""
    zone = zone_of(clock.zone)
    if zone is None:
        return None
    day = at.astimezone(zone).date()
    for _ in range(3):
        moment = _moment(_day(clock, day), clock.minutes, zone)
        if moment > at:
            return moment
        day = _after(clock, day)
    return None


def period_before(clock: Clock, due: datetime) -> datetime:
    """When the period of a scheduled report begins: the due moment before this one."""
    zone = zone_of(clock.zone) or ZoneInfo("UTC")
    return _moment(_day(clock, _before(clock, due.astimezone(zone).date())), clock.minutes, zone)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)


def _day(clock: Clock, around: date) -> date:
    """The due day of the week, month or quarter around a day."""
    if clock.rhythm is Rhythm.WEEKLY:
        return around - timedelta(days=around.isoweekday() - clock.day)
    month = around.month if clock.rhythm is Rhythm.MONTHLY else (around.month - 1) // 3 * 3 + 1
    return date(around.year, month, clock.day)


def _before(clock: Clock, day: date) -> date:
    """A day in the period before."""
    if clock.rhythm is Rhythm.WEEKLY:
        return day - timedelta(days=7)
    first = _day(Clock(clock.rhythm, 1, 0, clock.zone), day)
    return first - timedelta(days=1)


def _after(clock: Clock, day: date) -> date:
    """A day in the period after."""
    if clock.rhythm is Rhythm.WEEKLY:
        return day + timedelta(days=7)
    first = _day(Clock(clock.rhythm, 1, 0, clock.zone), day)
    months = 1 if clock.rhythm is Rhythm.MONTHLY else 3
    for _ in range(months):
        first += timedelta(days=monthrange(first.year, first.month)[1])
    return first
