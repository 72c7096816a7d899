"""Charts: the shape is the verdict, the same value gives the same bytes, and nothing in a label is markup."""

from xml.etree import ElementTree

import pytest

from core.reports.charts.axis import axis_of
from core.reports.charts.svg import ACCENT, BREACH, NEUTRAL, draw
from core.reports.charts.values import DotAndInterval, IntervalRow, Mark, Panel, Panels, Scale, alternative_text

SVG = "{http://www.w3.org/2000/svg}"
ROWS = (
    IntervalRow("African-American", 0.63, 0.60, 0.66, breach=True),
    IntervalRow("Caucasian", 1.0, reference=True),
    IntervalRow("Hispanic", 1.08, 1.02, 1.14),
    IntervalRow("Asian", 1.15, 0.94, 1.41, judged=False),
    IntervalRow("Unseen", None, judged=False),
)


def a_chart(*rows: IntervalRow, threshold: float | None = 0.8, most: float | None = None) -> DotAndInterval:
    return DotAndInterval(rows or ROWS, threshold, "required 0.80", "Cleared, relative to Caucasian", "alt", most=most)


def parsed(chart: DotAndInterval | Panels) -> ElementTree.Element:
    return ElementTree.fromstring(draw(chart))


def texts(drawing: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in drawing.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("row", "mark"),
    [
        (IntervalRow("a", 0.9), Mark.MET),
        (IntervalRow("a", 0.7, breach=True), Mark.BREACH),
        (IntervalRow("a", 0.7, breach=True, judged=False), Mark.TOO_SMALL),
        (IntervalRow("a", 1.0, reference=True, judged=False), Mark.REFERENCE),
    ],
)
def test_a_group_too_small_to_judge_never_looks_like_a_breach(row: IntervalRow, mark: Mark) -> None:
    assert row.mark is mark


def test_each_verdict_has_a_shape_of_its_own_so_that_grey_print_keeps_it() -> None:
    drawing = parsed(a_chart())

    squares = drawing.findall(f"{SVG}rect")
    circles = drawing.findall(f"{SVG}circle")
    diamonds = [path for path in drawing.findall(f"{SVG}path") if path.get("fill") == ACCENT]
    assert [square.get("fill") for square in squares] == [BREACH]
    assert [(circle.get("fill"), circle.get("stroke")) for circle in circles] == [
        (ACCENT, ACCENT),
        ("#FFFFFF", NEUTRAL),
    ]
    assert len(diamonds) == 1


def test_only_the_interval_of_an_unjudged_group_and_the_threshold_are_dashed() -> None:
    dashes = [line.get("stroke-dasharray") for line in parsed(a_chart()).findall(f"{SVG}line")]

    assert sorted(dash for dash in dashes if dash) == ["2 2.5", "6 4"]


def test_the_threshold_is_drawn_over_the_grid_and_named() -> None:
    drawing = parsed(a_chart())
    lines = drawing.findall(f"{SVG}line")

    assert lines[-1].get("stroke-dasharray") == "6 4"
    assert "required 0.80" in texts(drawing)


def test_a_missing_figure_is_said_not_drawn_at_zero() -> None:
    assert "not available" in texts(parsed(a_chart()))


def test_labels_are_text_never_markup() -> None:
    hostile = '</svg><script>alert("1")</script>'

    drawing = parsed(DotAndInterval((IntervalRow(hostile[:28], 0.9),), 0.8, hostile, "&<>", f'"{hostile}'))

    assert hostile in texts(drawing)
    assert drawing.get("aria-label") == f'"{hostile}'
    assert drawing.find(f".//{SVG}script") is None


def test_the_same_value_gives_the_same_bytes() -> None:
    assert draw(a_chart()) == draw(a_chart())


def test_an_interval_that_leaves_the_axis_is_cut_with_an_arrow_head() -> None:
    wide = IntervalRow("Tiny", 0.9, 0.1, 14.0, judged=False)
    chart = a_chart(IntervalRow("All", 1.0, 0.9, 1.1), wide)

    assert axis_of(chart).high < 2
    assert len([path for path in parsed(chart).findall(f"{SVG}path") if path.get("fill") == "none"]) >= 1


@pytest.mark.parametrize(
    "rows",
    [
        (IntervalRow("one", None),),
        (IntervalRow("zero", 0.0, 0.0, 0.0),),
        (IntervalRow("same", 0.8, 0.8, 0.8),),
        (IntervalRow("large", 1200.0, 900.0, 1500.0),),
    ],
)
@pytest.mark.parametrize("threshold", [None, 0.8])
def test_an_axis_has_a_width_whatever_the_figures(rows: tuple[IntervalRow, ...], threshold: float | None) -> None:
    chart = a_chart(*rows, threshold=threshold)

    axis = axis_of(chart)
    assert axis.low < axis.high
    assert len(axis.ticks) >= 2
    assert parsed(chart) is not None


def test_panels_share_one_scale_and_dash_the_reference() -> None:
    panels = Panels((Panel("Cleared", ROWS), Panel("Wrongly flagged", ROWS)), "alt")

    drawing = parsed(panels)
    assert texts(drawing).count("0\u00a0%") == 2
    assert [line.get("stroke-dasharray") for line in drawing.findall(f"{SVG}line")].count("6 4") == 2


def test_panels_with_other_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="same groups"):
        Panels((Panel("a", ROWS), Panel("b", ROWS[:2])), "alt")


def test_the_alternative_text_states_the_finding() -> None:
    said = alternative_text("Impact ratio", ROWS, "required 0.80")

    assert said == (
        "Impact ratio by group, against required 0.80: African-American 0.63 (0.60 to 0.66), breach; "
        "Caucasian 1.00, reference; Hispanic 1.08 (1.02 to 1.14), met; "
        "Asian 1.15 (0.94 to 1.41), too small to judge; Unseen not available."
    )


def test_shares_are_said_as_percentages() -> None:
    assert "Hispanic 21.5\u00a0%" in alternative_text("Rate", (IntervalRow("Hispanic", 0.2148),), scale=Scale.SHARE)
