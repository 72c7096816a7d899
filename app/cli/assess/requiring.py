"""Thresholds given on the command line: METRIC>=VALUE or METRIC<=VALUE, judged as a policy would."""

import argparse
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cli.assess.reading import INSUFFICIENT, PASSED, exit_code, rows

if TYPE_CHECKING:
    from core.metrics.figure import Figure
    from core.metrics.verdicts import Judgement

SHAPE = re.compile(r"([a-z0-9_]+)\s*(>=|<=)\s*(-?[0-9.]+(?:[eE][+-]?[0-9]+)?)")
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True)
class Required:
    """One threshold."""

    metric: str
    direction: str
    value: float


def required(text: str) -> Required:
    """An argument such as `accuracy>=0.8`."""
    found = SHAPE.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError("METRIC>=VALUE or METRIC<=VALUE is needed, such as accuracy>=0.8")
    return Required(found[1], "at least" if found[2] == ">=" else "at most", float(found[3]))


def add_require(parser: argparse.ArgumentParser) -> None:
    """The options that set thresholds."""
    parser.add_argument(
        "--require", metavar="METRIC>=VALUE", type=required, action="append", default=[], help="or <=; repeat for more"
    )


def add_judging(parser: argparse.ArgumentParser) -> None:
    """Thresholds, the rows that a verdict on them needs, and the form of the answer."""
    add_require(parser)
    parser.add_argument("--minimum-rows", metavar="ROWS", type=rows, default=1, help="rows that a verdict needs")
    parser.add_argument("--format", choices=("table", "json"), default="table")


def code_of(figures: "Sequence[Figure]", verdicts: "Sequence[tuple[Required, Figure, Judgement]]") -> int:
    """The exit code of the verdicts; where none was asked for, whether there is a figure at all."""
    if verdicts:
        return exit_code(judgement.verdict for _, _, judgement in verdicts)
    return PASSED if any(figure.value is not None for figure in figures) else INSUFFICIENT


def judged(
    figures: Sequence["Figure"], wanted: Iterable[Required], minimum_rows: int
) -> "list[tuple[Required, Figure, Judgement]]":
    """Each threshold on each figure of its name; a metric that there is none of is insufficient evidence."""
    from core.metrics.figure import missing

    found = []
    for one in wanted:
        named = [figure for figure in figures if figure.metric == one.metric]
        for figure in named or [missing(one.metric, "There is no such figure")]:
            found.append((one, figure, figure.judge(one.value, one.direction, minimum_rows=minimum_rows)))
    return found


def figure_json(figure: "Figure") -> dict[str, Json]:
    """A figure in full precision."""
    return {
        "metric": figure.metric,
        "subject": figure.subject,
        "value": figure.value,
        "interval": list(figure.interval) if figure.interval else None,
        "n": figure.n,
        "method": figure.method,
        "reason": figure.reason,
    }


def verdict_json(one: Required, figure: "Figure", judgement: "Judgement") -> dict[str, Json]:
    """A verdict with its threshold."""
    return {
        "metric": figure.metric,
        "subject": figure.subject,
        "value": figure.value,
        "direction": one.direction,
        "threshold": one.value,
        "verdict": judgement.verdict.value,
        "reason": judgement.reason,
    }


def figure_line(figure: "Figure", against: str = "") -> tuple[str, ...]:
    """metric, value, interval, rows, beside what, remark."""
    name = f"{figure.metric} ({figure.subject})" if figure.subject else figure.metric
    if figure.value is None:
        return (name, "n/a", "", "", against, figure.reason)
    interval = f"{figure.interval.low:.4g} to {figure.interval.high:.4g}" if figure.interval else ""
    return (name, f"{figure.value:.4g}", interval, f"{figure.n:,}", against, "")
