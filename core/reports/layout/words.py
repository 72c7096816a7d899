"""How figures, moments and states are written in print: one format each, as on the pages."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from core.reports.layout.blocks import Badge, Tone
from core.reports.texts import words as texts
from core.reports.values import Estimate, PersonLine

NOTHING = "–"
SPACE = "\u00a0"
MINUS = "−"

_TONES: Mapping[Tone, frozenset[str]] = MappingProxyType(
    {
        Tone.GOOD: frozenset({"pass", "met", "approve", "approved", "validated", "verified closed", "executed"})
        | {"in production", "finished"},
        Tone.STOPS: frozenset({"fail", "not met", "reject", "rejected", "not validated", "critical", "high"}),
        Tone.ATTENTION: frozenset({"medium", "open", "void", "small sample"}),
        Tone.UNDER_WAY: frozenset({"requested", "in review", "in validation", "in approval", "remediated"})
        | {"queued", "running"},
    }
)


def badge(value: str) -> Badge:
    """A stored state as word, shape and colour; a word that is not known carries no verdict."""
    tone = next((tone for tone, words in _TONES.items() if value in words), Tone.NONE)
    return Badge(stored(value), tone)


def stored(value: str) -> str:
    """A stored word as it is said: a state, a kind, a use."""
    return texts.STATES.get(value) or sentence(value)


def sentence(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


def number(value: float | None, digits: int = 2) -> str:
    """0.63; nothing or not finite: –."""
    if value is None or not math.isfinite(value):
        return NOTHING
    written = f"{abs(value):,.{digits}f}"
    return f"{MINUS}{written}" if value < 0 and float(written.replace(",", "")) else written


def count(value: int | None) -> str:
    """7,214."""
    return NOTHING if value is None else f"{value:,}"


def counted(value: int, noun: str) -> str:
    """1 finding, 7 findings."""
    one, several = texts.NOUNS[noun]
    return f"{value:,}{SPACE}{one if value == 1 else several}"


def estimate(value: Estimate, digits: int = 2) -> str:
    """0.63 (0.60 to 0.66)."""
    return _with_interval(*(number(part, digits) for part in (value.value, value.low, value.high)), unit="")


def share(value: Estimate) -> str:
    """41.2 % (39.6 to 42.8)."""
    parts = (None if part is None else part * 100 for part in (value.value, value.low, value.high))
    return _with_interval(*(number(part, 1) for part in parts), unit=f"{SPACE}%")


def signed(value: float | None, digits: int = 2) -> str:
    """+0.28, −0.17."""
    shown = number(value, digits)
    return shown if shown == NOTHING or shown.startswith(MINUS) else f"+{shown}"


def precise(value: float | None, threshold: float | None) -> str:
    """A figure to three decimals, or to as many as it takes to tell it from its threshold."""
    if value is None or not math.isfinite(value):
        return NOTHING
    for places in range(3, 17):
        written = f"{value:.{places}f}"
        if threshold is None or value == threshold or float(written) != threshold:
            return written.replace("-", MINUS)
    return repr(value)


def required(direction: str | None, threshold: float | None) -> str:
    """At least 0.8; – without a threshold."""
    return NOTHING if threshold is None else f"{direction or ''} {threshold:g}".strip().replace(" ", SPACE)


def p_value(value: float | None) -> str:
    """p = 0.018, or p < 0.001."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"p{SPACE}<{SPACE}0.001" if value < 0.001 else f"p{SPACE}={SPACE}{value:.3f}"


def day(at: datetime | None) -> str:
    """3 Aug 2026, in UTC."""
    if at is None:
        return NOTHING
    moment_ = at.astimezone(UTC)
    return f"{moment_.day}{SPACE}{texts.MONTHS[moment_.month - 1]}{SPACE}{moment_.year}"


def moment(at: datetime | None) -> str:
    """23 Nov 2026, 09:38 UTC."""
    return NOTHING if at is None else texts.MOMENT.format(day=day(at), time=f"{at.astimezone(UTC):%H:%M}")


def size(octets: int) -> str:
    """2.1 MB, in powers of ten."""
    for unit, scale in zip(texts.UNITS, (10**9, 10**6, 10**3), strict=True):
        if octets >= scale:
            return f"{octets / scale:.1f}{SPACE}{unit}"
    return texts.BYTES.format(octets=octets)


def clipped(text: str, most: int) -> str:
    """At most so many characters, an ellipsis for the rest; for titles and running lines only."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def or_nothing(text: str | None) -> str:
    """The text, or – where there is none."""
    return text if text else NOTHING


class Legend:
    """People's numbers as names, where the dossier explains them."""

    def __init__(self, people: Sequence[PersonLine]) -> None:
        self._names = {person.number: person.name for person in people}

    def name(self, number_: str | None) -> str:
        """“Name (P0003)”, the bare number when it is not explained, – for nobody."""
        if number_ is None or not number_:
            return NOTHING
        name = self._names.get(number_)
        return f"{name} ({number_})" if name and name != number_ else number_


def _with_interval(value: str, low: str, high: str, *, unit: str) -> str:
    if value == NOTHING:
        return NOTHING
    return (
        f"{value}{unit}"
        if NOTHING in (low, high)
        else texts.INTERVAL.format(value=value, unit=unit, low=low, high=high)
    )
