"""What no skill would score: the figures that every other figure is held against where there is no other model."""

from collections.abc import Sequence
from math import log

from core.metrics.cells import Confusion
from core.metrics.figure import Figure

MAJORITY, CHANCE, BASE_RATE, MEAN = "majority class", "chance", "base rate", "mean"


def binary_baselines(confusion: Confusion, *, scored: bool) -> tuple[Figure, ...]:
    """The figures of a two-class model without skill, by metric; empty without rows.

    Accuracy: always the more frequent label. Precision, recall, specificity, F1, balanced accuracy and Matthews: labels
    guessed at random, positive as often as the model says so. Ranks: any order. Losses: the share of positives given as
    everybody's probability.
    """
    n, positives = confusion.n, confusion.positives
    if not n:
        return ()
    share, rate = positives / n, confusion.predicted / n
    found = [_at("accuracy", max(share, 1 - share), n, MAJORITY)]
    guessed = {
        "balanced_accuracy": 0.5,
        "precision": share,
        "recall": rate,
        "specificity": 1 - rate,
        "f1_score": 2 * share * rate / (share + rate) if share + rate else 0.0,
        "matthews_correlation_coefficient": 0.0,
    }
    found += [_at(metric, value, n, CHANCE) for metric, value in guessed.items()]
    if scored:
        ranks = {"roc_auc": 0.5, "pr_auc": share, "kolmogorov_smirnov": 0.0}
        found += [_at(metric, value, n, CHANCE) for metric, value in ranks.items()]
        found += _base_rate_losses([positives, n - positives], squared=share * (1 - share))
    return tuple(found)


def multiclass_baselines(counts: Sequence[int], predicted: Sequence[int], *, scored: bool) -> tuple[Figure, ...]:
    """The figures of a model of several classes without skill; `counts` are rows by label, `predicted` by prediction.

    Accuracy: always the most frequent label. Balanced accuracy, macro recall and Matthews: classes guessed at random,
    as often as the model says each. Losses: the share of each class given as everybody's probability. Empty without
    rows.
    """
    n, occurring = sum(counts), sum(count > 0 for count in counts)
    if not n:
        return ()
    recall = sum(guess / n for guess, count in zip(predicted, counts, strict=True) if count) / occurring
    found = [
        _at("accuracy", max(counts) / n, n, MAJORITY),
        _at("balanced_accuracy", recall, n, CHANCE),
        _at("matthews_correlation_coefficient", 0.0, n, CHANCE),
    ]
    if scored:
        found.append(_at("roc_auc", 0.5, n, CHANCE))
        found += _base_rate_losses(counts, squared=1 - sum((count / n) ** 2 for count in counts))
    return tuple(found)


def _base_rate_losses(counts: Sequence[int], squared: float) -> list[Figure]:
    n = sum(counts)
    entropy = -sum(count / n * log(count / n) for count in counts if count)
    return [_at("brier_score", squared, n, BASE_RATE), _at("log_loss", entropy + 0.0, n, BASE_RATE)]


def _at(metric: str, value: float, n: int, subject: str) -> Figure:
    return Figure(metric, value, None, n, "no skill", subject=subject)
