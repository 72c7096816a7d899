"""Counts give the very bits that Fairlearn gives on rows, and an answer where Fairlearn misleads."""

from functools import partial

import numpy as np
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_score

from core.errors import Unreadable
from core.frames.cells import cells
from core.metrics.cells import Cells
from core.metrics.fairness import assess
from core.metrics.verdicts import Verdict
from tests.metrics.published import counted

Row = tuple[bool, bool, tuple[str, str]]
ON_ROWS = {
    "selection_rate": fairlearn.selection_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "true_negative_rate": fairlearn.true_negative_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "accuracy": accuracy_score,
    "precision": partial(precision_score, zero_division=0.0),
}


def random_rows(seed: int, n: int = 3000) -> list[Row]:
    generator = np.random.default_rng(seed)
    truth, predicted = generator.random(n) < 0.4, generator.random(n) < 0.55
    first, second = generator.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1]), generator.choice(["x", "y"], n)
    return [(bool(t), bool(p), (str(a), str(b))) for t, p, a, b in zip(truth, predicted, first, second, strict=True)]


@pytest.mark.parametrize("seed", range(3))
def test_every_rate_has_the_bits_of_a_metric_frame_on_rows(seed: int) -> None:
    rows = random_rows(seed)
    frame = fairlearn.MetricFrame(
        metrics=ON_ROWS,
        y_true=np.array([truth for truth, _, _ in rows], dtype=int),
        y_pred=np.array([predicted for _, predicted, _ in rows], dtype=int),
        sensitive_features={"first": [v[0] for _, _, v in rows], "second": [v[1] for _, _, v in rows]},
    )

    result = assess(counted(rows, "first", "second"), repetitions=2)

    for group in result.comparison("first", "second").groups:
        for metric in ON_ROWS:
            assert getattr(group, metric).value == float(frame.by_group[metric][group.values]), metric


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "metric",
    [
        "demographic_parity_ratio",
        "demographic_parity_difference",
        "equalized_odds_ratio",
        "equalized_odds_difference",
    ],
)
def test_every_disparity_has_the_bits_of_fairlearn_on_rows(seed: int, metric: str) -> None:
    rows = random_rows(seed)

    figure = assess(counted(rows, "first", "second"), repetitions=2).comparison("first").figure(metric)

    expected = getattr(fairlearn, metric)(
        [int(truth) for truth, _, _ in rows],
        [int(predicted) for _, predicted, _ in rows],
        sensitive_features=[values[0] for _, _, values in rows],
    )
    assert figure.value == float(expected)


def as_csv(tmp_path, text: str, **options) -> Cells:
    path = tmp_path / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return cells(path, **{"label": "y", "prediction": "p", "positive": "1", "attributes": ("g",), **options})


def test_text_labels_are_counted_where_fairlearn_says_zero(tmp_path) -> None:
    rows = "y,p,g\n" + "y,y,a\ny,n,a\n" * 40 + "y,y,b\nn,n,b\n" * 40

    result = assess(as_csv(tmp_path, rows, positive="y"), repetitions=2)

    assert [group.selection_rate.value for group in result.groups] == [0.5, 0.5]


def test_no_predicted_positive_leaves_the_ratio_unavailable_and_no_verdict(tmp_path) -> None:
    rows = "y,p,g\n" + "1,0,a\n0,0,b\n" * 50

    result = assess(as_csv(tmp_path, rows), repetitions=2)

    ((_, figure, judgement),) = result.verdicts()
    assert figure.value is None
    assert judgement == (Verdict.INSUFFICIENT, "Nobody in the reference group has the favourable outcome")
    assert {group.impact_ratio for group in result.groups} == {None}


def test_one_group_is_not_perfect_parity(tmp_path) -> None:
    result = assess(as_csv(tmp_path, "y,p,g\n" + "1,1,a\n0,0,a\n" * 50), repetitions=2)

    ((_, figure, judgement),) = result.verdicts()
    assert figure.value is None
    assert judgement == (Verdict.INSUFFICIENT, "There is only one group, so there is nothing to compare")


def test_a_missing_sensitive_value_is_counted_and_in_no_group(tmp_path) -> None:
    rows = "y,p,g\n" + "1,1,a\n0,0,b\n" * 50 + "1,1,\n0,1,  \n1,1,NA\n"

    result = assess(as_csv(tmp_path, rows), repetitions=2)

    assert result.unknown == {"g": 2}
    assert result.rows == 103
    assert {group.name: group.n for group in result.groups} == {"a": 50, "b": 50, "NA": 1}


def test_a_group_without_positives_has_no_true_positive_rate_and_says_so(tmp_path) -> None:
    rows = "y,p,g\n" + "1,1,a\n0,1,a\n" * 40 + "0,1,b\n0,0,b\n" * 40

    result = assess(as_csv(tmp_path, rows), repetitions=2)

    group = result.groups[1]
    assert group.true_positive_rate is not None
    assert group.true_positive_rate.value is None
    assert group.unavailable["true_positive_rate"] == "No row of the group has the positive label"
    comparison = result.comparison("g")
    judgement = comparison.judge("true_positive_rate_difference", 0.2, "at most")
    assert judgement == (Verdict.INSUFFICIENT, "b: No row of the group has the positive label")
    assert comparison.figure("equalized_odds_difference").value is None


def test_a_measurement_as_attribute_is_refused_where_fairlearn_makes_a_group_of_each_value(tmp_path) -> None:
    rows = "y,p,g\n" + "".join(f"1,{at % 2},{at / 7}\n" for at in range(300))

    with pytest.raises(Unreadable, match="300 values"):
        as_csv(tmp_path, rows)


ROWS = st.lists(
    st.tuples(
        st.booleans(),
        st.booleans(),
        st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["x", "y", None])),
    ),
    min_size=1,
    max_size=150,
)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_groups_and_unknown_sum_to_the_rows_and_a_reference_has_ratio_one(rows) -> None:
    result = assess(counted(rows, "first", "second"), minimum_group=10, repetitions=2)

    for name in ("first", "second"):
        groups = result.comparison(name).groups
        assert sum(group.n for group in groups) + result.unknown[name] == result.rows == len(rows)
    for group in result.groups:
        assert group.confusion is not None
        assert group.confusion.n == group.n
        if group.is_reference and group.selected:
            assert group.impact_ratio == 1.0
            assert group.difference == 0.0


@settings(max_examples=10, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)

    first, second = (assess(counted(r, "first", "second"), minimum_group=5, repetitions=2) for r in (rows, shuffled))

    assert first.groups == second.groups
    assert [judged[2] for judged in first.verdicts()] == [judged[2] for judged in second.verdicts()]


@settings(max_examples=15, deadline=None)
@given(ROWS, st.sampled_from(["0", "1"]))
def test_nothing_is_missing_without_a_reason(rows, favourable: str) -> None:
    result = assess(counted(rows, "first", "second"), favourable=favourable, minimum_group=10, repetitions=2)

    for group in result.groups:
        for metric in ("true_positive_rate", "false_positive_rate", "precision"):
            assert (getattr(group, metric).value is None) == (metric in group.unavailable)
        for metric in ("impact_ratio", "impact_ratio_interval", "difference", "p_value"):
            assert (getattr(group, metric) is None) == (metric in group.unavailable)
    for comparison in result.comparisons:
        for figure in comparison.figures:
            assert (figure.value is None) == bool(figure.reason)
