"""Means over classes of precision, recall and F1, and Matthews' coefficient, with bootstrap intervals."""

from collections.abc import Callable, Sequence
from math import isfinite

import numpy as np

from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval
from core.metrics.performance.classes import ClassCounts
from core.metrics.performance.confusion import NO_ROWS, Numbers, divided, percentiles

Statistic = Callable[[Numbers], Numbers]
REPETITIONS = 10_000
SEED = 1975  # as for two classes
MOST_DRAWN = 20_000_000  # cells times repetitions: above, fewer repetitions
LEAST_REPETITIONS = 1_000
BATCH = 2_000_000
SAME_PREDICTION = "Every row has the same prediction"
SAME_LABEL = "Every row has the same label"


def averaged(counts: ClassCounts) -> tuple[Figure, ...]:
    """Macro and weighted precision, recall and F1, and Matthews' correlation coefficient.

    Intervals: percentile bootstrap, 10,000 multinomial draws of the table (fewer for more than 2,000 filled cells).
    """
    table = np.array(counts.table, dtype=np.float64)
    n = int(table.sum())
    if not n:
        return tuple(missing(metric, NO_ROWS) for metric in STATISTICS)
    values = {metric: float(statistic(table[None])[0]) for metric, statistic in STATISTICS.items()}
    intervals = _intervals(table, n)
    return tuple(
        Figure(metric, value, intervals[metric], n, "bootstrap")
        if isfinite(value)
        else missing(metric, _reason(metric, counts), n=n)
        for metric, value in values.items()
    )


def _reason(metric: str, counts: ClassCounts) -> str:
    support = [sum(row) for row in counts.table]
    predicted = [sum(column) for column in zip(*counts.table, strict=True)]
    if metric == "matthews_correlation_coefficient":
        return SAME_LABEL if max(support) == sum(support) else SAME_PREDICTION
    if metric.endswith("recall"):
        return _named(counts.classes, support, "is no row's label")
    guessed = [predicted[at] or not (support[at] or metric.startswith("macro")) for at in range(len(support))]
    return _named(counts.classes, guessed, "is never predicted")


def _named(classes: Sequence[str], counts: Sequence[int | bool], what: str) -> str:
    without = [name for name, count in zip(classes, counts, strict=True) if not count]
    more = f" and {len(without) - 1} more" if len(without) > 1 else ""
    return f"“{without[0]}”{more} {what}"


def _intervals(table: Numbers, n: int) -> dict[str, Interval | None]:
    filled = np.flatnonzero(table)
    shares = table.ravel()[filled] / n
    repetitions = max(LEAST_REPETITIONS, min(REPETITIONS, MOST_DRAWN // filled.size))
    generator = np.random.default_rng(SEED)
    found: dict[str, list[Numbers]] = {metric: [] for metric in STATISTICS}
    batch = max(1, BATCH // table.size)
    for start in range(0, repetitions, batch):
        drawn = np.zeros((min(batch, repetitions - start), table.size))
        drawn[:, filled] = generator.multinomial(n, shares, size=drawn.shape[0])
        for metric, statistic in STATISTICS.items():
            found[metric].append(statistic(drawn.reshape(-1, *table.shape)))
    return {metric: percentiles(np.concatenate(parts)) for metric, parts in found.items()}


def _hits(tables: Numbers) -> Numbers:
    return np.diagonal(tables, axis1=1, axis2=2)


def _precision(tables: Numbers) -> Numbers:
    return divided(_hits(tables).copy(), tables.sum(axis=1))


def _recall(tables: Numbers) -> Numbers:
    return divided(_hits(tables).copy(), tables.sum(axis=2))


def _f1(tables: Numbers) -> Numbers:
    return divided(2 * _hits(tables), tables.sum(axis=1) + tables.sum(axis=2))


def _macro(of: Statistic) -> Statistic:
    return lambda tables: np.asarray(of(tables).mean(axis=1))


def _weighted(of: Statistic) -> Statistic:
    """The mean weighted by rows with the label; a class without any does not count."""

    def mean(tables: Numbers) -> Numbers:
        support = tables.sum(axis=2)
        terms = np.where(support > 0, of(tables) * support, 0.0)
        return np.asarray(terms.sum(axis=1) / support.sum(axis=1))

    return mean


def _matthews(tables: Numbers) -> Numbers:
    """Gorodkin's extension to several classes. Source: Computational Biology and Chemistry 28 (2004) 367–374."""
    labels, guesses, n = tables.sum(axis=2), tables.sum(axis=1), tables.sum(axis=(1, 2))
    over = _hits(tables).sum(axis=1) * n - (labels * guesses).sum(axis=1)
    under = (n * n - (guesses**2).sum(axis=1)) * (n * n - (labels**2).sum(axis=1))
    return divided(over, np.sqrt(under))


STATISTICS: dict[str, Statistic] = {
    "macro_precision": _macro(_precision),
    "macro_recall": _macro(_recall),
    "macro_f1": _macro(_f1),
    "weighted_precision": _weighted(_precision),
    "weighted_recall": _weighted(_recall),
    "weighted_f1": _weighted(_f1),
    "matthews_correlation_coefficient": _matthews,
}
