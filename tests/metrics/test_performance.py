"""Performance figures against scikit-learn, DeLong's interval against its definition, and what is not available."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn import metrics as sklearn

from core.frames.scores import score_sums
from core.metrics.cells import Confusion
from core.metrics.performance import assess_classification
from core.metrics.scores import ScoreSums, area_under_curve, delong
from core.metrics.verdicts import Verdict


def rows_of(table: Confusion) -> tuple[list[int], list[int]]:
    counts = (table.true_positives, table.false_positives, table.false_negatives, table.true_negatives)
    pairs = [pair for pair, n in zip(((1, 1), (0, 1), (1, 0), (0, 0)), counts, strict=True) for _ in range(n)]
    return [truth for truth, _ in pairs], [predicted for _, predicted in pairs]


@pytest.mark.parametrize("table", [Confusion(2035, 1282, 1216, 2681), Confusion(1, 2, 3, 4), Confusion(5, 0, 0, 7)])
def test_every_figure_of_the_confusion_table_equals_scikit_learn(table: Confusion) -> None:
    truth, predicted = rows_of(table)

    result = assess_classification(table)

    expected = {
        "accuracy": sklearn.accuracy_score(truth, predicted),
        "balanced_accuracy": sklearn.balanced_accuracy_score(truth, predicted),
        "precision": sklearn.precision_score(truth, predicted),
        "recall": sklearn.recall_score(truth, predicted),
        "f1_score": sklearn.f1_score(truth, predicted),
        "matthews_correlation_coefficient": sklearn.matthews_corrcoef(truth, predicted),
    }
    for metric, value in expected.items():
        assert result.figure(metric).value == pytest.approx(value, rel=1e-12), metric


@pytest.mark.parametrize(
    ("table", "metric", "reason"),
    [
        (Confusion(0, 5, 0, 5), "recall", "No row has the positive label"),
        (Confusion(0, 5, 0, 5), "balanced_accuracy", "No row has the positive label"),
        (Confusion(5, 0, 5, 0), "specificity", "No row has the negative label"),
        (Confusion(5, 0, 5, 0), "balanced_accuracy", "No row has the negative label"),
        (Confusion(0, 0, 5, 5), "precision", "No row is predicted positive"),
        (Confusion(0, 0, 5, 5), "matthews_correlation_coefficient", "Every row has the same prediction"),
        (Confusion(0, 0, 0, 9), "f1_score", "No row has the positive label or is predicted positive"),
        (Confusion(0, 0, 0, 0), "accuracy", "There are no rows"),
        (Confusion(1, 1, 1, 1), "roc_auc", "There is no score column"),
        (Confusion(1, 1, 1, 1), "brier_score", "There is no score column"),
    ],
)
def test_what_scikit_learn_calls_zero_is_not_available(table: Confusion, metric: str, reason: str) -> None:
    figure = assess_classification(table).figure(metric)

    assert (figure.value, figure.interval, figure.reason) == (None, None, reason)
    assert figure.judge(0.5, "at least").verdict is Verdict.INSUFFICIENT


def test_every_interval_holds_its_figure() -> None:
    for figure in assess_classification(Confusion(2035, 1282, 1216, 2681)).figures[:7]:
        assert figure.value is not None
        assert figure.interval is not None
        assert figure.interval.low < figure.value < figure.interval.high


def test_too_few_rows_are_no_verdict_on_performance() -> None:
    figure = assess_classification(Confusion(90, 5, 5, 100)).figure("balanced_accuracy")

    assert figure.judge(0.6, "at least", minimum_rows=200).verdict is Verdict.PASS
    assert figure.judge(0.6, "at least", minimum_rows=201).verdict is Verdict.INSUFFICIENT


def scored(tmp_path, truth, scores) -> ScoreSums:
    path = tmp_path / "scores.csv"
    rows = (f"{int(label)},{float(score)!r}" for label, score in zip(truth, scores, strict=True))
    path.write_text("y,s\n" + "\n".join(rows) + "\n")
    return score_sums(path, label="y", score="s", positive="1")


def delong_by_definition(truth: np.ndarray, scores: np.ndarray) -> tuple[float, float, float]:
    """The area and its 95 % interval from every pair of a positive and a negative (DeLong 1988, eq. 4-6)."""
    positive, negative = scores[truth == 1], scores[truth == 0]
    pairs = (positive[:, None] > negative).astype(float) + 0.5 * (positive[:, None] == negative)
    variance = pairs.mean(axis=1).var(ddof=1) / positive.size + pairs.mean(axis=0).var(ddof=1) / negative.size
    half = norm.ppf(0.975) * np.sqrt(variance)
    return pairs.mean(), pairs.mean() - half, pairs.mean() + half


@pytest.mark.parametrize("digits", [1, 2, 12])  # ties many, some, none
def test_score_figures_equal_scikit_learn_and_delong_by_definition(tmp_path, digits: int) -> None:
    generator = np.random.default_rng(digits)
    truth = (generator.random(900) < 0.3).astype(int)
    scores = np.round(np.clip(generator.beta(2, 3, 900) + 0.2 * truth, 0, 1), digits)

    sums = scored(tmp_path, truth, scores)

    figures = assess_classification(Confusion(1, 1, 1, 1), scores=sums)
    area, low, high = delong_by_definition(truth, scores)
    assert figures.figure("roc_auc").value == pytest.approx(sklearn.roc_auc_score(truth, scores), rel=1e-12)
    assert figures.figure("roc_auc").value == pytest.approx(area, rel=1e-12)
    assert delong(sums) == pytest.approx((low, high), rel=1e-9)
    assert figures.figure("brier_score").value == pytest.approx(sklearn.brier_score_loss(truth, scores), rel=1e-12)
    assert figures.figure("log_loss").value == pytest.approx(sklearn.log_loss(truth, scores), rel=1e-12)


def test_scores_that_are_no_probabilities_have_ranks_but_no_losses(tmp_path) -> None:
    sums = scored(tmp_path, [0, 1, 0, 1], [-3, 200, 1e300, 7])

    assert area_under_curve(sums) is not None
    figure = assess_classification(Confusion(1, 1, 1, 1), scores=sums).figure("brier_score")
    assert figure.reason == "A score lies outside 0 to 1, so it is no probability"


def test_a_perfect_ranking_has_an_area_of_one_and_no_interval(tmp_path) -> None:
    sums = scored(tmp_path, [0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])

    assert area_under_curve(sums) == 1
    assert delong(sums) is None


def test_one_class_has_no_area_under_the_curve(tmp_path) -> None:
    sums = scored(tmp_path, [1, 1, 1], [0.1, 0.2, 0.8])

    figure = assess_classification(Confusion(1, 0, 2, 0), scores=sums).figure("roc_auc")

    assert (figure.value, figure.reason) == (None, "No row has the negative label")
