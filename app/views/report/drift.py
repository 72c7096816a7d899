"""Drift: each column against the reference, worst first, with its distribution then and now."""

import streamlit as st

from app import plots
from app.components import plain, section, status, table
from app.components.formats import NOTHING, count, number, p_value, percent
from app.views.report.judged import checks_table, further_figures
from app.views.report.reading import Report
from core.metrics.drift import ColumnDrift
from core.metrics.figure import spoken
from core.policy.rules import CheckKind
from core.reports.charts import validation as drawn
from core.validation.rules import EvidenceKind

MOST, MOST_CHARTS = 50, 4


def show(report: Report) -> None:
    """The whole part."""
    found = report.result.drift if report.result else None
    if found is None:
        return
    checks_table(report, CheckKind.DRIFT)
    given = report.inputs.given(EvidenceKind.REFERENCE) or report.inputs.given(EvidenceKind.TRAINING)
    of = f" the {given.kind.value}" if given else " the reference"
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":gray[{count(found.rows[1])} rows against {count(found.rows[0])} of{of}.]", width="content")
        if any(one.score is not None for one in found.columns):
            st.link_button(
                "Evidently’s report (HTML)",
                f"/exports/{report.number}/evidently",
                help="Evidently’s own page of the same data, as a file; made on request, which takes some ten seconds.",
            )
    for check in found.checks:
        subject = f" {plain(check.subject)}:" if check.subject else ""
        st.markdown(f"{status(check.verdict)}{subject} {plain(check.reason)}.")
    order = sorted(found.columns, key=_weight)
    _table(order)
    _charts(order)
    further_figures(found.figures, report.checks(CheckKind.DRIFT))


def _weight(one: ColumnDrift) -> tuple[bool, bool, float]:
    return (one.drifted is not True, one.drifted is None, -(one.over_threshold or 0.0))


def _table(columns: list[ColumnDrift]) -> None:
    section("Column by column")
    table(
        [
            {
                "Column": plain(one.column),
                "Type": one.type.value,
                "Method": spoken(one.method.value),
                "Figure": p_value(one.score) if one.method.is_test else number(one.score, 3),
                "Threshold": f"p < {one.threshold:g}" if one.method.is_test else f"≥ {one.threshold:g}",
                "Missing": f"{percent(one.null_rate[0])} to {percent(one.null_rate[1])}",
                "Result": status({True: "Watch", False: "Passed", None: "No data"}[one.drifted]),
                "Remark": plain(one.unavailable or one.note) if one.unavailable or one.note else NOTHING,
            }
            for one in columns[:MOST]
        ],
        alt="Columns against the reference: method, figure, threshold, change of missing values, worst first",
        right=["Figure", "Threshold", "Missing"],
    )


def _charts(columns: list[ColumnDrift]) -> None:
    charts = [(one, chart) for one in columns if (chart := drawn.distribution(one)) is not None][:MOST_CHARTS]
    if not charts:
        return
    section("Then and now")
    for place, (one, chart) in enumerate(charts):
        if place % 2 == 0:
            left, right = st.columns(2, gap="large")
        with left if place % 2 == 0 else right:
            plots.show(chart, key=f"distribution {one.column}")
            st.caption(plain(f"{drawn.moved_most(one)}. Filled now, outlined the reference."))
