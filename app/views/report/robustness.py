"""Robustness: decisions under disturbed inputs, another public, and the slice for whom the model works least."""

from app.components import plain, section, table
from app.components.formats import NOTHING, count, number, p_value, percent, percent_with_interval
from app.views.report.judged import checks_table, further_figures, notes
from app.views.report.reading import Report
from core.metrics.intervals import Interval
from core.metrics.robustness import Reweighting, RobustnessResult
from core.policy.rules import CheckKind


def show(report: Report) -> None:
    """The whole part."""
    found = report.result.robustness if report.result else None
    if found is None:
        return
    checks_table(report, CheckKind.ROBUSTNESS)
    notes(found.notes)
    _slices(found)
    _scenarios(found)
    for one in found.reweightings:
        _reweighting(one)
    further_figures(found.figures, report.checks(CheckKind.ROBUSTNESS))


def _share(value: float | None, interval: Interval | None) -> str:
    low, high = (interval.low, interval.high) if interval else (None, None)
    return percent_with_interval(value, low, high)


def _slices(found: RobustnessResult) -> None:
    if not found.slices:
        return
    section("For whom it works least")
    by_class = found.slices[0].errors is not None
    loss = "Error rate" if by_class else "Mean absolute error"
    table(
        [
            {
                "Slice": plain(one.name),
                "Cases": count(one.n),
                loss: percent(one.loss) if by_class else number(one.loss),
                "Above all cases (95 %)": _share(one.difference, one.interval) if by_class else number(one.difference),
                "Significance": p_value(one.holm_p_value),
            }
            for one in found.slices[:15]
        ],
        alt="Slices in which the model errs most, worst first",
        right=["Cases", loss, "Above all cases (95 %)", "Significance"],
    )


def _scenarios(found: RobustnessResult) -> None:
    if not found.scenarios:
        return
    section("Under disturbance")
    table(
        [
            {
                "Scenario": plain(one.name),
                "Answered by": "the model" if one.origin.value == "model" else "a surrogate",
                "Cases": count(one.n),
                "Changed decisions (95 %)": _share(one.flip_rate, one.flip_interval),
                "Performance lost (95 %)": _share(one.drop, one.drop_interval),
                "Significance": p_value(one.p_value),
                "Remark": plain("; ".join(one.unavailable.values())) if one.unavailable else NOTHING,
            }
            for one in found.scenarios[:50]
        ],
        alt="Scenarios: changed decisions and lost performance",
        right=["Cases", "Changed decisions (95 %)", "Performance lost (95 %)", "Significance"],
    )


def _reweighting(found: Reweighting) -> None:
    section(f"If the public were another: {plain(found.name)}")
    rows = [
        ("Accuracy", found.accuracy_before, found.accuracy_after),
        ("Selection rate", found.selection_rate_before, found.selection_rate_after),
        *((f"Impact ratio by {one.attribute}", one.ratio_before, one.ratio_after) for one in found.impacts),
    ]
    table(
        [
            {"Figure": plain(name), "As handed in": number(before, 3), "Re-weighted": number(after, 3)}
            for name, before, after in rows
        ],
        alt=f"Figures re-weighted by {found.attribute}",
        right=["As handed in", "Re-weighted"],
    )
