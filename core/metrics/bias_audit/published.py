"""Whether the figures of a published table follow from its counts by the formula of 6 RCNY 5-300."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from core.metrics.bias_audit.explaining import Share, Shares, compare, counts_between, explanation, shares_of
from core.metrics.bias_audit.labels import persons
from core.metrics.bias_audit.rounding import Printed, percent, printed
from core.metrics.bias_audit.tables import CLAUSE, LIMIT


class Agreement(StrEnum):
    """How a printed figure follows from the counts, if it does."""

    ROUNDED = "rounded half up"
    POSSIBLE = "possible"  # no count is printed, and some whole number of people gives the figure
    TRUNCATED = "truncated"
    PRINTED_RATES = "from printed rates"
    OTHER_DENOMINATOR = "against another rate"
    NONE = "does not follow"


FOLLOWS = frozenset({Agreement.ROUNDED, Agreement.POSSIBLE})


@dataclass(frozen=True)
class PublishedRow:
    """One line as published; `rate` and `impact_ratio` are the printed text, blank or a word where there is none."""

    category: str
    n: int
    selected: int | None
    rate: str
    impact_ratio: str


@dataclass(frozen=True)
class PublishedTable:
    """One table as published; `percent` reads rates without a sign as per cent."""

    name: str
    rows: tuple[PublishedRow, ...]

    @property
    def percent(self) -> bool:
        """Whether bare rates are per cent: one of them is above 1."""
        bare = [found for row in self.rows if (found := printed(row.rate)) and "%" not in row.rate]
        return any(found.value > 1 for found in bare)


@dataclass(frozen=True)
class PrintedFigure:
    """One printed figure: the value that the counts give (None where they are not printed), and how the two agree.

    `denominator` names what an impact ratio was held against: the category of the highest rate or, where the figure
    follows from that alone, another one.
    """

    table: str
    category: str
    figure: str
    printed: str
    value: float | None
    agreement: Agreement
    denominator: str = ""
    note: str = ""

    @property
    def follows(self) -> bool:
        """Whether the rule's formula gives the figure, rounded half up to its printed places."""
        return self.agreement in FOLLOWS


@dataclass(frozen=True)
class PublishedCheck:
    """Every printed figure, and what else stands against the tables as a whole."""

    figures: tuple[PrintedFigure, ...]
    notes: tuple[str, ...]

    @property
    def exceptions(self) -> tuple[PrintedFigure, ...]:
        """The figures that do not follow."""
        return tuple(figure for figure in self.figures if not figure.follows)


def check_published(tables: Iterable[PublishedTable]) -> PublishedCheck:
    """Recompute each printed rate and impact ratio, and say how the print follows from it.

    Rate = selected / n. Impact ratio = rate / highest rate among the rows that print an impact ratio; a row without one
    counts as excluded. Where no `selected` is printed (the rule's scoring tables), each rate stands for the whole
    numbers of people that give it. A figure follows if it is the value rounded half up to its printed places; where
    it is not, truncation, printed rates instead of counts, and other denominators are tried in this order.
    Source: 6 RCNY 5-300, “impact ratio”; 5-301(d) for excluded categories.
    """
    figures: list[PrintedFigure] = []
    notes: list[str] = []
    for table in tables:
        shares = shares_of(table.rows, percent_rates=table.percent)
        figures += _rates(table)
        figures += _ratios(table, shares)
        notes += [f"{table.name}: {note}" if table.name else note for note in _notes(table)]
    return PublishedCheck(tuple(figures), tuple(notes))


def _rates(table: PublishedTable) -> Iterable[PrintedFigure]:
    for row in table.rows:
        shown = printed(row.rate, percent=table.percent)
        if shown is not None:
            value = float(Fraction(row.selected, row.n)) if row.n and row.selected is not None else None
            agreement, note = _rate(row, shown)
            yield PrintedFigure(table.name, row.category, "rate", row.rate, value, agreement, str(row.n), note)


def _rate(row: PublishedRow, shown: Printed) -> tuple[Agreement, str]:
    if not row.n:
        return Agreement.NONE, "a rate is printed, but nobody is in the category"
    rounded, cut = counts_between(shown, row.n)
    if row.selected is None:
        if rounded:
            return Agreement.POSSIBLE, ""
        if cut:
            return Agreement.TRUNCATED, f"no whole number of {row.n:,} rounds to it; {cut[0]:,} truncated does"
        return Agreement.NONE, f"no whole number out of {persons(row.n)} gives it"
    share = Fraction(row.selected, row.n)
    if shown.rounds(share):
        return Agreement.ROUNDED, ""
    if shown.truncates(share):
        return Agreement.TRUNCATED, f"{row.selected:,} of {row.n:,} is {percent(share, 3)}"
    meant = f"; it would take {_range(rounded)}" if rounded else ""
    return Agreement.NONE, f"{row.selected:,} of {row.n:,} is {percent(share, 3)}{meant}"


def _range(counts: Sequence[int]) -> str:
    return f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"


def _ratios(table: PublishedTable, shares: Shares) -> Iterable[PrintedFigure]:
    for row in table.rows:
        shown, share = printed(row.impact_ratio), shares.by_category.get(row.category)
        if shown is None:
            continue
        if share is None or shares.highest is None:
            note = "neither a count nor a rate is printed beside it" if share is None else "the highest rate is 0"
            yield PrintedFigure(
                table.name, row.category, "impact_ratio", row.impact_ratio, None, Agreement.NONE, note=note
            )
            continue
        yield _ratio(table, row, shown, share, shares, shares.highest)


def _ratio(
    table: PublishedTable, row: PublishedRow, shown: Printed, share: Share, shares: Shares, highest: Share
) -> PrintedFigure:
    exact = share.low == share.high and highest.low == highest.high
    value = float(min(share.low / highest.low, Fraction(1))) if exact else None
    denominator, note = highest.name, ""
    if compare(shown.rounds_between, share, highest, capped=True):
        agreement = Agreement.ROUNDED if exact else Agreement.POSSIBLE
    elif compare(shown.truncates_between, share, highest, capped=True):
        agreement = Agreement.TRUNCATED
    elif share.printed is not None and highest.printed and shown.rounds(share.printed / highest.printed):
        agreement, note = Agreement.PRINTED_RATES, "it follows from the printed rates, not from the counts"
    else:
        other = explanation(table.rows, shares, shown, share)
        agreement = Agreement.OTHER_DENOMINATOR if other else Agreement.NONE
        denominator = other.name if other else highest.name
        note = (
            f"it follows against {other.name}, not against {highest.name}, which has the highest rate" if other else ""
        )
    return PrintedFigure(
        table.name, row.category, "impact_ratio", row.impact_ratio, value, agreement, denominator, note
    )


def _notes(table: PublishedTable) -> Iterable[str]:
    people = sum(row.n for row in table.rows)
    without = [row for row in table.rows if printed(row.impact_ratio) is None and row.n]
    if without and len(without) == len(table.rows):
        yield "no impact ratio is printed"
        return
    for row in without:
        share = Fraction(row.n, people)
        if share >= LIMIT:
            said = f"{row.category} has no impact ratio, with {row.n:,} of {persons(people)} ({percent(share)})"
            yield f"{said}; {CLAUSE} allows that under 2 % only"
    for row in table.rows:
        if row.n and printed(row.rate) is None:
            yield f"{row.category} has no rate"
