"""Which denominators explain the printed impact ratios of a table, where the highest rate does not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Protocol

from core.metrics.bias_audit.rounding import Printed, printed

EVERYBODY = "everybody"


class Line(Protocol):
    """What is read of a published row."""

    @property
    def category(self) -> str: ...
    @property
    def n(self) -> int: ...
    @property
    def selected(self) -> int | None: ...
    @property
    def rate(self) -> str: ...
    @property
    def impact_ratio(self) -> str: ...


@dataclass(frozen=True)
class Share:
    """A rate between two bounds, equal where the count is printed; `printed` is the rate as printed."""

    name: str
    low: Fraction
    high: Fraction
    printed: Fraction | None


@dataclass(frozen=True)
class Shares:
    """The rates of a table by category, the highest among those with an impact ratio, and that of everybody."""

    by_category: Mapping[str, Share]
    highest: Share | None
    everybody: Share | None


def counts_between(shown: Printed, n: int) -> tuple[range, range]:
    """The numbers of people out of n whose share rounds half up to the print, and those that are truncated to it."""
    half = shown.unit / 2
    rounded = range(max(0, ceil((shown.value - half) * n)), min(n + 1, ceil((shown.value + half) * n)))
    cut = range(max(0, ceil(shown.value * n)), min(n + 1, ceil((shown.value + shown.unit) * n)))
    return rounded, cut


def shares_of(rows: Sequence[Line], *, percent_rates: bool) -> Shares:
    """The rate of each category, from its count or else from its printed rate; rows with neither have none."""
    found = {row.category: share for row in rows if (share := _share(row, percent_rates)) is not None}
    compared = [found[row.category] for row in rows if row.category in found and printed(row.impact_ratio)]
    best = max(compared, key=lambda share: (share.high, share.low), default=None)
    highest = None
    if best is not None and best.high:
        highest = Share(best.name, max(share.low for share in compared), best.high, _most(compared))
    return Shares(found, highest, _everybody(rows, found))


def _share(row: Line, percent_rates: bool) -> Share | None:
    shown = printed(row.rate, percent=percent_rates)
    value = shown.value if shown else None
    if not row.n:
        return None
    if row.selected is not None:
        share = Fraction(row.selected, row.n)
        return Share(row.category, share, share, value)
    if shown is None:
        return None
    counts = next((found for found in counts_between(shown, row.n) if found), None)
    if counts is None:
        return Share(row.category, shown.value, shown.value, value)
    return Share(row.category, Fraction(counts[0], row.n), Fraction(counts[-1], row.n), value)


def _most(shares: Sequence[Share]) -> Fraction | None:
    rates = [share.printed for share in shares if share.printed is not None]
    return max(rates) if len(rates) == len(shares) else None


def _everybody(rows: Sequence[Line], found: Mapping[str, Share]) -> Share | None:
    counted = [(row.n, found[row.category]) for row in rows if row.category in found]
    people = sum(n for n, _ in counted)
    if not people:
        return None
    low, high = (sum((n * getattr(s, side) for n, s in counted), Fraction(0)) / people for side in ("low", "high"))
    return Share(EVERYBODY, low, high, None)


def compare(
    agrees: Callable[[Fraction, Fraction], bool], share: Share, denominator: Share, *, capped: bool = False
) -> bool:
    """Whether some ratio that the bounds allow agrees with the print; `capped` where no ratio can exceed 1."""
    if not denominator.high:
        return False
    low = share.low / denominator.high
    high = share.high / denominator.low if denominator.low else None
    if capped:
        high = min(high, Fraction(1)) if high is not None else Fraction(1)
        low = min(low, high)
    return high is not None and agrees(low, high)


def explanation(rows: Sequence[Line], shares: Shares, shown: Printed, share: Share) -> Share | None:
    """The denominator against which the print follows; of several, the one that explains most of the table."""
    candidates = [*shares.by_category.values(), *([shares.everybody] if shares.everybody else [])]
    fitting = [one for one in candidates if compare(shown.rounds_between, share, one)]
    return max(fitting, key=lambda one: _explained(rows, shares, one), default=None)


def _explained(rows: Sequence[Line], shares: Shares, denominator: Share) -> int:
    return sum(
        compare(shown.rounds_between, shares.by_category[row.category], denominator)
        for row in rows
        if (shown := printed(row.impact_ratio)) and row.category in shares.by_category
    )
