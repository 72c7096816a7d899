"""Figures of monitors in words: each in its unit, and what it is held against."""

import math

from app.components.formats import NOTHING, count, number, percent
from app.components.status import status
from app.components.text import plain
from core.metrics.verdicts import Verdict
from core.monitoring.checks.queries import ResultRow

SHARES = frozenset(
    {
        "accuracy", "error_rate", "false_positive_rate", "false_negative_rate", "missing_share", "precision", "recall",
        "unseen_category_share", "out_of_range_share", "drifted_column_share", "specificity",
        "positive_prediction_share",
    }
)  # fmt: skip
COUNTS = frozenset({"rows", "missing_columns"})
UNITS = {"latency": "ms", "hours": "h"}
DIGITS = 3


def figure(metric: str, value: float | None) -> str:
    """41.2 %, 5,000, 182 ms, 7.5 h or 0.893."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if metric in SHARES:
        return percent(value)
    if metric in COUNTS:
        return count(round(value))
    if metric.startswith("latency"):
        return f"{number(value, 0)}\u00a0ms"
    if metric.endswith("_hours"):
        return f"{number(value, 1)}\u00a0h"
    return number(value, _digits(value))


def with_interval(row: ResultRow) -> str:
    """The figure with its interval, where it has one: 0.881 (0.866 to 0.895); an estimate says so."""
    said = figure(row.metric, row.value)
    if row.low is not None and row.high is not None and said != NOTHING:
        said += f" ({figure(row.metric, row.low)} to {figure(row.metric, row.high)})"
    return f"{said} estimated" if row.estimated and said != NOTHING else said


def threshold(metric: str, lower: float | None, upper: float | None) -> str:
    """≥ 0.893, ≤ 5.0 %, or 0.41 to 0.63."""
    if lower is not None and upper is not None:
        return f"{figure(metric, lower)} to {figure(metric, upper)}"
    if lower is not None:
        return f"≥\u00a0{figure(metric, lower)}"
    return NOTHING if upper is None else f"≤\u00a0{figure(metric, upper)}"


def required(row: ResultRow) -> str:
    """As `threshold`, of one result; in words for a sentence: “at least 0.893”."""
    if row.lower is not None and row.upper is not None:
        return f"between {figure(row.metric, row.lower)} and {figure(row.metric, row.upper)}"
    if row.lower is not None:
        return f"at least {figure(row.metric, row.lower)}"
    return f"at most {figure(row.metric, row.upper)}"


def named(row: ResultRow) -> str:
    """What is measured, with the column or group it is about: “Drift of inputs, AGEP”; escaped."""
    return plain(title_of(row))


def title_of(row: ResultRow) -> str:
    """As `named`, as it was written."""
    return f"{row.title}, {row.subject}" if row.subject else row.title


def verdict(row: ResultRow) -> str:
    """The badge of a figure: a figure that fails is a breach."""
    return status("Breach" if row.verdict is Verdict.FAIL else row.verdict)


def _digits(value: float) -> int:
    size = abs(value)
    return 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else DIGITS
