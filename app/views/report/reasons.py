"""Reasons: what weighs most, for whom, how it changed since the last version, and what the inputs betray."""

import streamlit as st

from app import charts, plots
from app.components import plain, section, status, table
from app.components.formats import NOTHING, count, number, percent, signed, with_interval
from app.views.report.judged import checks_table, further_figures, notes
from app.views.report.reading import Report
from core.metrics.explanation import ExplanationResult, ProxyScreen, VersionComparison
from core.policy.rules import CheckKind
from core.reports.charts import validation as drawn
from core.reports.charts.plots import Bars, Curves

MOST, LONG = 20, 40


def show(report: Report) -> None:
    """The whole part."""
    found = report.result.explanation if report.result else None
    if found is None:
        return
    checks_table(report, CheckKind.EXPLAINABILITY)
    if found.surrogate:
        st.markdown(f"{status('Watch')} **These reasons are a surrogate's, not the model's own.**")
    notes(found.notes)
    if found.importances:
        _importances(found)
    else:
        st.markdown(f":gray[{plain(found.importances_reason or found.model_reason)}.]")
    _groups(found)
    if found.comparison:
        _comparison(found.comparison)
    _dependence(found)
    for screen in found.screens:
        _screen(screen)
    further_figures(found.figures, report.checks(CheckKind.EXPLAINABILITY))


def _importances(found: ExplanationResult) -> None:
    section("What weighs most")
    long = any(len(one.feature) > LONG for one in found.importances[:MOST])  # beside the chart it would be cut
    left, right = (st.container(), st.container()) if long else st.columns([3, 2], gap="large")
    with left:
        chart = drawn.importances(found.importances, surrogate=found.surrogate)
        if chart:
            charts.show(chart, key="importances")
    with right:
        table(
            [
                {
                    "Feature": plain(one.feature),
                    "Share": percent(one.share),
                    "Importance (95 %)": with_interval(
                        one.importance,
                        one.interval.low if one.interval else None,
                        one.interval.high if one.interval else None,
                        3,
                    ),
                }
                for one in found.importances[:MOST]
            ],
            alt="Features by importance, most important first",
            right=["Share", "Importance (95 %)"],
        )


def _groups(found: ExplanationResult) -> None:
    for one in found.groups:
        if not one.groups:
            continue
        section(f"Reasons by {plain(one.attribute)}")
        if one.least_alike:
            st.markdown(f"Least alike: {plain(' and '.join(one.least_alike))}.")
        table(
            [
                {"Group": plain(group.value), "Cases": count(group.n), "Weighs most": plain(", ".join(group.top(5)))}
                for group in one.groups[:MOST]
            ],
            alt=f"Most important features by {one.attribute}",
            right=["Cases"],
        )


def _comparison(found: VersionComparison) -> None:
    section("Since the last approved version")
    for words, names in (("New", found.appeared), ("Gone", found.disappeared)):
        if names:
            st.markdown(f"{words}: {plain(', '.join(names[:MOST]))}.")
    table(
        [
            {
                "Feature": plain(one.feature),
                "Share before": percent(one.before),
                "Share now": percent(one.now),
                "Change": signed(((one.now or 0.0) - (one.before or 0.0)) * 100, 1) + "\u00a0pp",
            }
            for one in found.changes[:MOST]
        ],
        alt="Features whose share changed most",
        right=["Share before", "Share now", "Change"],
    )


def _dependence(found: ExplanationResult) -> None:
    curves = found.model.partial_dependence if found.model else ()
    drawn_curves: list[tuple[str, Curves | Bars]] = [
        (one.feature, chart) for one in curves if (chart := drawn.dependence(one)) is not None
    ]
    if not drawn_curves:
        return
    section("How the surrogate's output moves")
    for place, (feature, chart) in enumerate(drawn_curves[:6]):
        if place % 2 == 0:
            left, right = st.columns(2, gap="large")
        with left if place % 2 == 0 else right:
            plots.show(chart, key=f"dependence {feature}")


def _screen(found: ProxyScreen) -> None:
    section(f"What the inputs tell of {plain(found.attribute)}")
    among = " The attribute itself is among the inputs." if found.among_features else ""
    if found.auc is None:
        st.markdown(f":gray[{plain(found.reason)}.]{among}")
        return
    low, high = (found.interval.low, found.interval.high) if found.interval else (None, None)
    st.markdown(
        f"From the other inputs it is told with an area of **{with_interval(found.auc, low, high)}**; 0.50 is not at "
        f"all, 1.00 always.{among}"
    )
    if found.proxies:
        table(
            [
                {
                    "Input": plain(one.feature),
                    "Association": number(one.association),
                    "Measure": {"cramers_v": "Cramér's V", "correlation_ratio": "correlation ratio"}.get(
                        one.measure, NOTHING
                    ),
                }
                for one in found.proxies
            ],
            alt=f"Inputs that go with {found.attribute}, closest first",
            right=["Association"],
        )
