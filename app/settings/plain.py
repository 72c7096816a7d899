"""Readers of plain values; each names the variable that cannot be read."""

import re
from collections.abc import Mapping

from app.settings.values import PREFIX, SettingError

SHORTEST_DAYS, LONGEST_DAYS = 30, 366


def get(environ: Mapping[str, str], name: str, default: str = "") -> str:
    """What is written there, without space around it, or what holds otherwise."""
    return environ.get(PREFIX + name, "").strip() or default


def whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    """A whole number from 1 to 65535, which is what a port may be and enough for the rest."""
    written = get(environ, name, str(default))
    if not re.fullmatch(r"[0-9]{1,5}", written) or not 0 < int(written) < 65536:
        raise SettingError(name, "a whole number from 1 to 65535")
    return int(written)


def days(environ: Mapping[str, str], name: str, default: int) -> int:
    """Long enough for what happens within: a review is open for 14 days, a warning lasts 15."""
    found = whole_number(environ, name, default)
    if not SHORTEST_DAYS <= found <= LONGEST_DAYS:
        raise SettingError(name, f"a number of days from {SHORTEST_DAYS} to {LONGEST_DAYS}")
    return found


def yes_or_no(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Yes or no."""
    written = get(environ, name, "yes" if default else "no")
    if written not in {"yes", "no"}:
        raise SettingError(name, "yes or no")
    return written == "yes"
