"""How figures, moments and digests are written: one format each, with non-breaking spaces and a true minus."""

import math
from datetime import UTC, datetime, timedelta

NOTHING = "–"
_SPACE = "\u00a0"
_MINUS = "−"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def number(value: float | None, digits: int = 2) -> str:
    """A fraction or ratio: 0.63; nothing or not finite: “–”."""
    if value is None or not math.isfinite(value):
        return NOTHING
    written = f"{abs(value):,.{digits}f}"
    return f"{_MINUS}{written}" if value < 0 and float(written.replace(",", "")) else written


def count(value: int | None) -> str:
    """A number of things: 7,214."""
    return NOTHING if value is None else number(value, 0)


def counted(value: int, singular: str, plural: str = "") -> str:
    """A number with its noun: “1 review”, “7 reviews”."""
    return f"{count(value)}{_SPACE}{singular if value == 1 else plural or singular + 's'}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share from 0 to 1 as 41.2 %."""
    shown = number(None if value is None else value * 100, digits)
    return shown if shown == NOTHING else f"{shown}{_SPACE}%"


def signed(value: float | None, digits: int = 2) -> str:
    """A difference: +0.28, −0.17."""
    shown = number(value, digits)
    return shown if shown == NOTHING or shown.startswith(_MINUS) else f"+{shown}"


def points(value: float | None, digits: int = 1) -> str:
    """A difference of two shares in percentage points: −1.3 pp."""
    shown = signed(None if value is None else value * 100, digits)
    return shown if shown == NOTHING else f"{shown}{_SPACE}pp"


def with_interval(value: float | None, low: float | None, high: float | None, digits: int = 2) -> str:
    """0.63 (0.60 to 0.66); the bare figure when it has no interval."""
    return _interval(number(value, digits), number(low, digits), number(high, digits), "")


def percent_with_interval(value: float | None, low: float | None, high: float | None) -> str:
    """41.2 % (39.6 to 42.8)."""
    shown, lowest, highest = (number(None if part is None else part * 100, 1) for part in (value, low, high))
    return _interval(shown, lowest, highest, f"{_SPACE}%")


def p_value(value: float | None) -> str:
    """p = 0.018, or p < 0.001."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"p{_SPACE}<{_SPACE}0.001" if value < 0.001 else f"p{_SPACE}={_SPACE}{value:.3f}"


def day(at: datetime | None, *, today: datetime | None = None) -> str:
    """3 Aug 2026, or 3 Aug when `today` is in the same year; the date in UTC."""
    if at is None:
        return NOTHING
    moment = at.astimezone(UTC)
    short = f"{moment.day}{_SPACE}{_MONTHS[moment.month - 1]}"
    same_year = today is not None and today.astimezone(UTC).year == moment.year
    return short if same_year else f"{short}{_SPACE}{moment.year}"


def moment(at: datetime | None) -> str:
    """23 Nov 2026, 09:38 UTC."""
    return NOTHING if at is None else f"{day(at)},{_SPACE}{at.astimezone(UTC):%H:%M}{_SPACE}UTC"


def weekday_moment(at: datetime) -> str:
    """Mon 23 Nov 2026, 09:41 UTC."""
    return f"{_DAYS[at.astimezone(UTC).weekday()]}{_SPACE}{moment(at)}"


def days(span: timedelta) -> str:
    """Whole days, without sign: 3 d."""
    return f"{abs(span) // timedelta(days=1)}{_SPACE}d"


def digest(full: str) -> str:
    """The first 8 hex digits of a digest; the whole one stands on its own page."""
    return full[:8] or NOTHING


def size(bytes_: int) -> str:
    """2.1 MB, in powers of ten as file managers show it."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if bytes_ >= scale:
            return f"{bytes_ / scale:.1f}{_SPACE}{unit}"
    return f"{bytes_}{_SPACE}bytes"


def _interval(value: str, low: str, high: str, unit: str) -> str:
    if value == NOTHING:
        return NOTHING
    if NOTHING in (low, high):
        return f"{value}{unit}"
    return f"{value}{unit}{_SPACE}({low}{_SPACE}to{_SPACE}{high})"
