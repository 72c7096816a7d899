"""A fairness result as tables that read in a terminal of 96 columns."""

import textwrap
from collections.abc import Iterator, Sequence

from app.cli.assess.fairness_json import Demand, as_json
from app.cli.assess.fairness_rows import (
    columns,
    conditional_rows,
    error_rows,
    number,
    p_value,
    quantity,
    score_rows,
    shortened,
    span,
)
from app.cli.assess.reading import plain
from core.metrics.fairness import Comparison, FairnessResult, Figure, GroupResult
from core.metrics.fairness.results import NO_LABEL, PLAIN
from core.metrics.figure import spoken

__all__ = ["as_json", "as_table"]

WIDTH = 96
HEAD = ("group", "n", "rate", "95 %", "TPR", "FPR", "ratio", "95 %", "p")


def as_table(result: FairnessResult, required: Sequence[Demand] = ()) -> str:
    """Each comparison: against whom, its groups, its verdict; then what was left out and why."""
    label = "the positive label" if result.favourable == result.positive else f"the positive label is {result.positive}"
    outcome = f"{result.favourable} is favourable" if result.task == "regression" else ""
    missing = ", ".join(f"{name} {count:,}" for name, count in result.unknown.items())
    lines = [
        f"{result.rows:,} rows; {outcome or f'favourable outcome {result.favourable} ({label})'}",
        f"Rows without a value, in no group: {missing}",
    ]
    for at, comparison in enumerate(result.comparisons):
        lines += ["", *_section(result, comparison), *_parts(result, at), *_figures(comparison)]
        lines += [line for demand in required if demand[0] is comparison for line in _demand(demand)]
    lines += [line for note in result.notes for line in ("", *textwrap.wrap(f"{note}.", WIDTH))]
    return plain("\n".join(lines))


def _section(result: FairnessResult, comparison: Comparison) -> list[str]:
    head = f"{comparison.name}, against {_against(comparison)}"
    if result.task == "regression":
        return [head]
    judgement = comparison.judge("impact_ratio", result.threshold, "at least")
    verdict = f"Impact ratio at least {result.threshold:g}: {judgement.verdict.value}. {judgement.reason}."
    notes = [
        f"{group.name}: {metric.replace('_', ' ')} is not available. {reason}."
        for group in comparison.groups
        for metric, reason in group.unavailable.items()
        if not group.is_reference and not metric.endswith("_interval") and reason != NO_LABEL
    ]
    return [
        head,
        *columns([HEAD, *(_line(group) for group in comparison.groups)]),
        *(["* reference"] if any(group.is_reference for group in comparison.groups) else []),
        *(["† small sample: Fisher's exact test"] if any(group.small_sample for group in comparison.groups) else []),
        *(line for note in notes for line in textwrap.wrap(note, WIDTH)),
        *textwrap.wrap(verdict, WIDTH),
    ]


def _parts(result: FairnessResult, at: int) -> Iterator[str]:
    """Equal controls, scores, thresholds and numbers of the comparison in this place, where they were compared."""
    found = (
        conditional_rows(result.conditional[at]) if result.conditional else None,
        score_rows(result.scores[at]) if result.scores else None,
        error_rows(result.regression[at]) if result.regression else None,
    )
    for part in found:
        if part is not None:
            yield part.head
            yield from columns(part.rows)
    if result.sweep:
        yield from textwrap.wrap(f"{result.sweep[at].words}.", WIDTH)


def _figures(comparison: Comparison) -> Iterator[str]:
    """The widest gaps that stand in no table: on scores, at equal controls, of numbers."""
    for figure in comparison.figures:
        if figure.metric not in PLAIN:
            yield from textwrap.wrap(f"{_said(figure)}.", WIDTH)


def _said(figure: Figure) -> str:
    name = spoken(figure.metric)
    if figure.value is None:
        return f"{name} is not available: {figure.reason}"
    shown = quantity if figure.metric.startswith("mean_") else number
    interval = f" ({shown(figure.interval.low)} to {shown(figure.interval.high)})" if figure.interval else ""
    return f"{name} {shown(figure.value)}{interval}, {' and '.join(figure.groups)}"


def _demand(demand: Demand) -> list[str]:
    _, figure, required, judgement = demand
    words = f"{figure.metric} {required.direction} {required.value:g}: {judgement.verdict.value}. {judgement.reason}."
    return textwrap.wrap(words, WIDTH)


def _against(comparison: Comparison) -> str:
    if comparison.reference is None:
        return "no reference group"
    if comparison.reference == "overall":
        return "everybody"
    ties = ", ".join(" × ".join(values) for values in comparison.ties)
    return " × ".join(comparison.reference) + (f" (tied with {ties})" if ties else "")


def _line(group: GroupResult) -> tuple[str, ...]:
    marks = ("*" if group.is_reference else "") + ("†" if group.small_sample else "")
    return (
        shortened(group.name) + marks,
        f"{group.n:,}",
        number(group.selection_rate.value),
        span(group.selection_rate.interval),
        number(group.true_positive_rate.value if group.true_positive_rate else None),
        number(group.false_positive_rate.value if group.false_positive_rate else None),
        number(group.impact_ratio),
        span(group.impact_ratio_interval),
        p_value(group.p_value),
    )
