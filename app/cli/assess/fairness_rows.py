"""The tables of a fairness result beyond the plain one: equal controls, scores, numbers; each as rows of words."""

from collections.abc import Sequence
from typing import NamedTuple

from core.metrics.fairness.numeric import GroupErrors, GroupMean, RegressionComparison
from core.metrics.fairness.scored import GroupScores, ScoreComparison
from core.metrics.fairness.strata import ConditionalComparison, PooledGroup
from core.metrics.intervals import Interval

NAME_WIDTH = 26


class Part(NamedTuple):
    """A line of introduction, and rows of which the first is the head."""

    head: str
    rows: tuple[tuple[str, ...], ...]


def conditional_rows(found: ConditionalComparison) -> Part:
    """The groups at equal controls, pooled; the strata are in the JSON."""
    against = " × ".join(found.reference) if isinstance(found.reference, tuple) else found.reference or "nobody"
    missing = f"; {found.unknown:,} rows have no value of them" if found.unknown else ""
    head = f"At equal {' × '.join(found.controls)}, {found.strata_count} values, against {against}{missing}"
    names = ("group", "n", "values", "ratio", "95 %", "p")
    return Part(head, (names, *(_pooled(group) for group in found.pooled)))


def _pooled(group: PooledGroup) -> tuple[str, ...]:
    return (
        shortened(group.name) + ("*" if group.is_reference else ""),
        f"{group.n:,}",
        f"{group.strata:,}",
        number(group.impact_ratio),
        span(group.impact_ratio_interval),
        p_value(group.p_value),
    )


def score_rows(found: ScoreComparison) -> Part:
    """Calibration and area of each group."""
    names = ("group", "observed", "score", "gap", "95 %", "ECE", "by chance", "AUC", "95 %")
    head = f"Scores: {found.reason}" if found.reason else "Scores: observed − predicted, calibration error, area"
    return Part(head, (names, *(_scored(group) for group in found.groups)) if found.groups else ())


def _scored(group: GroupScores) -> tuple[str, ...]:
    return (
        shortened(group.name),
        number(group.observed_rate),
        number(group.mean_score),
        number(group.calibration_in_the_large),
        span(group.calibration_in_the_large_interval),
        number(group.expected_calibration_error),
        number(group.calibration_error_by_chance),
        number(group.roc_auc),
        span(group.roc_auc_interval),
    )


def error_rows(found: RegressionComparison) -> Part:
    """Level and errors of each group."""
    names = ("group", "n", "mean", "difference", "p", "error", "absolute", "RMSE")
    return Part("Predictions: mean, errors (prediction − actual)", (names, *(_errors(group) for group in found.groups)))


def _errors(group: GroupErrors) -> tuple[str, ...]:
    marks = ("*" if group.is_reference else "") + ("†" if group.small_sample else "")
    return (
        shortened(group.name) + marks,
        f"{group.n:,}",
        quantity(group.mean_prediction.value),
        quantity(group.mean_prediction.difference),
        p_value(group.mean_prediction.p_value),
        _mean(group.mean_error),
        _mean(group.mean_absolute_error),
        quantity(group.root_mean_squared_error),
    )


def _mean(found: GroupMean | None) -> str:
    return quantity(found.value if found else None)


def shortened(name: str) -> str:
    """A group's name in at most 26 signs."""
    return name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH - 1] + "…"


def number(value: float | None) -> str:
    """A share or a ratio to three decimals."""
    return "–" if value is None else f"{value:.3f}"


def quantity(value: float | None) -> str:
    """A number in the units of the label, to four digits."""
    return "–" if value is None else f"{value:.4g}"


def span(interval: Interval | None) -> str:
    """An interval to two decimals."""
    return "–" if interval is None else f"{interval.low:.2f}-{interval.high:.2f}"


def p_value(value: float | None) -> str:
    """To three decimals, or below."""
    return "–" if value is None else "<.001" if value < 0.001 else f"{value:.3f}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line a row; the first column begins at the left, the others end at the right."""
    if not rows:
        return []
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
