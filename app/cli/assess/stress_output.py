"""A robustness assessment as JSON in full precision, and as tables that read in a terminal of 96 columns."""

import json
from collections.abc import Sequence

from pydantic import TypeAdapter

from app.cli.assess.explain_output import Verdicts, cut, figure_lines, number, span, verdict_lines, wrapped
from app.cli.assess.reading import plain
from app.cli.assess.requiring import figure_json, verdict_json
from app.cli.columns import columns_of
from core.metrics.robustness import Origin, Reweighting, RobustnessResult, ScenarioResult, Slice


def as_json(found: RobustnessResult, verdicts: Verdicts) -> str:
    """The figures, everything found, and the verdicts."""
    document = {
        "rows": found.rows,
        "figures": [figure_json(figure) for figure in found.figures],
        "result": TypeAdapter(RobustnessResult).dump_python(found, mode="json"),
        "verdicts": [verdict_json(*one) for one in verdicts],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def as_table(found: RobustnessResult, verdicts: Verdicts) -> str:
    """Scenarios, re-weightings and slices; then the figures, notes and verdicts."""
    lines = [
        *_scenarios(found.scenarios),
        *(line for one in found.reweightings for line in _reweighting(one)),
        *_slices(found),
        "Figures",
        *figure_lines(found.figures),
        *([f"{found.unmatched:,} perturbed answers match no prediction."] if found.unmatched else []),
        *wrapped([f"{note}." for note in found.notes]),
        *verdict_lines(verdicts),
    ]
    return plain("\n".join(lines))


def _scenarios(found: Sequence[ScenarioResult]) -> list[str]:
    if not found:
        return []
    head = ("scenario", "kind", "by", "n", "flips", "change", "before", "after", "drop")
    lines = columns_of([head, *(_scenario(one) for one in found)])
    reasons = {
        f"{one.name}: {name.replace('_', ' ')} is not available. {reason}."
        for one in found
        for name, reason in one.unavailable.items()
    }
    by = [one.fidelity for one in found if one.origin is Origin.SURROGATE and one.fidelity is not None]
    told = [f"A surrogate of fidelity {number(by[0])} answered, not the model itself."] if by else []
    return [*lines, *wrapped([*told, *sorted(reasons)]), ""]


def _scenario(one: ScenarioResult) -> tuple[str, ...]:
    return (
        cut(one.name, 18),
        one.kind,
        one.origin.value,
        f"{one.n:,}",
        *(_short(value) for value in (one.flip_rate, one.score_change, one.before, one.after, one.drop)),
    )


def _short(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3g}"


def _reweighting(one: Reweighting) -> list[str]:
    lines = [
        ("accuracy", number(one.accuracy_before), number(one.accuracy_after)),
        ("selection rate", number(one.selection_rate_before), number(one.selection_rate_after)),
        *(
            (cut(f"impact ratio by {impact.attribute}"), number(impact.ratio_before), number(impact.ratio_after))
            for impact in one.impacts
        ),
    ]
    reason = [f"{one.reason}."] if one.reason else []
    title = f"What if: {one.name}"
    return [
        *wrapped([title]),
        *columns_of([(f"by {cut(one.attribute)}", "as it is", "re-weighted"), *lines]),
        *reason,
        "",
    ]


def _slices(found: RobustnessResult) -> list[str]:
    if not found.slices:
        return [*wrapped([f"Slices are not available. {found.slices_reason}."]), ""]
    title = f"Worst of {found.searched:,} slices of {found.minimum_slice} rows or more; all rows: {number(found.loss)}"
    head = ("slice", "n", "loss", "more than all", "95 %", "p (Holm)")
    return [title, *columns_of([head, *(_slice(one) for one in found.slices)]), ""]


def _slice(one: Slice) -> tuple[str, ...]:
    p = one.holm_p_value
    shown = "" if p is None else "<.001" if p < 0.001 else f"{p:.3f}"
    return cut(one.name, 34), f"{one.n:,}", number(one.loss), number(one.difference), span(one.interval), shown
