"""Measures one metric on a chunk, by the family of checks to which it belongs."""

from collections.abc import Callable, Mapping

import numpy as np

from core.frames.monitoring.chunk import Chunk
from core.frames.monitoring.drifting import drift
from core.frames.monitoring.grouping import fairness
from core.frames.monitoring.quality import quality
from core.frames.monitoring.reference import UNLABELLED, Reference
from core.frames.monitoring.roles import ERROR, MULTICLASS, PREDICTION, REGRESSION, SCORE
from core.metrics.drift.numbers import binned
from core.metrics.drift.shares import psi
from core.metrics.figure import Figure, missing
from core.metrics.monitoring.expected import expected
from core.metrics.monitoring.outcomes import NO_SCORES, classified, mean_of, measured, right_share
from core.metrics.performance.confusion import NO_ROWS, share

NO_REFERENCE = "No reference data are handed in"
OTHER_TASK = "It is not defined for what this model predicts"
NUMBERS = ("mean_absolute_error", "root_mean_squared_error", "bias", "r_squared")
LATENCIES = {"latency_p50": 0.5, "latency_p95": 0.95, "latency_p99": 0.99}


def measure(
    kind: str, metric: str, chunk: Chunk, reference: Reference | None, *, minimum_group: int = 1
) -> tuple[Figure, ...]:
    """The figures of one metric: one, or one for each column or attribute, which it then names as its subject.

    `kind` is the family: performance, estimated performance, error rate, fairness, drift, data quality, stability,
    volume or latency; KeyError for another. What cannot be measured is not available, with its reason.
    """
    if kind == "fairness":
        return fairness(metric, chunk, minimum_group=minimum_group)
    if kind in ("drift", "data quality"):
        if reference is None and metric != "missing_share":
            return (missing(metric, NO_REFERENCE, n=chunk.rows),)
        return drift(metric, chunk, reference) if kind == "drift" and reference else quality(metric, chunk, reference)
    return (SINGLE[kind](metric, chunk, reference),)


def _performance(metric: str, chunk: Chunk, _reference: Reference | None) -> Figure:
    if (metric in NUMBERS) != (chunk.roles.task == REGRESSION):
        return missing(metric, OTHER_TASK, n=chunk.rows)
    if chunk.roles.task == REGRESSION:
        label, prediction = chunk.numbers("label"), chunk.numbers(PREDICTION)
        known = ~np.isnan(label) & ~np.isnan(prediction)
        return measured(metric, label[known], prediction[known])
    if chunk.roles.task == MULTICLASS:
        if metric not in ("accuracy", "error_rate"):
            return missing(metric, OTHER_TASK, n=chunk.rows)
        return right_share(metric, chunk.right(), chunk.labelled_rows)
    return classified(metric, chunk.decided())


def _errors(metric: str, chunk: Chunk, reference: Reference | None) -> Figure:
    if metric != "failed_share":
        return _performance(metric, chunk, reference)
    if ERROR not in chunk.frame.columns:  # that nothing says so does not mean that nothing failed
        return missing(metric, "The data have no column “error”", n=chunk.rows)
    return share(metric, chunk.rows - chunk.counts(ERROR)[1], chunk.rows, NO_ROWS)


def _estimated(metric: str, chunk: Chunk, reference: Reference | None) -> Figure:
    if not chunk.is_binary:
        return missing(metric, OTHER_TASK, n=chunk.rows)
    if reference is None:
        return missing(metric, NO_REFERENCE, n=chunk.rows)
    if chunk.score is None:
        return missing(metric, NO_SCORES, n=chunk.rows)
    known = ~np.isnan(chunk.score)
    chance = reference.calibrated(chunk.score[known])
    if chance is None:
        return missing(metric, UNLABELLED, n=chunk.rows)
    return expected(metric, chance, chunk.predicted[known], chunk.score[known])


def _stability(metric: str, chunk: Chunk, reference: Reference | None) -> Figure:
    if metric == "mean_prediction":
        values = chunk.numbers(PREDICTION) if chunk.roles.task == REGRESSION else np.empty(0)
        return mean_of(metric, values[~np.isnan(values)]) if len(values) else missing(metric, OTHER_TASK, n=chunk.rows)
    if metric == "positive_prediction_share":
        if not chunk.is_binary:
            return missing(metric, OTHER_TASK, n=chunk.rows)
        return Figure(metric, float(np.mean(chunk.predicted)), None, chunk.rows)
    if chunk.score is None:
        return missing(metric, NO_SCORES, n=chunk.rows)
    sample = chunk.sample(SCORE)
    if metric == "mean_score":
        return mean_of(metric, sample)
    if reference is None or not len(reference.whole.sample(SCORE)):
        return missing(metric, NO_REFERENCE if reference is None else "The reference has no scores", n=chunk.rows)
    counts = binned(reference.whole.sample(SCORE), sample)
    if counts is None:
        return missing(metric, "The scores cannot be cut into bins", n=len(sample))
    return Figure(metric, psi(*counts), None, len(sample))


def _volume(metric: str, chunk: Chunk, _reference: Reference | None) -> Figure:
    return Figure(metric, float(chunk.rows), None, max(chunk.rows, 1))


def _latency(metric: str, chunk: Chunk, _reference: Reference | None) -> Figure:
    values = chunk.latencies()
    if not len(values):
        return missing(metric, "No latency is handed in")
    if metric == "latency_mean":
        return mean_of(metric, values)
    return Figure(metric, float(np.quantile(values, LATENCIES[metric])), None, len(values))


SINGLE: Mapping[str, Callable[[str, Chunk, Reference | None], Figure]] = {
    "performance": _performance,
    "error rate": _errors,
    "estimated performance": _estimated,
    "stability": _stability,
    "volume": _volume,
    "latency": _latency,
}
