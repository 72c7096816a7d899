"""The chart of a comparison: paired differences with their intervals, turned so that right of 0 is better."""

import streamlit as st

from app.charts import show
from core.improvement.comparisons.results import ComparisonResult, Difference
from core.metrics.figure import spoken
from core.reports.charts.values import DotAndInterval, IntervalRow, Scale, alternative_text

UNIT = frozenset(  # differences of these lie between −1 and 1, so that one axis serves them
    {
        "accuracy", "balanced_accuracy", "recall", "specificity", "precision", "f1_score",
        "matthews_correlation_coefficient", "roc_auc", "average_precision", "brier_score", "macro_recall",
        "macro_precision", "macro_f1_score", "weighted_recall", "weighted_precision", "weighted_f1_score", "r_squared",
    }
)  # fmt: skip


def difference_chart(found: ComparisonResult) -> None:
    """Draw the metrics that share a unit; of a quantity, errors in its own unit stand in the table alone."""
    shown = [one for one in found.differences if one.metric in UNIT and one.better and one.change is not None]
    if not shown:
        return
    rows = tuple(_row(one) for one in shown)
    alt = alternative_text(
        "Challenger less champion, right of 0 is better for the challenger", rows, scale=Scale.NUMBER
    )
    chart = DotAndInterval(
        rows=rows,
        threshold=0.0,
        threshold_word="no difference",
        axis_title="Right of 0: better for the challenger",
        alt=alt,
        scale=Scale.NUMBER,
    )
    show(chart, key="paired_differences")
    st.markdown(":small[:gray[● better ■ worse ○ dotted: not established, the interval holds 0.]]")


def _row(one: Difference) -> IntervalRow:
    """A square where the whole interval lies below 0, hollow where it holds 0."""
    sign = -1.0 if one.better == "lower" else 1.0
    ends = [None if end is None else sign * end for end in (one.low, one.high)]
    low, high = ends if sign > 0 else ends[::-1]
    known = low is not None and high is not None
    return IntervalRow(
        label=spoken(one.metric),
        value=None if one.change is None else sign * one.change,
        low=low,
        high=high,
        judged=known and not (low or 0.0) <= 0 <= (high or 0.0),
        breach=high is not None and high < 0,
    )
