"""Whether probabilities can be taken at their word: calibration error, slope, intercept, and the table behind them."""

from collections.abc import Sequence

import numpy as np

from core.metrics.figure import Figure, missing
from core.metrics.intervals import CONFIDENCE, Interval, normal, wilson
from core.metrics.performance.ranked import NO_PROBABILITY, NO_SCORES
from core.metrics.performance.results import CalibrationBin
from core.metrics.scores import Estimate, ReliabilityBin, ScoreSums

REPETITIONS = 10_000
SEED = 1958  # the year of Cox's paper


def binary_calibration(scores: ScoreSums | None, n: int) -> tuple[Figure, ...]:
    """Expected calibration error, calibration slope and calibration intercept."""
    if scores is None or not scores.reliability:
        reason = NO_SCORES if scores is None else NO_PROBABILITY
        metrics = ("expected_calibration_error", "calibration_slope", "calibration_intercept")
        return tuple(missing(metric, reason, n=n) for metric in metrics)
    fit = scores.recalibration
    return (
        expected_calibration_error(scores.reliability),
        _fitted("calibration_slope", fit.slope, scores.n, fit.slope_reason),
        _fitted("calibration_intercept", fit.intercept, scores.n, fit.intercept_reason),
    )


def _fitted(metric: str, estimate: Estimate | None, n: int, reason: str) -> Figure:
    """A coefficient of the logistic fit of the labels on the logit of the score, with Wald's interval.

    `calibration_slope` is b of logit P = a + b · logit(score): 1 is perfect, below 1 the scores are too extreme.
    `calibration_intercept` is a with b held at 1, calibration in the large: 0 is perfect, below 0 the scores are too
    high. Sources: Cox, Biometrika 45 (1958) 562–565; Van Calster et al., BMC Medicine 17 (2019) 230. Not available with
    one class, a score of exactly 0 or 1, and, for the slope, one score for all or labels that the scores separate.
    """
    if estimate is None:
        return missing(metric, reason, n=n)
    return Figure(metric, estimate.value, normal(estimate.value, estimate.standard_error), n, "Wald")


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> Figure:
    """How far, on average over the rows, the mean probability of a bin lies from how often it happened: 0 is perfect.

    Formula: Σ nᵢ/n · |mean scoreᵢ − observed rateᵢ| over ten bins of equal width, as the bins of `reliability`. Source:
    Naeini, Cooper and Hauskrecht, AAAI 2015, 2901–2907. The figure depends on the bins and leans upwards: noise alone
    gives more than 0. Interval: it can miss the true binned error by no more than the noise of the observed rates,
    Σ nᵢ/n · |noiseᵢ|, whose 95 % quantile comes from 10,000 binomial draws of each bin; so it is wide rather than wrong
    (a percentile bootstrap misses the truth of a calibrated model nearly always). Not available without rows.
    """
    metric, n = "expected_calibration_error", sum(one.n for one in bins)
    if not n:
        return missing(metric, "There are no rows")
    value = sum(abs(one.score_total - one.positives) for one in bins) / n
    noise = _noise([one for one in bins if one.n])
    return Figure(metric, value, Interval(max(0.0, value - noise), min(1.0, value + noise)), n, "bootstrap")


def _noise(bins: Sequence[ReliabilityBin]) -> float:
    counts = np.array([one.n for one in bins], dtype=np.int64)
    # Half a row is added to each label: a bin where nothing happened yet is not one where nothing can.
    rates = (np.array([one.positives for one in bins]) + 0.5) / (counts + 1)
    drawn = np.random.default_rng(SEED).binomial(counts, rates, size=(REPETITIONS, len(bins)))
    return float(np.quantile(np.abs(drawn - counts * rates).sum(axis=1) / counts.sum(), CONFIDENCE))


def calibration_bins(bins: Sequence[ReliabilityBin]) -> tuple[CalibrationBin, ...]:
    """The table behind a calibration curve."""
    return tuple(
        CalibrationBin(
            one.low,
            one.high,
            one.n,
            one.positives,
            one.score_total / one.n if one.n else None,
            one.positives / one.n if one.n else None,
            wilson(one.positives, one.n),
        )
        for one in bins
    )
