"""Cuts time into chunks in UTC: hours and days from midnight, weeks from Monday, months from the first."""

from datetime import UTC, datetime, timedelta

HOUR, DAY, WEEK, MONTH = "hour", "day", "week", "month"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
LENGTHS = {HOUR: timedelta(hours=1), DAY: timedelta(days=1), WEEK: timedelta(weeks=1)}


def position_of(moment: datetime, amount: int, unit: str) -> int:
    """The number of the chunk in which a moment lies, counted from 1970; each begins where the one before ended."""
    if unit == MONTH:
        return ((moment.astimezone(UTC).year - 1970) * 12 + moment.astimezone(UTC).month - 1) // amount
    origin = FIRST_MONDAY if unit == WEEK else EPOCH
    return (moment - origin) // (LENGTHS[unit] * amount)


def start_of(position: int, amount: int, unit: str) -> datetime:
    """When a chunk begins; the one before ends there."""
    if unit == MONTH:
        months = position * amount
        return datetime(1970 + months // 12, months % 12 + 1, 1, tzinfo=UTC)
    origin = FIRST_MONDAY if unit == WEEK else EPOCH
    return origin + LENGTHS[unit] * amount * position


def season_of(start: datetime, season: str) -> tuple[int, ...]:
    """What chunks have in common that are comparable: the hour, the weekday, both, the month, or nothing."""
    start = start.astimezone(UTC)
    return {
        "hour": (start.hour,),
        "weekday": (start.weekday(),),
        "weekday and hour": (start.weekday(), start.hour),
        "month": (start.month,),
    }.get(season, ())


def usual_season(amount: int, unit: str) -> str:
    """Which chunks are comparable where nothing is said: hours by weekday and hour, single days by weekday."""
    if unit == HOUR:
        return "weekday and hour"
    return {DAY: "weekday" if amount == 1 else "any", MONTH: "month"}.get(unit, "any")
