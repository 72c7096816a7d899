"""The spread of a comparison's figures: the counts drawn again ten thousand times, as if the rows had been."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.metrics.cells import Tally
from core.metrics.intervals import CONFIDENCE, Interval

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
MOST_UNDEFINED = 0.01


@dataclass(frozen=True)
class Sample:
    """Counts with the last axis over groups; any axes before it are repetitions. Positives are None without labels."""

    n: Counts
    selected: Counts
    predicted: Counts
    positives: Counts | None
    true_positives: Counts | None

    @property
    def selection_rate(self) -> Floats:
        """Favourable outcomes / n; NaN without rows."""
        return ratio(self.selected, self.n)

    @property
    def true_positive_rate(self) -> Floats:
        """NaN without positives, or without labels."""
        if self.positives is None or self.true_positives is None:
            return np.full(self.n.shape, np.nan)
        return ratio(self.true_positives, self.positives)

    @property
    def false_positive_rate(self) -> Floats:
        """NaN without negatives, or without labels."""
        if self.positives is None or self.true_positives is None:
            return np.full(self.n.shape, np.nan)
        return ratio(self.predicted - self.true_positives, self.n - self.positives)


def ratio(over: npt.NDArray[np.number], under: npt.NDArray[np.number]) -> Floats:
    """Element by element, NaN where the denominator is 0."""
    quotient: Floats = np.full(np.broadcast_shapes(over.shape, under.shape), np.nan)
    np.divide(over, under, out=quotient, where=under != 0)
    return quotient


def resampled(
    tallies: Sequence[Tally], *, rest: int = 0, favourable_is_positive: bool, repetitions: int, seed: int
) -> Sample:
    """The counts of `repetitions` multinomial draws of these rows and `rest` others; the same seed, the same draws.

    Drawing n rows with replacement and counting them is drawing the counts from Multinomial(n, counts / n), so the
    intervals equal a bootstrap of rows in distribution. Source: Efron, Annals of Statistics 7 (1979) 1–26.
    """
    counts = np.array([_outcomes(tally) for tally in tallies], dtype=np.int64)
    weights = np.append(counts.ravel(), rest)
    total = int(weights.sum())
    draws = np.random.default_rng(seed).multinomial(total, weights / total, size=repetitions)
    return _sample(draws[:, :-1].reshape(repetitions, *counts.shape), tallies, favourable_is_positive)


def percentile_interval(values: Floats, confidence: float = CONFIDENCE) -> Interval | None:
    """The central share of the repetitions; None where more than one in a hundred of them is undefined."""
    defined = values[~np.isnan(values)]
    if defined.size < (1 - MOST_UNDEFINED) * values.size:
        return None
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


def _outcomes(tally: Tally) -> tuple[int, int, int, int]:
    """True and false positives, false and true negatives; without labels every prediction counts as false."""
    table = tally.confusion
    if table is None:
        return 0, tally.predicted, 0, tally.n - tally.predicted
    return table.true_positives, table.false_positives, table.false_negatives, table.true_negatives


def _sample(outcomes: Counts, tallies: Sequence[Tally], favourable_is_positive: bool) -> Sample:
    labelled = all(tally.positives is not None for tally in tallies)
    hits, false_alarms, misses, rejections = (outcomes[..., position] for position in range(4))
    n, predicted = outcomes.sum(axis=-1), hits + false_alarms
    return Sample(
        n=n,
        selected=predicted if favourable_is_positive else misses + rejections,
        predicted=predicted,
        positives=hits + misses if labelled else None,
        true_positives=hits if labelled else None,
    )
