"""How far each column of a chunk lies from the reference."""

import numpy as np

from core.frames.monitoring.chunk import Chunk
from core.frames.monitoring.reference import CategoryProfile, NumberProfile, Reference
from core.metrics.drift.measure import Measured, measure_counts, measure_numbers
from core.metrics.drift.methods import DEFAULTS, THRESHOLDS, Kind, Method
from core.metrics.drift.numbers import Sample, binned, kolmogorov_smirnov, wasserstein
from core.metrics.drift.shares import Counts, chi_square, jensen_shannon, psi
from core.metrics.figure import Figure, missing
from core.metrics.monitoring.shifts import distance_to_base_2

OWN_BINS = "jensen_shannon_reference_bins"
ABSENT = "The chunk has no value in this column"
NO_VALUES = "The reference has no value in this column"
MOST_CATEGORIES = 1_000
TOO_MANY = f"The column has more than {MOST_CATEGORIES} categories, as an identifier or free text"


def drift(metric: str, chunk: Chunk, reference: Reference) -> tuple[Figure, ...]:
    """One figure for each feature for which the metric is defined, or the share of columns that drifted."""
    names = [name for name in chunk.roles.features if reference.knows(name)]
    if metric == "drifted_column_share":
        return (_share([_default(name, chunk, reference) for name in names], chunk.rows),)
    found = [figure for name in names if (figure := column_drift(metric, name, chunk, reference)) is not None]
    return tuple(found) or (missing(metric, "No feature of the reference has such values", n=chunk.rows),)


def column_drift(metric: str, name: str, chunk: Chunk, reference: Reference) -> Figure | None:
    """The figure of one column; None where the metric is not defined for its kind."""
    profile = reference.profile(name)
    kind = Kind.NUMERIC if isinstance(profile, NumberProfile) else Kind.CATEGORICAL
    if metric != OWN_BINS and not Method(metric).compares(kind):
        return None
    if not chunk.has(name):
        return missing(metric, ABSENT, subject=name)
    if isinstance(profile, NumberProfile):
        return _numeric(metric, name, chunk, profile)
    return _categorical(metric, name, chunk, profile)


def _numeric(metric: str, name: str, chunk: Chunk, profile: NumberProfile) -> Figure:
    sample = chunk.sample(name)
    if profile.bins is None or not len(sample):
        return missing(metric, NO_VALUES if profile.bins is None else ABSENT, subject=name)
    if metric == OWN_BINS:
        return _of(
            metric, distance_to_base_2(np.append(profile.bins.counts, 0), profile.bins.count(sample)), sample, name
        )
    method = Method(metric)
    if method is Method.KOLMOGOROV_SMIRNOV:
        return _of(metric, kolmogorov_smirnov(profile.sample, sample).p_value, sample, name)
    if method is Method.WASSERSTEIN:
        if profile.sample[0] == profile.sample[-1] and (sample[0], sample[-1]) != (profile.sample[0],) * 2:
            return missing(metric, "The reference has one value only", n=len(sample), subject=name)
        return _of(metric, wasserstein(profile.sample, sample), sample, name)
    counts = binned(profile.sample, sample, whole=profile.whole and chunk.frame[name].dtype.is_integer())
    if counts is None:
        return missing(metric, "The values cannot be cut into bins", n=len(sample), subject=name)
    return _of(metric, (psi if method is Method.PSI else jensen_shannon)(*counts), sample, name)


def _categorical(metric: str, name: str, chunk: Chunk, profile: CategoryProfile) -> Figure:
    reference, current = counts_beside(name, chunk, profile)
    if len(reference) > MOST_CATEGORIES:
        return missing(metric, TOO_MANY, n=chunk.rows, subject=name)
    n = int(current.sum())
    if metric == OWN_BINS:
        return Figure(metric, distance_to_base_2(reference, current), None, n, subject=name)
    method = Method(metric)
    if method is Method.CHI_SQUARE:
        return Figure(metric, chi_square(reference, current).p_value, None, n, subject=name)
    return Figure(metric, (psi if method is Method.PSI else jensen_shannon)(reference, current), None, n, subject=name)


def counts_beside(name: str, chunk: Chunk, profile: CategoryProfile) -> tuple[Counts, Counts]:
    """Counts by category of the reference and of the chunk, those that only the chunk has last."""
    counts, _ = chunk.counts(name)
    unseen = sorted(set(counts) - set(profile.labels))
    current = [counts.get(label, 0) for label in (*profile.labels, *unseen)]
    reference = np.append(profile.counts, np.zeros(len(unseen), dtype=np.int64))
    return reference, np.array(current, dtype=np.int64)


def _default(name: str, chunk: Chunk, reference: Reference) -> bool | None:
    """Whether a column drifted by the method that is usual for its kind; None where it cannot be said."""
    profile = reference.profile(name)
    if not chunk.has(name):
        return None
    measured = Measured()
    if isinstance(profile, NumberProfile):
        sample, method = chunk.sample(name), DEFAULTS[Kind.NUMERIC]
        if len(sample) and len(profile.sample):
            measured = measure_numbers(method, profile.sample, sample, threshold=THRESHOLDS[method])
    else:
        method, counts = DEFAULTS[Kind.CATEGORICAL], counts_beside(name, chunk, profile)
        if 0 < len(counts[0]) <= MOST_CATEGORIES and counts[1].sum():
            measured = measure_counts(method, *counts, threshold=THRESHOLDS[method])
    return measured.drifted


def _share(drifted: list[bool | None], rows: int) -> Figure:
    judged = [one for one in drifted if one is not None]
    if not judged:
        return missing("drifted_column_share", "No column could be compared", n=rows)
    return Figure("drifted_column_share", sum(judged) / len(judged), None, rows)


def _of(metric: str, value: float, sample: Sample, name: str) -> Figure:
    if not np.isfinite(value):
        return missing(metric, "The values are too large to be subtracted", n=len(sample), subject=name)
    return Figure(metric, float(value), None, len(sample), subject=name)
