"""Rates per group: Fairlearn's own figures on weighted cells, with what Fairlearn leaves out said in words.

Fairlearn gives 0 for a rate without a denominator; such a rate is not available here. Fairlearn needs numbers as labels
and groups; cells carry booleans, so text labels cannot turn into a silent 0.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from core.metrics.cells import Tally
from core.metrics.fairness.groups import Rate
from core.metrics.intervals import wilson

Weighted = Callable[..., float]
LABELLED = (
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "accuracy",
    "precision",
)
EMPTY = {
    "true_positive_rate": "No row of the group has the positive label",
    "false_negative_rate": "No row of the group has the positive label",
    "false_positive_rate": "No row of the group has the negative label",
    "true_negative_rate": "No row of the group has the negative label",
    "precision": "No row of the group is predicted positive",
}


ALL = ("selection_rate", *LABELLED)


def group_rates(
    tallies: Sequence[Tally], *, favourable_is_positive: bool, metrics: Sequence[str] = ALL
) -> tuple[Mapping[str, Rate], ...]:
    """Per group and in its order: each metric's share, counts and interval.

    Definitions: selection rate = favourable predictions / n; the others as in Fairlearn and scikit-learn
    (TPR = TP / positives, FPR = FP / negatives, TNR = TN / negatives, FNR = FN / positives, accuracy = (TP + TN) / n,
    precision = TP / predicted positive). Without labels there is the selection rate only.
    """
    values = _by_fairlearn(tallies, favourable_is_positive, metrics)
    return tuple(
        {
            metric: Rate(count, of, values[metric][position] if of else None, wilson(count, of))
            for metric, (count, of) in _fractions(tally, favourable_is_positive).items()
            if metric in values
        }
        for position, tally in enumerate(tallies)
    )


def _fractions(tally: Tally, favourable_is_positive: bool) -> dict[str, tuple[int, int]]:
    selected = tally.predicted if favourable_is_positive else tally.n - tally.predicted
    found = {"selection_rate": (selected, tally.n)}
    table = tally.confusion
    if table is None:
        return found
    negatives = table.n - table.positives
    return found | {
        "true_positive_rate": (table.true_positives, table.positives),
        "false_positive_rate": (table.false_positives, negatives),
        "true_negative_rate": (table.true_negatives, negatives),
        "false_negative_rate": (table.false_negatives, table.positives),
        "accuracy": (table.true_positives + table.true_negatives, table.n),
        "precision": (table.true_positives, table.predicted),
    }


def _by_fairlearn(
    tallies: Sequence[Tally], favourable_is_positive: bool, wanted: Sequence[str]
) -> dict[str, list[float]]:
    import pandas as pd  # 39 MiB that only who compares groups needs
    from fairlearn.metrics import MetricFrame  # type: ignore[import-untyped]  # loading it takes a second

    if not tallies:
        return {metric: [] for metric in wanted}
    truth, predicted, weight, group = _arrays(tallies)
    known = _metrics(favourable_is_positive, labelled=tallies[0].positives is not None)
    metrics = {name: metric for name, metric in known.items() if name in wanted}
    frame = MetricFrame(
        metrics=metrics,
        y_true=truth,
        y_pred=predicted,
        sensitive_features=pd.Series(group, name="group"),  # an array of one row would be squeezed to a number
        sample_params={name: {"sample_weight": weight} for name in metrics},
    )
    return {name: [float(value) for value in frame.by_group[name].loc[range(len(tallies))]] for name in metrics}


def _metrics(favourable_is_positive: bool, *, labelled: bool) -> dict[str, Weighted]:
    from fairlearn import metrics  # type: ignore[import-untyped]
    from sklearn.metrics import accuracy_score, precision_score  # type: ignore[import-untyped]

    favourable = partial(metrics.selection_rate, pos_label=int(favourable_is_positive))
    if not labelled:
        return {"selection_rate": favourable}
    return {
        "selection_rate": favourable,
        "true_positive_rate": partial(metrics.true_positive_rate, pos_label=1),
        "false_positive_rate": partial(metrics.false_positive_rate, pos_label=1),
        "true_negative_rate": partial(metrics.true_negative_rate, pos_label=1),
        "false_negative_rate": partial(metrics.false_negative_rate, pos_label=1),
        "accuracy": accuracy_score,
        "precision": partial(precision_score, pos_label=1, zero_division=0.0),
    }


def _arrays(tallies: Sequence[Tally]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Truth, prediction, weight and group number per cell with rows; without labels truth stands in as 0."""
    rows = [
        (truth, predicted, weight, position)
        for position, tally in enumerate(tallies)
        for truth, predicted, weight in _weighted(tally)
        if weight
    ]
    columns = np.array(rows, dtype=np.int64).T
    return columns[0], columns[1], columns[2], columns[3]


def _weighted(tally: Tally) -> tuple[tuple[int, int, int], ...]:
    table = tally.confusion
    if table is None:
        return (0, 1, tally.predicted), (0, 0, tally.n - tally.predicted)
    return (
        (1, 1, table.true_positives),
        (0, 1, table.false_positives),
        (1, 0, table.false_negatives),
        (0, 0, table.true_negatives),
    )
