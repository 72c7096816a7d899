"""A figure and its threshold: what passes, what fails and what is no answer."""

import pytest

from core.metrics.intervals import Interval
from core.metrics.verdicts import Verdict, judge, shown, worst

PASS, FAIL, INSUFFICIENT = Verdict.PASS, Verdict.FAIL, Verdict.INSUFFICIENT


@pytest.mark.parametrize(
    ("value", "direction", "verdict"),
    [
        (0.8, "at least", PASS),
        (0.7999999999999999, "at least", FAIL),
        (0.0, "at least", FAIL),
        (0.8, "at most", PASS),
        (0.8000000000000002, "at most", FAIL),
    ],
)
def test_a_figure_on_its_threshold_is_met_and_a_hair_beyond_it_is_not(
    value: float, direction: str, verdict: Verdict
) -> None:
    assert judge(value, None, 0.8, direction, n=100).verdict is verdict


def test_an_unavailable_figure_is_insufficient_evidence_with_its_reason() -> None:
    found = judge(None, None, 0.8, "at least", n=1000, reason="No row has the positive label")

    assert found == (INSUFFICIENT, "No row has the positive label")


@pytest.mark.parametrize("value", [0.1, 0.9])
def test_too_few_rows_are_insufficient_evidence_whatever_the_figure(value: float) -> None:
    found = judge(value, None, 0.8, "at least", n=29, minimum_n=30)

    assert found.verdict is INSUFFICIENT
    assert "29 rows" in found.reason


def test_an_unknown_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="above"):
        judge(0.5, None, 0.8, "above", n=10)


def test_the_reason_says_when_the_interval_spans_the_threshold() -> None:
    assert "spans" in judge(0.82, Interval(0.7, 0.9), 0.8, "at least", n=10).reason
    assert "spans" not in judge(0.92, Interval(0.85, 0.97), 0.8, "at least", n=10).reason


def test_a_shown_figure_never_reads_as_the_threshold_it_misses() -> None:
    assert shown(0.79996, 0.8) == "0.79996"
    assert shown(0.8, 0.8) == "0.800"


@pytest.mark.parametrize(
    ("verdicts", "overall"),
    [
        ((), INSUFFICIENT),
        ((PASS,), PASS),
        ((PASS, INSUFFICIENT), INSUFFICIENT),
        ((INSUFFICIENT, FAIL, PASS), FAIL),
    ],
)
def test_one_failure_fails_and_one_gap_is_a_gap(verdicts: tuple[Verdict, ...], overall: Verdict) -> None:
    assert worst(verdicts) is overall
