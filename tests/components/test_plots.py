"""Charts of the report: alternative text states the finding, names stay text, and of nothing nothing is drawn."""

import pytest

from app.plots import bars, curves
from core.metrics.drift import ColumnDrift, Kind, Method, Slice
from core.metrics.explanation import Importance, PartialDependence, PartialPoint
from core.metrics.fairness.scored import ScoreComparison
from core.metrics.fairness.sweeps import ThresholdSweep
from core.metrics.intervals import Interval
from core.metrics.performance import CalibrationBin, ErrorBin
from core.metrics.performance.comparing import PerformanceComparison
from core.metrics.scores import Bin, Cut
from core.reports.charts import validation as charts
from core.reports.charts.plots import Bar, Bars, Curves, Line

SPACE = "\u00a0"
HOSTILE = '<b onclick="alert(1)">x</b><a href="https://evil.example">y</a>'


def names(figure) -> str:  # type: ignore[no-untyped-def]  # Plotly has no types
    """Every text that Plotly reads as HTML."""
    return str(figure.to_json())


@pytest.mark.parametrize("shown", ["light", "dark"])
def test_hostile_names_of_lines_and_axes_are_letters(shown: str) -> None:
    line = Line(HOSTILE, ((0.0, 0.0), (1.0, 1.0)))
    chart = Curves(
        (line, line), HOSTILE, HOSTILE, "alt", level=0.5, level_word=HOSTILE, mark=(0.5, 0.5), mark_word=HOSTILE
    )

    said = names(curves(chart, shown))  # type: ignore[arg-type]

    assert "<b" not in said.replace("\\u003c", "<")
    assert "<a" not in said.replace("\\u003c", "<")


@pytest.mark.parametrize("shown", ["light", "dark"])
def test_hostile_names_of_bars_are_letters(shown: str) -> None:
    chart = Bars((Bar("<i>x</i>", 0.5, 0.25),), (HOSTILE, HOSTILE), HOSTILE, "alt")

    said = names(bars(chart, shown)).replace("\\u003c", "<")  # type: ignore[arg-type]

    assert [tag for tag in ("<b", "<a", "<i") if tag in said] == []


def test_names_that_begin_alike_keep_a_bar_each() -> None:
    """Cut to one length they look the same; they are still two categories."""
    labels = ("Department of Public Works North", "Department of Public Works South")
    chart = Bars(
        tuple(Bar(label, share) for label, share in zip(labels, (0.7, 0.3), strict=True)), ("share", ""), "x", "alt"
    )

    figure = bars(chart, "light")

    (trace,) = figure.data
    assert len(set(trace.x)) == 2
    assert list(figure.layout.xaxis.tickvals) == list(trace.x)
    assert list(trace.y) == [0.7, 0.3]


def test_the_second_of_a_pair_is_outlined_and_an_absent_one_leaves_a_gap() -> None:
    chart = Bars((Bar("a", 0.5, 0.25), Bar("b", 0.5)), ("now", "then"), "x", "alt")

    first, second = bars(chart, "light").data

    assert list(second.y) == [0.25, None]
    assert second.marker.color == "rgba(0,0,0,0)"
    assert first.marker.color != second.marker.color


def test_a_curve_on_shares_begins_and_ends_at_its_natural_ends() -> None:
    chart = charts.roc_curve(cuts(), 0.83)

    assert chart is not None
    low, high = curves(chart, "light").layout.xaxis.range
    assert low < 0 < 1 < high
    assert chart.lines[0].points[0] == (0.0, 0.0)
    assert chart.lines[0].points[-1] == (1.0, 1.0)


def cuts() -> tuple[Cut, ...]:
    """Ten positives and ten negatives at three thresholds."""
    return (Cut(0.9, 1, 0, 9, 10), Cut(0.5, 6, 2, 4, 8), Cut(0.1, 10, 10, 0, 0))


def test_the_text_of_a_roc_curve_says_its_area_against_no_skill() -> None:
    chart, without = charts.roc_curve(cuts(), 0.83), charts.roc_curve(cuts(), None)

    assert chart is not None
    assert without is not None
    assert chart.alt.startswith("ROC curve: the area is 0.83, 0.50 is no skill; the model from 0.00 to 1.00")
    assert "the area is not available" in without.alt


def test_the_text_of_a_calibration_says_the_widest_gap() -> None:
    bins = (
        CalibrationBin(0.0, 0.5, 10, 1, 0.25, 0.1, None),
        CalibrationBin(0.5, 1.0, 10, 9, 0.625, 0.9, None),
        CalibrationBin(0.9, 1.0, 0, 0, None, None, None),
    )

    chart = charts.calibration(bins)

    assert chart is not None
    assert "the widest gap of a bin is 0.28" in chart.alt  # |0.9 − 0.625|; 0.275 is written to two digits
    assert chart.lines[0].points == ((0.25, 0.1), (0.625, 0.9))


def test_the_text_of_a_distribution_says_each_share_now_and_before() -> None:
    chart = charts.distribution(drifted(Slice("north", 60, 10), Slice("south", 40, 30)))

    assert chart is not None
    assert (
        chart.alt.replace(SPACE, " ") == "region drifted; the share of north moved most, from 60.0 % to 25.0 %. "
        "Distribution, current and reference: north 25.0 % and 60.0 %; south 75.0 % and 40.0 %."
    )


def test_the_text_of_dependence_says_the_range_of_numbers_and_every_word() -> None:
    of_numbers = (PartialPoint("20", 20.0, 0.25), PartialPoint("40", 40.0, 0.75))
    of_words = (PartialPoint("north", None, 0.25), PartialPoint("south", None, 0.75))

    line = charts.dependence(PartialDependence("age", "score", of_numbers))
    columns = charts.dependence(PartialDependence("region", "score", of_words))

    assert isinstance(line, Curves)
    assert isinstance(columns, Bars)
    assert "Mean score by age: it ranges from 0.25 to 0.75" in line.alt
    assert columns.alt == "Mean score by region, mean: north 0.25; south 0.75."


def test_the_text_of_importances_names_each_feature_and_no_group() -> None:
    found = (Importance("income", 0.5, Interval(0.4, 0.6), 0.5, 0.8, 1), Importance("age", 0.125, None, None, 0.2, 2))

    chart = charts.importances(found, surrogate=True)

    assert chart is not None
    assert "Importance to the surrogate" in chart.alt
    assert "income" in chart.alt
    assert "group" not in chart.alt


def test_the_text_of_spreads_says_every_bin() -> None:
    scores = charts.scores_by_label((Bin(0.0, 0.5, 1, 3), Bin(0.5, 1.0, 3, 1)))
    errors = charts.errors((ErrorBin(-1.0, 0.0, 3), ErrorBin(0.0, 1.0, 1)))

    assert scores is not None
    assert errors is not None
    assert scores.alt.replace(SPACE, " ") == (
        "Scores by label, positive label and negative label: 0 25.0 % and 75.0 %; 0.5 75.0 % and 25.0 %."
    )
    assert errors.alt.replace(SPACE, " ") == "Errors, share: -1 75.0 %; 0 25.0 %."


def drifted(*slices: Slice) -> ColumnDrift:
    method = Method("psi")
    return ColumnDrift(
        "region", Kind("categorical"), method, 0.1, 0.5, True, (100, 40), (0.0, 0.0), distribution=slices
    )


def test_where_nothing_was_computed_no_chart_is_drawn() -> None:
    nothing = CalibrationBin(0.0, 1.0, 0, 0, None, None, None)

    assert charts.roc_curve((), None) is None
    assert charts.roc_curve((Cut(0.5, 0, 1, 0, 1), Cut(0.4, 0, 2, 0, 0)), None) is None  # nobody is positive
    assert charts.precision_recall((), None) is None
    assert charts.calibration((nothing,)) is None
    assert charts.calibration_by_group(ScoreComparison(("sex",), ())) is None
    assert charts.scores_by_label((Bin(0.0, 1.0, 0, 5),)) is None
    assert charts.errors(()) is None
    assert charts.error_by_decile(()) is None
    assert charts.sweep(ThresholdSweep(("sex",), (), (), (), 0.8)) is None
    assert charts.importances((), surrogate=False) is None
    assert charts.dependence(PartialDependence("age", "score", ())) is None
    assert charts.distribution(drifted()) is None
    assert charts.distribution(drifted(Slice("north", 0, 10))) is None
    assert charts.changes(PerformanceComparison("baseline", (0, 0), 0, ())) is None


def test_many_bars_have_a_label_each_as_long_as_these_can_be_read() -> None:
    def labels(count: int) -> int:
        chart = Bars(tuple(Bar(f"at {place}", 0.5) for place in range(count)), ("share", ""), "x", "alt")
        return len(bars(chart, "light").layout.xaxis.ticktext)

    assert [labels(count) for count in (0, 1, 20, 21, 60)] == [0, 1, 20, 11, 20]
