"""What lies behind the figures of a chunk: its columns beside the reference, and its groups."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from core.frames.monitoring.chunk import Chunk
from core.frames.monitoring.drifting import MOST_CATEGORIES, OWN_BINS, column_drift, counts_beside
from core.frames.monitoring.grouping import MOST_GROUPS, group_counts
from core.frames.monitoring.reference import NumberProfile, Reference
from core.frames.monitoring.roles import REGRESSION
from core.metrics.drift.numbers import Sample

BINS, SHOWN = 10, 9
Json = dict[str, str | float | int | list[str] | list[float] | None]


def columns_of(chunk: Chunk, reference: Reference | None) -> list[Json]:
    """Each feature with its drift, what is missing, and its shares: ten bins, or the nine largest categories."""
    return [
        _column(name, chunk, reference)
        for name in chunk.roles.features
        if reference is not None and reference.knows(name) and name in chunk.frame.columns and chunk.rows
    ]


def groups_of(chunk: Chunk) -> list[Json]:
    """The groups of every sensitive attribute."""
    if chunk.roles.task == REGRESSION:
        return []
    return [dict(one) for attribute in chunk.roles.sensitive for one in _groups(attribute, chunk)]


def _groups(attribute: str, chunk: Chunk) -> Iterator[Json]:
    for one in group_counts(attribute, chunk)[:MOST_GROUPS]:
        yield {
            "attribute": attribute,
            "group": one.group,
            "rows": one.rows,
            "selection_rate": one.selection_rate,
            "labelled_rows": one.labelled,
            "accuracy": one.accuracy,
            "true_positive_rate": one.true_positive_rate,
            "false_positive_rate": one.false_positive_rate,
        }


def _column(name: str, chunk: Chunk, reference: Reference) -> Json:
    profile = reference.profile(name)
    figure = column_drift(OWN_BINS, name, chunk, reference)
    numeric = isinstance(profile, NumberProfile)
    labels, ours, theirs = _bins(name, chunk, profile) if numeric else _categories(name, chunk, reference)
    return {
        "column": name,
        "kind": "numeric" if numeric else "categorical",
        "drift": figure.value if figure else None,
        "missing": chunk.missing_share(name),
        "reference_missing": profile.missing,
        "labels": labels,
        "shares": ours,
        "reference_shares": theirs,
    }


def _bins(name: str, chunk: Chunk, profile: object) -> tuple[list[str], list[float], list[float]]:
    assert isinstance(profile, NumberProfile)
    sample = chunk.sample(name)
    if not len(profile.sample) or not len(sample):
        return [], [], []
    low, high = float(profile.sample[0]), float(profile.sample[-1])
    if low == high:
        return [f"{low:g}", "others"], _shares(_at(low, sample)), _shares(_at(low, profile.sample))
    edges = np.linspace(low, high, BINS + 1)
    labels = [f"{left:.4g} to {right:.4g}" for left, right in pairwise(edges)]
    parts = []
    for one in (sample, profile.sample):
        inside = np.histogram(one, bins=edges)[0]
        parts.append(_shares([*inside.tolist(), len(one) - int(inside.sum())]))
    return [*labels, "outside"], parts[0], parts[1]


def _at(value: float, sample: Sample) -> list[int]:
    same = int(np.count_nonzero(sample == value))
    return [same, len(sample) - same]


def _categories(name: str, chunk: Chunk, reference: Reference) -> tuple[list[str], list[float], list[float]]:
    profile = reference.profile(name)
    assert not isinstance(profile, NumberProfile)
    theirs, ours = counts_beside(name, chunk, profile)
    if not theirs.sum() or not ours.sum() or len(theirs) > MOST_CATEGORIES:
        return [], [], []
    unseen = sorted(set(chunk.counts(name)[0]) - set(profile.labels))
    labels = [*profile.labels, *unseen]
    order = sorted(range(len(labels)), key=lambda place: -max(theirs[place] / theirs.sum(), ours[place] / ours.sum()))
    first, rest = order[:SHOWN], order[SHOWN:]
    names = [labels[place] for place in first] + (["others"] if rest else [])
    parts = [[*one[first].tolist(), *([int(one[rest].sum())] if rest else [])] for one in (ours, theirs)]
    return names, _shares(parts[0]), _shares(parts[1])


def _shares(counts: list[int]) -> list[float]:
    total = sum(counts)
    return [count / total for count in counts] if total else []
