"""Regulators' clocks in words: the state as a badge with the time that is left."""

from datetime import datetime, timedelta

from app.components import status
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.ticking import Clock

SPACE = "\u00a0"


def span(time: timedelta) -> str:
    """Days and hours, of less than a day hours and minutes: “2 d 4 h”, “5 h 12 min”."""
    minutes = abs(time) // timedelta(minutes=1)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days}{SPACE}d {hours}{SPACE}h" if hours else f"{days}{SPACE}d"
    return f"{hours}{SPACE}h {minutes % 60}{SPACE}min" if hours else f"{minutes}{SPACE}min"


def clock_badge(clock: Clock, at: datetime) -> str:
    """“Nearing 5 h left”, “Overdue 3 h”, “Met”."""
    if clock.state is ClockState.OVERDUE:
        return status(clock.state, span(clock.left(at)))
    if clock.ticks:
        return status(clock.state, f"{span(clock.left(at))} left")
    if clock.state is ClockState.MET_LATE and clock.notification:
        return status(clock.state, f"by {span(clock.notification.notified_at - clock.due_at)}")
    return status(clock.state)


def hours_said(hours: int) -> str:
    """“15 days”, “72 hours”: as the texts say it."""
    return f"{hours // 24}{SPACE}days" if (hours % 24 == 0 and hours > 72) or hours == 48 else f"{hours}{SPACE}hours"
