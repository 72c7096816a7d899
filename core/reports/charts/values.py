"""A chart before it is drawn: the same value stands behind a page, a PDF and an HTML file."""

import math
from dataclasses import dataclass
from enum import StrEnum

from core.reports.texts.charts import values as texts


class Scale(StrEnum):
    """How an axis is read."""

    RATIO = "ratio"  # 0.80
    SHARE = "share"  # 80 %
    NUMBER = "number"  # 0.0123 or 1,250: steps follow the data


class Mark(StrEnum):
    """What a row's shape says; the shape is the verdict, colour only repeats it."""

    MET = "met"  # filled dot
    BREACH = "breach"  # filled square
    REFERENCE = "reference"  # diamond
    TOO_SMALL = "too small to judge"  # hollow dot, dotted interval


@dataclass(frozen=True)
class IntervalRow:
    """One row: a figure with its interval; None is not available. `judged`: the sample carries a verdict."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    reference: bool = False
    judged: bool = True
    breach: bool = False

    @property
    def mark(self) -> Mark:
        """The shape: a reference is never judged against itself, and what is not judged cannot breach."""
        if self.reference:
            return Mark.REFERENCE
        if not self.judged:
            return Mark.TOO_SMALL
        return Mark.BREACH if self.breach else Mark.MET


@dataclass(frozen=True)
class DotAndInterval:
    """One figure per group against a threshold, in the order of the table beside it.

    `alt` states the finding; `scale` reads the axis. Bounds are those of the data, widened to round steps.
    """

    rows: tuple[IntervalRow, ...]
    threshold: float | None
    threshold_word: str  # “required 0.80”
    axis_title: str
    alt: str
    scale: Scale = Scale.RATIO
    most: float | None = None  # the axis ends here at the latest; what goes beyond is cut and marked
    bars: bool = False  # counts: a bar from nought to the value in place of a dot


@dataclass(frozen=True)
class Panel:
    """One rate for each group; a panel explains and does not judge."""

    title: str
    rows: tuple[IntervalRow, ...]


@dataclass(frozen=True)
class Panels:
    """Small multiples with shared rows and one scale from 0 to 100 %; the reference is a dashed line."""

    panels: tuple[Panel, ...]
    alt: str

    def __post_init__(self) -> None:
        labels = {tuple(row.label for row in panel.rows) for panel in self.panels}
        if len(labels) != 1:
            raise ValueError("All panels show the same groups in the same order.")


def alternative_text(
    what: str, rows: tuple[IntervalRow, ...], against: str = "", *, scale: Scale = Scale.RATIO, by: str = ""
) -> str:
    """“<what> by group, against <threshold>: <group> <value> (<low> to <high>), <verdict>; …”."""
    said = "; ".join(_row_said(row, scale, judged=bool(against)) for row in rows)
    return texts.BY_GROUP.format(
        what=what, by=by or texts.GROUP, more=texts.AGAINST.format(against=against) if against else "", said=said
    )


def counts_chart(rows: tuple[tuple[str, int], ...], axis_title: str, what: str) -> DotAndInterval:
    """Bars of counts in the order given; `what` begins the alternative text."""
    said = "; ".join(f"{label} {value:,}" for label, value in rows)
    drawn = tuple(IntervalRow(label, float(value)) for label, value in rows)
    return DotAndInterval(drawn, None, "", axis_title, f"{what}: {said}.", Scale.NUMBER, bars=True)


def panels_text(panels: tuple[Panel, ...]) -> str:
    """The alternative text of small multiples: each rate with its groups."""
    return " ".join(alternative_text(panel.title, panel.rows, scale=Scale.SHARE) for panel in panels)


def figure(value: float | None, scale: Scale, digits: int | None = None) -> str:
    """A figure as the axis writes it: 0.63, or 41.2 %."""
    if value is None or not math.isfinite(value):
        return texts.NOT_AVAILABLE
    if scale is Scale.SHARE:
        return f"{value * 100:.{1 if digits is None else digits}f}\u00a0%"
    if scale is Scale.NUMBER:
        return f"{value:.3g}"
    return f"{value:.{2 if digits is None else digits}f}"


def _row_said(row: IntervalRow, scale: Scale, *, judged: bool) -> str:
    between = (
        texts.TO.format(low=figure(row.low, scale), high=figure(row.high, scale))
        if row.low is not None and row.high is not None
        else ""
    )
    verdict = f", {texts.MARKS[row.mark]}" if row.value is not None and (judged or row.mark is not Mark.MET) else ""
    return f"{row.label} {figure(row.value, scale)}{between}{verdict}"
