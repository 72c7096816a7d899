"""A fairness result as JSON in full precision."""

import json
from collections.abc import Mapping, Sequence

from app.cli.assess.requiring import Required
from core.metrics.fairness import Comparison, FairnessResult, Figure, GroupResult, Rate
from core.metrics.intervals import Interval
from core.metrics.verdicts import Judgement

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Demand = tuple[Comparison, Figure, Required, Judgement]
PARTS = ("conditional", "scores", "sweep", "regression", "normalised")


def as_json(result: FairnessResult, required: Sequence[Demand] = ()) -> str:
    """One object: rows, unknown, groups, reference, ties, verdicts and what was compared; numbers unrounded.

    `reference` maps each comparison (“race”, “race × sex”) to the attributes of its reference group, to “overall” or to
    null; `ties` lists the attributes of groups that share a most selected reference's rate. `verdicts` holds the
    four-fifths screen of each comparison, then the thresholds of --require with their direction. `conditional`,
    `scores`, `sweep` and `regression` are as they are stored, one per comparison.
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
        "verdicts": [
            *(
                _verdict(comparison, figure, result.threshold, judged)
                for comparison, figure, judged in result.verdicts()
            ),
            *(
                {**_verdict(comparison, figure, one.value, judged), "direction": one.direction}
                for comparison, figure, one, judged in required
            ),
        ],
        "task": result.task,
        "notes": list(result.notes),
        "rest": list(result.rest),
        **_stored(result),
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def _stored(result: FairnessResult) -> dict[str, Json]:
    from pydantic import TypeAdapter

    found: dict[str, Json] = TypeAdapter(FairnessResult).dump_python(result, mode="json", include=set(PARTS))
    return {part: found[part] for part in PARTS}


def _group(group: GroupResult) -> dict[str, Json]:
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
        "conditional_impact_ratio": group.conditional_impact_ratio,
        "difference": group.difference,
        "difference_interval": _interval(group.difference_interval),
        "p_value": group.p_value,
        "holm_p_value": group.holm_p_value,
        "test": group.test.value if group.test else None,
        "expected_count": group.expected_count,
        "unavailable": dict(group.unavailable),
        "small_sample": group.small_sample,
        "badge": group.badge,
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
        "n": figure.n,
        "method": figure.method,
        "reason": figure.reason,
    }


def _verdict(comparison: Comparison, figure: Figure, threshold: float, judgement: Judgement) -> dict[str, Json]:
    return {
        "metric": figure.metric,
        "attributes": list(comparison.attributes),
        "value": figure.value,
        "threshold": threshold,
        "verdict": judgement.verdict.value,
        "reason": judgement.reason,
    }


def _interval(interval: Interval | None) -> Json:
    return [interval.low, interval.high] if interval else None
