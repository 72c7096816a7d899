"""Figures: shape is the verdict, nothing leaves the axis, and group names stay text."""

import pytest

from app.charts import axis_range, dot_and_interval, panels
from core.reports.charts.values import DotAndInterval, IntervalRow, Panel, Panels, Scale

ROWS = (
    IntervalRow("African-American", 0.63, 0.60, 0.66, breach=True),
    IntervalRow("Caucasian", 1.0, reference=True),
    IntervalRow("Hispanic", 1.08, 1.02, 1.14),
    IntervalRow("Asian", 1.15, 0.94, 1.41, judged=False),
    IntervalRow("Other", None),
)


def chart(*rows: IntervalRow, threshold: float | None = 0.8, most: float | None = None) -> DotAndInterval:
    return DotAndInterval(rows, threshold, "required 0.80", "Cleared, relative to Caucasian (1.00)", "alt", most=most)


def marks(figure) -> dict[str, str]:  # type: ignore[no-untyped-def]
    return {trace.y[0]: trace.marker.symbol for trace in figure.data if trace.mode == "markers"}


@pytest.mark.parametrize("shown", ["light", "dark"])
def test_the_shape_says_the_verdict(shown: str) -> None:
    figure = dot_and_interval(chart(*ROWS), shown)  # type: ignore[arg-type]

    assert marks(figure) == {
        "African-American": "square",
        "Caucasian": "diamond",
        "Hispanic": "circle",
        "Asian": "circle-open",
    }


def test_rows_stand_in_the_order_of_the_table_and_none_is_lost() -> None:
    figure = dot_and_interval(chart(*ROWS), "light")

    order = list(dict.fromkeys(trace.y[0] for trace in figure.data))
    assert order == [row.label for row in reversed(ROWS)]  # Plotly draws from the bottom


def test_too_small_to_judge_is_dotted() -> None:
    figure = dot_and_interval(chart(*ROWS), "light")

    dashes = {trace.y[0]: trace.line.dash for trace in figure.data if trace.mode == "lines"}
    assert dashes == {"African-American": "solid", "Hispanic": "solid", "Asian": "dot"}


def test_the_threshold_is_a_dashed_line_with_its_word() -> None:
    figure = dot_and_interval(chart(*ROWS), "light")

    line = figure.layout.shapes[0]
    assert (line.x0, line.x1, line.line.dash, line.layer) == (0.8, 0.8, "dash", "above")
    assert figure.layout.annotations[0].text == "required 0.80"


def test_the_axis_holds_the_data_and_the_threshold() -> None:
    assert axis_range(chart(*ROWS)) == (0.6, 1.6)
    assert axis_range(chart(IntervalRow("a", 1.0), threshold=0.35)) == (0.2, 1.0)
    assert axis_range(chart(IntervalRow("a", None), threshold=None)) == (0.0, 1.0)


def test_what_lies_beyond_the_end_of_the_axis_is_cut_and_marked() -> None:
    figure = dot_and_interval(chart(IntervalRow("tiny", 6.0, 0.5, 9.0), most=2.0), "light")

    assert axis_range(chart(IntervalRow("tiny", 6.0, 0.5, 9.0), most=2.0)) == (0.4, 2.0)
    assert marks(figure) == {"tiny": "triangle-right"}
    assert max(x for trace in figure.data for x in trace.x) == 2.0


def test_a_group_name_is_text_and_not_markup_or_a_number() -> None:
    figure = dot_and_interval(chart(IntervalRow("<a href='//evil'>x</a>", 0.9), IntervalRow("25", 0.9)), "light")

    labels = {trace.y[0] for trace in figure.data}
    assert labels == {"&lt;a href=&#x27;//evil&#x27;&gt;x&lt;/a&gt;", "25"}
    assert figure.layout.yaxis.type == "category"


def test_panels_share_rows_and_one_scale_and_show_the_reference() -> None:
    rates = tuple(IntervalRow(row.label, 0.3, 0.2, 0.4, reference=row.reference) for row in ROWS)
    figure = panels(Panels((Panel("Wrongly flagged", rates), Panel("Wrongly cleared", rates)), "alt"), "light")

    assert [shape.xref for shape in figure.layout.shapes] == ["x", "x2"]
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range
    assert "square" not in {trace.marker.symbol for trace in figure.data if trace.mode == "markers"}


def test_a_share_is_written_in_percent() -> None:
    rows = (IntervalRow("a", 0.41, 0.39, 0.43),)
    figure = dot_and_interval(DotAndInterval(rows, 0.4, "at most 40 %", "Rate", "alt", scale=Scale.SHARE), "light")

    assert figure.layout.xaxis.ticktext[0] == "30\u00a0%"
