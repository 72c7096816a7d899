"""Performance: the judged figures beside no skill, the curves, the classes or tenths, and other models."""

import streamlit as st

from app import charts, plots
from app.components import plain, section, table
from app.components.formats import NOTHING, count, number, p_value, percent, with_interval
from app.views.report.judged import checks_table, further_figures
from app.views.report.reading import Report
from core.metrics.figure import spoken
from core.metrics.performance import ClassificationResult, MulticlassResult, RegressionResult
from core.metrics.performance.comparing import PerformanceComparison
from core.policy.rules import CheckKind
from core.reports.charts import validation as drawn
from core.reports.charts.plots import Bars, Curves
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping

BY_PROBABILITY = (
    "The file has no column of predictions: the class of the highest probability counts as predicted, the first in "
    "order where two are equal. Groups and scenarios need a column of predictions."
)


def show(report: Report) -> None:
    """The whole part."""
    result = report.result
    if result is None:
        return
    found = result.performance
    checks_table(report, CheckKind.PERFORMANCE, found.baselines if found else ())
    given = report.inputs.given(EvidenceKind.PREDICTIONS)
    if found and given and ColumnMapping.from_json(given.mapping).class_from_probabilities:
        st.markdown(f":gray[{BY_PROBABILITY}]")
    for comparison in result.comparisons:
        _comparison(comparison)
    if isinstance(found, ClassificationResult):
        _two_classes(found)
    elif isinstance(found, MulticlassResult):
        _several_classes(found)
    elif isinstance(found, RegressionResult):
        _quantity(found)
    if found:
        further_figures(found.figures, report.checks(CheckKind.PERFORMANCE))


def _pair(
    left: Curves | Bars | None, right: Curves | Bars | None, titles: tuple[str, str], captions: tuple[str, str]
) -> None:
    for place, chart, title, caption in zip(st.columns(2, gap="large"), (left, right), titles, captions, strict=True):
        if chart is not None:
            with place:
                section(title)
                plots.show(chart, key=title)
                st.caption(caption)


def _two_classes(found: ClassificationResult) -> None:
    _confusion(found)
    if not found.curve:
        st.markdown(":gray[No score is handed in, so there are no curves.]")
        return
    area = next((one.value for one in found.figures if one.metric == "roc_auc"), None)
    base = found.confusion.positives / found.confusion.n if found.confusion.n else None
    _pair(
        drawn.roc_curve(found.curve, area),
        drawn.precision_recall(found.curve, base),
        ("ROC curve", "Precision and recall"),
        ("Above the diagonal the model orders better than chance.", "To find more, more are flagged for nothing."),
    )
    _pair(
        drawn.calibration(found.calibration),
        drawn.scores_by_label(found.histogram),
        ("Calibration", "Scores by label"),
        ("On the diagonal, what is predicted happens as often.", "The farther apart, the easier the decision."),
    )
    _cuts(found)


def _confusion(found: ClassificationResult) -> None:
    section("What was predicted, and what happened")
    one, n = found.confusion, found.confusion.n
    rows = (
        ("Rightly positive", one.true_positives, "hits"),
        ("Wrongly positive", one.false_positives, "false alarms"),
        ("Wrongly negative", one.false_negatives, "misses"),
        ("Rightly negative", one.true_negatives, "rightly left alone"),
    )
    table(
        [
            {
                "Prediction": name,
                "Cases": count(cases),
                "Of all": percent(cases / n) if n else NOTHING,
                "Also called": also,
            }
            for name, cases, also in rows
        ],
        alt="Confusion matrix: right and wrong predictions by class",
        right=["Cases", "Of all"],
    )
    if found.threshold is not None:
        st.caption(f"Positive from a score of {found.threshold:g} on.")


def _cuts(found: ClassificationResult) -> None:
    with st.expander("Confusion at other thresholds"):
        step = max(1, len(found.cuts) // 20)
        table(
            [
                {
                    "Score from": number(cut.threshold),
                    "Flagged": count(cut.true_positives + cut.false_positives),
                    "Hits": count(cut.true_positives),
                    "False alarms": count(cut.false_positives),
                    "Misses": count(cut.false_negatives),
                    "Precision": percent(cut.precision),
                    "Recall": percent(cut.true_positive_rate),
                }
                for cut in found.cuts[::step]
            ],
            alt="Counts, precision and recall at other thresholds of the score",
            right=["Score from", "Flagged", "Hits", "False alarms", "Misses", "Precision", "Recall"],
        )


def _several_classes(found: MulticlassResult) -> None:
    section("Class by class")
    table(
        [
            {
                "Class": plain(one.label),
                "Cases": count(one.n),
                "Predicted": count(one.predicted),
                **{
                    spoken(figure.metric): with_interval(
                        figure.value,
                        figure.interval.low if figure.interval else None,
                        figure.interval.high if figure.interval else None,
                    )
                    for figure in one.figures
                },
            }
            for one in found.by_class[:50]
        ],
        alt="Precision, recall and F1 of each class with 95 % intervals",
        right=["Cases", "Predicted"],
    )
    if len(found.classes) <= 12:
        section("Confusion")
        table(
            [
                {
                    "Label": plain(name),
                    **{f"→ {plain(other)}": count(n) for other, n in zip(found.classes, row, strict=True)},
                }
                for name, row in zip(found.classes, found.table, strict=True)
            ],
            alt="Confusion matrix: labels by predictions",
            right=[f"→ {plain(other)}" for other in found.classes],
        )
    chart = drawn.calibration(found.calibration)
    if chart:
        section("Calibration of the most probable class")
        plots.show(chart, key="calibration")


def _quantity(found: RegressionResult) -> None:
    _pair(
        drawn.error_by_decile(found.deciles),
        drawn.errors(found.histogram),
        ("By tenth of the prediction", "Errors"),
        ("Where the lines part, the model errs one way.", "Prediction less actual value; the ends hold all beyond."),
    )
    with st.expander("Errors by tenth of the prediction"):
        table(
            [
                {
                    "Prediction": f"{number(one.lowest)} to {number(one.highest)}",
                    "Cases": count(one.n),
                    "Mean actual": number(one.mean_actual),
                    "Mean prediction": number(one.mean_prediction),
                    "Mean error (95 %)": with_interval(
                        one.mean_error,
                        one.mean_error_interval.low if one.mean_error_interval else None,
                        one.mean_error_interval.high if one.mean_error_interval else None,
                    ),
                    "Mean absolute error": number(one.mean_absolute_error),
                }
                for one in found.deciles
            ],
            alt="Errors by tenth of the prediction",
            right=["Prediction", "Cases", "Mean actual", "Mean prediction", "Mean error (95 %)", "Mean absolute error"],
        )


def _comparison(found: PerformanceComparison) -> None:
    section(f"Against the {found.other}")
    how = f"{count(found.paired)} cases in pairs" if found.paired else "As two samples"
    how += f". {plain(found.note)}" if found.note else ""
    st.markdown(f":gray[{how}. A change above 0 means that the figure is higher now.]")
    left, right = st.columns([3, 2], gap="large")
    with left:
        table(
            [
                {
                    "Metric": spoken(one.metric),
                    "Now": number(one.current, 3),
                    plain(found.other.capitalize()): number(one.other, 3),
                    "Change (95 %)": with_interval(
                        one.change.value,
                        one.change.interval.low if one.change.interval else None,
                        one.change.interval.high if one.change.interval else None,
                        3,
                    ),
                    "Significance": p_value(one.p_value),
                }
                for one in found.changes
            ],
            alt=f"Performance now and of the {found.other}",
            right=["Now", plain(found.other.capitalize()), "Change (95 %)", "Significance"],
        )
    with right:
        chart = drawn.changes(found)
        if chart:
            charts.show(chart, key=f"changes {found.other}")
