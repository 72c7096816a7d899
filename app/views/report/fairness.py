"""Fairness: the judged figures, and what lies behind them beyond the groups: strata, scores, thresholds, numbers."""

import streamlit as st

from app import plots
from app.components import link, plain, section, table
from app.components.formats import NOTHING, count, number, p_value, percent, with_interval
from app.views.report.judged import checks_table, notes
from app.views.report.reading import Report
from core.metrics.fairness import FairnessResult
from core.metrics.fairness.numeric import GroupMean, RegressionComparison
from core.metrics.fairness.scored import ScoreComparison
from core.metrics.fairness.strata import ConditionalComparison
from core.metrics.intervals import Interval
from core.policy.rules import CheckKind
from core.reports.charts import validation as drawn

MOST = 30


def show(report: Report) -> None:
    """The whole part; groups, ratios and error rates have a page of their own."""
    found = report.result.fairness if report.result else None
    if found is None:
        return
    checks_table(report, CheckKind.FAIRNESS)
    if found.task != "regression":
        st.markdown(link("Read ratios and error rates by group", "/fairness", run=report.number))
    notes(found.notes)
    for one in found.conditional:
        _conditional(one)
    for scores in found.scores:
        _scores(scores)
    _sweeps(found)
    for numbers in found.regression:
        _numbers(numbers)


def _interval(value: float | None, interval: Interval | None, digits: int = 2) -> str:
    low, high = (interval.low, interval.high) if interval else (None, None)
    return with_interval(value, low, high, digits)


def _conditional(found: ConditionalComparison) -> None:
    section(f"{found.name[:1].upper()}{found.name[1:]}")
    st.markdown(
        ":gray[Groups are compared where the control features are equal, and the comparisons are pooled "
        "(Mantel-Haenszel). A gap over all rows can vanish or turn here.]"
    )
    table(
        [
            {
                "Group": plain(one.name),
                "Cases": count(one.n),
                "Strata": count(one.strata),
                "Impact ratio (95 %)": "1.00 (reference)"
                if one.is_reference
                else _interval(one.impact_ratio, one.impact_ratio_interval),
                "Significance": NOTHING
                if one.is_reference
                else p_value(one.holm_p_value if one.holm_p_value is not None else one.p_value),
                "Remark": plain(one.reason) if one.reason and not one.is_reference else NOTHING,
            }
            for one in found.pooled[:MOST]
        ],
        alt=f"Impact ratio by {found.name}, pooled over strata",
        right=["Cases", "Strata", "Impact ratio (95 %)", "Significance"],
    )
    with st.expander(f"The {min(len(found.strata), MOST)} largest of {found.strata_count} strata"):
        table(
            [
                {
                    "Stratum": plain(stratum.name),
                    "Group": plain(group.name),
                    "Cases": count(group.n),
                    "Favourable": percent(group.selection_rate.value),
                    "Impact ratio": "reference" if group.is_reference else number(group.impact_ratio),
                }
                for stratum in found.strata[:MOST]
                for group in stratum.groups[:6]
            ][:50],
            alt="Groups within each stratum of the control features",
            right=["Cases", "Favourable", "Impact ratio"],
        )


def _scores(found: ScoreComparison) -> None:
    if not found.groups or " × " in found.name:
        return
    section(f"Scores by {plain(found.name)}")
    left, right = st.columns([3, 2], gap="large")
    with left:
        table(
            [
                {
                    "Group": plain(one.name),
                    "Cases": count(one.n),
                    "Area under the ROC curve (95 %)": _interval(one.roc_auc, one.roc_auc_interval),
                    "Observed less predicted (95 %)": _interval(
                        one.calibration_in_the_large, one.calibration_in_the_large_interval, 3
                    ),
                    "Calibration error": number(one.expected_calibration_error, 3),
                    "by chance": number(one.calibration_error_by_chance, 3),
                }
                for one in found.groups[:MOST]
            ],
            alt=f"Areas and calibration by {found.name}",
            right=[
                "Cases",
                "Area under the ROC curve (95 %)",
                "Observed less predicted (95 %)",
                "Calibration error",
                "by chance",
            ],
        )
    with right:
        chart = drawn.calibration_by_group(found)
        if chart:
            plots.show(chart, key=f"calibration {found.name}")
            st.caption("The same score should mean the same chance in every group.")


def _sweeps(found: FairnessResult) -> None:
    for one in found.sweep:
        chart = drawn.sweep(one)
        if chart and " × " not in one.name:
            section(f"Thresholds by {plain(one.name)}")
            st.markdown(plain(f"{one.words}."))
            plots.show(chart, key=f"sweep {one.name}")


def _numbers(found: RegressionComparison) -> None:
    section(f"Predictions by {plain(found.name)}")
    table(
        [
            {
                "Group": plain(one.name) + (" :gray[reference]" if one.is_reference else ""),
                "Cases": count(one.n),
                "Mean prediction (95 %)": _interval(one.mean_prediction.value, one.mean_prediction.interval),
                "against the reference": _difference(one.mean_prediction),
                "Mean error (95 %)": _mean(one.mean_error),
                "Mean absolute error (95 %)": _mean(one.mean_absolute_error),
                "Significance": p_value(one.mean_prediction.holm_p_value),
            }
            for one in found.groups[:MOST]
        ],
        alt=f"Mean prediction and errors by {found.name}",
        right=[
            "Cases",
            "Mean prediction (95 %)",
            "against the reference",
            "Mean error (95 %)",
            "Mean absolute error (95 %)",
            "Significance",
        ],
    )


def _mean(one: GroupMean | None) -> str:
    return _interval(one.value, one.interval) if one else NOTHING


def _difference(one: GroupMean) -> str:
    return _interval(one.difference, one.difference_interval) if one.difference is not None else NOTHING
