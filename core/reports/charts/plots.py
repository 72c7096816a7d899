"""Curves and bars before they are drawn: what a shape says that a table does not, always against something."""

from dataclasses import dataclass

from core.reports.charts.values import Scale, figure
from core.reports.texts.charts import plots as texts

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One line through its points, from left to right; a `dashed` one is what the others stand against."""

    name: str
    points: tuple[Point, ...]
    dashed: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Curves:
    """One to four lines on common axes; `level` is a horizontal threshold, `mark` a place on the first line.

    Bounds are those of the data, or `across` and `up` where the axes have natural ends.
    """

    lines: tuple[Line, ...]
    across_title: str
    up_title: str
    alt: str
    across_scale: Scale = Scale.RATIO
    up_scale: Scale = Scale.RATIO
    across: tuple[float, float] | None = None
    up: tuple[float, float] | None = None
    level: float | None = None
    level_word: str = ""
    mark: Point | None = None
    mark_word: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar, as a share or a number, and beside it the one it is compared with."""

    label: str
    value: float
    beside: float | None = None


@dataclass(frozen=True)
class Bars:
    """Bars side by side in their order; `names` say what the first and the second of each pair are."""

    bars: tuple[Bar, ...]
    names: tuple[str, str]
    across_title: str
    alt: str
    scale: Scale = Scale.SHARE


def curves_text(what: str, lines: tuple[Line, ...], finding: str) -> str:
    """“<what>: <finding>; <name> from <first> to <last>; …”."""
    ends = (
        texts.FROM_TO.format(
            name=line.name,
            points=figure(line.points[0][1], Scale.RATIO),
            points_2=figure(line.points[-1][1], Scale.RATIO),
        )
        for line in lines
        if line.points
    )
    return f"{what}: {'; '.join((finding.rstrip('.'), *ends))}."


def bars_text(what: str, bars: tuple[Bar, ...], names: tuple[str, str], scale: Scale = Scale.SHARE) -> str:
    """“<what>, <first> and <second>: <label> 12.0 % and 14.1 %; …”."""
    said = "; ".join(
        f"{bar.label} {figure(bar.value, scale)}"
        + (f"{texts.AND}{figure(bar.beside, scale)}" if bar.beside is not None else "")
        for bar in bars
    )
    return f"{what}, {texts.AND.join(name for name in names if name)}: {said}."
