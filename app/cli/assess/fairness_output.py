"""A fairness result as JSON in full precision, and as a table that reads in a terminal of 80 columns."""

import json
import textwrap
from collections.abc import Mapping, Sequence

from core.metrics.fairness import Comparison, FairnessResult, Figure, GroupResult, Rate
from core.metrics.fairness.results import OPTIONAL
from core.metrics.intervals import Interval
from core.metrics.verdicts import Judgement

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
NAME_WIDTH = 26
WIDTH = 96
FURTHER = frozenset(OPTIONAL)
HEAD = ("group", "n", "rate", "95 %", "TPR", "FPR", "ratio", "95 %", "p")


def as_json(result: FairnessResult) -> str:
    """One object: rows, unknown, groups, reference, ties, verdicts and what was compared; numbers unrounded.

    `reference` maps each comparison (“race”, “race × sex”) to the attributes of its reference group, to “overall” or to
    null; `ties` lists the attributes of groups that share a most selected reference's rate.
    """
    document: Json = {
        "rows": result.rows,
        "unknown": dict(result.unknown),
        "positive": result.positive,
        "favourable": result.favourable,
        "groups": [_group(group) for group in result.groups],
        "reference": {comparison.name: _reference(comparison) for comparison in result.comparisons},
        "ties": [_attributes(one, values) for one in result.comparisons for values in one.ties],
        "figures": [_figure(one, figure) for one in result.comparisons for figure in one.figures],
        "verdicts": [_verdict(result, *judged) for judged in result.verdicts()],
        "task": result.task,
        "notes": list(result.notes),
        **{part: _part(result, part) for part in ("conditional", "scores", "sweep", "regression")},
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def _part(result: FairnessResult, part: str) -> Json:
    """Conditional comparisons, scores, sweep or numbers as they are stored."""
    from pydantic import TypeAdapter

    stored: dict[str, Json] = TypeAdapter(FairnessResult).dump_python(result, mode="json", include={part})
    return stored[part]


def _group(group: GroupResult) -> Json:
    return {
        "attributes": dict(group.by_attribute),
        "n": group.n,
        "positives": group.positives,
        "selected": group.selected,
        "selection_rate": group.selection_rate.value,
        "selection_rate_interval": _interval(group.selection_rate.interval),
        **_rates(group),
        "impact_ratio": group.impact_ratio,
        "impact_ratio_interval": _interval(group.impact_ratio_interval),
        "difference": group.difference,
        "difference_interval": _interval(group.difference_interval),
        "p_value": group.p_value,
        "holm_p_value": group.holm_p_value,
        "test": group.test.value if group.test else None,
        "unavailable": dict(group.unavailable),
        "small_sample": group.small_sample,
        "judged": group.judged,
    }


def _rates(group: GroupResult) -> dict[str, Json]:
    rates: Mapping[str, Rate | None] = {
        "true_positive_rate": group.true_positive_rate,
        "false_positive_rate": group.false_positive_rate,
        "true_negative_rate": group.true_negative_rate,
        "false_negative_rate": group.false_negative_rate,
        "accuracy": group.accuracy,
        "precision": group.precision,
    }
    values: dict[str, Json] = {}
    for metric, rate in rates.items():
        values[metric] = rate.value if rate else None
        values[f"{metric}_interval"] = _interval(rate.interval if rate else None)
    return values


def _reference(comparison: Comparison) -> Json:
    found = comparison.reference
    return _attributes(comparison, found) if isinstance(found, tuple) else found


def _attributes(comparison: Comparison, values: tuple[str, ...]) -> Json:
    return dict(zip(comparison.attributes, values, strict=True))


def _figure(comparison: Comparison, figure: Figure) -> Json:
    return {
        "metric": figure.metric,
        "attributes": list(comparison.attributes),
        "value": figure.value,
        "interval": _interval(figure.interval),
        "between": list(figure.groups),
        "reason": figure.reason,
    }


def _verdict(result: FairnessResult, comparison: Comparison, figure: Figure, judgement: Judgement) -> Json:
    return {
        "metric": figure.metric,
        "attributes": list(comparison.attributes),
        "value": figure.value,
        "threshold": result.threshold,
        "verdict": judgement.verdict.value,
        "reason": judgement.reason,
    }


def _interval(interval: Interval | None) -> Json:
    return [interval.low, interval.high] if interval else None


def as_table(result: FairnessResult) -> str:
    """Each comparison: against whom, its groups, its verdict; then what was left out and why."""
    label = "the positive label" if result.favourable == result.positive else f"the positive label is {result.positive}"
    missing = ", ".join(f"{name} {count:,}" for name, count in result.unknown.items())
    lines = [
        f"{result.rows:,} rows; favourable outcome {result.favourable} ({label})",
        f"Rows without a value, in no group: {missing}",
    ]
    for comparison in result.comparisons:
        lines += ["", *(_numbers(comparison) if result.task == "regression" else _section(result, comparison))]
    lines += [line for note in result.notes for line in ("", *textwrap.wrap(f"{note}.", WIDTH))]
    lines += [line for one in result.sweep for line in ("", *textwrap.wrap(f"{one.name}: {one.words}.", WIDTH))]
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in "\n".join(lines))


def _section(result: FairnessResult, comparison: Comparison) -> list[str]:
    judgement = comparison.judge("impact_ratio", result.threshold, "at least")
    verdict = f"Impact ratio at least {result.threshold:g}: {judgement.verdict.value}. {judgement.reason}."
    notes = [
        f"{group.name}: {metric.replace('_', ' ')} is not available. {reason}."
        for group in comparison.groups
        for metric, reason in group.unavailable.items()
        if not group.is_reference and not metric.endswith("_interval") and reason != "There is no label column"
    ]
    return [
        f"{comparison.name}, against {_against(comparison)}",
        *_columns([HEAD, *(_line(group) for group in comparison.groups)]),
        *(["* reference"] if any(group.is_reference for group in comparison.groups) else []),
        *(["† small sample: Fisher's exact test"] if any(group.small_sample for group in comparison.groups) else []),
        *(line for note in notes for line in textwrap.wrap(note, WIDTH)),
        *textwrap.wrap(verdict, WIDTH),
        *further_lines(comparison),
    ]


def _numbers(comparison: Comparison) -> list[str]:
    return [f"{comparison.name}, against {_against(comparison)}", *further_lines(comparison)]


def further_lines(comparison: Comparison) -> list[str]:
    """Figures beyond the impact ratio that the columns carry: on scores, at equal controls, on numbers."""
    shown = [figure for figure in comparison.figures if figure.metric in FURTHER]
    return [
        f"{figure.metric}: {_number(figure.value)} ({_range(figure.interval)}) {' and '.join(figure.groups)}"
        if figure.value is not None
        else f"{figure.metric}: not available. {figure.reason}"
        for figure in shown
    ]


def _against(comparison: Comparison) -> str:
    if comparison.reference is None:
        return "no reference group"
    if comparison.reference == "overall":
        return "everybody"
    ties = ", ".join(" × ".join(values) for values in comparison.ties)
    return " × ".join(comparison.reference) + (f" (tied with {ties})" if ties else "")


def _line(group: GroupResult) -> tuple[str, ...]:
    name = group.name if len(group.name) <= NAME_WIDTH else group.name[: NAME_WIDTH - 1] + "…"
    marks = ("*" if group.is_reference else "") + ("†" if group.small_sample else "")
    return (
        name + marks,
        f"{group.n:,}",
        _number(group.selection_rate.value),
        _range(group.selection_rate.interval),
        _number(group.true_positive_rate.value if group.true_positive_rate else None),
        _number(group.false_positive_rate.value if group.false_positive_rate else None),
        _number(group.impact_ratio),
        _range(group.impact_ratio_interval),
        "–" if group.p_value is None else "<.001" if group.p_value < 0.001 else f"{group.p_value:.3f}",
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _range(interval: Interval | None) -> str:
    return "–" if interval is None else f"{interval.low:.2f}-{interval.high:.2f}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
