"""The mathematics of checks in production, against libraries and figures that we did not write."""

from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.spatial import distance
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, precision_score, recall_score, roc_auc_score

from core.metrics.figure import Figure, missing
from core.metrics.monitoring.chunks import position_of, season_of, start_of
from core.metrics.monitoring.expected import expected
from core.metrics.monitoring.groups import GroupCounts, compared
from core.metrics.monitoring.limits import Limits, around, deviating, fixed, judged
from core.metrics.monitoring.outcomes import Decided, classified, measured
from core.metrics.monitoring.shifts import ReferenceBins, distance_to_base_2
from core.metrics.verdicts import Verdict

GENERATOR = np.random.default_rng(7)
SCORE = np.round(GENERATOR.random(400), 2)
POSITIVE = GENERATOR.random(400) < SCORE
PREDICTED = SCORE >= 0.5


@pytest.mark.parametrize(
    ("metric", "theirs"),
    [
        ("accuracy", accuracy_score(POSITIVE, PREDICTED)),
        ("error_rate", 1 - accuracy_score(POSITIVE, PREDICTED)),
        ("precision", precision_score(POSITIVE, PREDICTED)),
        ("recall", recall_score(POSITIVE, PREDICTED)),
        ("specificity", recall_score(~POSITIVE, ~PREDICTED)),
        ("f1_score", f1_score(POSITIVE, PREDICTED)),
        ("roc_auc", roc_auc_score(POSITIVE, SCORE)),
        ("brier_score", brier_score_loss(POSITIVE, SCORE)),
    ],
)
def test_realised_performance_is_that_of_scikit_learn(metric: str, theirs: float) -> None:
    found = classified(metric, Decided(POSITIVE, PREDICTED, SCORE))

    assert found.value == pytest.approx(theirs, rel=1e-12)
    assert found.n == (400 if metric in ("accuracy", "error_rate", "f1_score", "roc_auc", "brier_score") else found.n)


@pytest.mark.parametrize("metric", ["accuracy", "precision", "recall", "f1_score", "roc_auc"])
def test_expected_performance_is_the_mean_of_many_draws_of_labels_by_the_scores(metric: str) -> None:
    drawn = GENERATOR.random((400, 2_000)) < SCORE[:, None]
    realised = [classified(metric, Decided(drawn[:, one], PREDICTED, SCORE)).value or 0.0 for one in range(2_000)]

    assert expected(metric, SCORE, PREDICTED, SCORE).value == pytest.approx(float(np.mean(realised)), abs=2e-3)


def test_what_cannot_be_told_is_not_available_and_no_pass() -> None:
    ones = np.ones(5, dtype=bool)

    one_class = classified("roc_auc", Decided(ones, ones, np.linspace(0, 1, 5)))
    nothing = classified("accuracy", Decided(ones[:0], ones[:0], None))
    constant = measured("r_squared", np.ones(5), np.zeros(5))

    assert [one.value for one in (one_class, nothing, constant)] == [None] * 3
    assert judged(one_class, Limits(lower=0.5)).verdict is Verdict.INSUFFICIENT


def test_limits_hold_on_the_limit_and_fail_beyond_it() -> None:
    at, under = Figure("x", 0.95, None, 100), Figure("x", 0.9499, None, 100)

    assert judged(at, fixed("at least", 0.95)).verdict is Verdict.PASS
    assert judged(under, fixed("at least", 0.95)).verdict is Verdict.FAIL
    assert judged(under, around(1.0, 0.05, None)).verdict is Verdict.FAIL
    assert judged(at, fixed("at most", 0.05), minimum_rows=101).verdict is Verdict.INSUFFICIENT
    assert judged(missing("x", "No rows"), fixed("at most", 1)).reason == "No rows"


def test_deviations_are_those_of_the_population_and_no_limit_lies_where_no_figure_can() -> None:
    found = deviating([0.7, 0.9, None], 3, None, bounds=(0.0, 1.0))
    few = deviating([0.7], 3, None)

    assert (round(found.lower or 0, 12), found.upper) == (0.5, None)
    assert "fewer than the 2" in few.reason


def test_counts_that_were_always_the_same_still_leave_room_for_chance() -> None:
    found = deviating([100, 100, 100], 3, None, bounds=(0.0, None), counted=True)

    assert (found.lower, found.upper) == (70, 130)


@pytest.mark.parametrize("size", [60, 4_000])
def test_bins_of_the_reference_give_scipys_distance_to_base_two(size: int) -> None:
    reference, current = np.sort(GENERATOR.normal(size=size)), np.sort(GENERATOR.normal(1, 2, size=300))
    bins = ReferenceBins.of(reference)

    counts = np.append(bins.counts, 0)
    theirs = distance.jensenshannon(counts / size, bins.count(current) / 300, base=2)
    assert distance_to_base_2(counts, bins.count(current)) == pytest.approx(theirs, rel=1e-9)
    assert bins.count(current).sum() == 300


def test_groups_that_are_too_small_are_not_compared() -> None:
    groups = [GroupCounts("sex", "a", 100, 50), GroupCounts("sex", "b", 100, 40), GroupCounts("sex", "c", 5, 0)]

    assert compared("impact_ratio", groups, minimum_group=30).value == 0.8
    assert compared("impact_ratio", groups[:1], minimum_group=30).value is None
    assert compared("impact_ratio", groups, minimum_group=1).value == 0.0


@pytest.mark.parametrize(
    ("amount", "unit", "starts"),
    [
        (1, "hour", datetime(2028, 2, 29, 13, tzinfo=UTC)),
        (6, "hour", datetime(2028, 2, 29, 12, tzinfo=UTC)),
        (1, "day", datetime(2028, 2, 29, tzinfo=UTC)),
        (1, "week", datetime(2028, 2, 28, tzinfo=UTC)),
        (1, "month", datetime(2028, 2, 1, tzinfo=UTC)),
        (3, "month", datetime(2028, 1, 1, tzinfo=UTC)),
    ],
)
def test_chunks_begin_where_calendars_say(amount: int, unit: str, starts: datetime) -> None:
    moment = datetime(2028, 2, 29, 13, 45, tzinfo=UTC)  # a Tuesday of a leap year
    position = position_of(moment, amount, unit)

    assert start_of(position, amount, unit) == starts
    assert position_of(start_of(position + 1, amount, unit), amount, unit) == position + 1
    assert season_of(moment, "weekday and hour") == (1, 13)
