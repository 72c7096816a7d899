"""What is missing, new or out of range in the columns of a chunk."""

import numpy as np

from core.frames.monitoring.chunk import Chunk
from core.frames.monitoring.reference import CategoryProfile, NumberProfile, Reference
from core.metrics.figure import Figure, missing
from core.metrics.intervals import wilson


def quality(metric: str, chunk: Chunk, reference: Reference | None) -> tuple[Figure, ...]:
    """One figure for each feature that the metric is about, or the number of columns that are absent."""
    names = [name for name in chunk.roles.features if name in chunk.frame.columns]
    if metric == "missing_columns":
        lost = [name for name in chunk.roles.features if reference and reference.knows(name) and not chunk.has(name)]
        said = f"absent: {', '.join(lost)[:300]}" if lost else ""
        return (Figure(metric, float(len(lost)), None, chunk.rows, said),)
    if not chunk.rows:
        return (missing(metric, "There are no rows"),)
    if metric == "missing_share":
        shares = [(name, round(chunk.missing_share(name) * chunk.rows), chunk.rows) for name in names]
    elif reference is not None:
        find = _unseen if metric == "unseen_category_share" else _outside
        found = [find(name, chunk, reference) for name in names if reference.knows(name)]
        shares = [one for one in found if one is not None]
    else:
        shares = []
    if not shares:
        return (missing(metric, "No feature has such values", n=chunk.rows),)
    return tuple(
        Figure(metric, count / n if n else None, wilson(count, n), n, "Wilson", "" if n else "No values", subject=name)
        for name, count, n in shares
    )


def _unseen(name: str, chunk: Chunk, reference: Reference) -> tuple[str, int, int] | None:
    profile = reference.profile(name)
    if not isinstance(profile, CategoryProfile):
        return None
    counts, _ = chunk.counts(name)
    known = set(profile.labels)
    return name, sum(count for label, count in counts.items() if label not in known), sum(counts.values())


def _outside(name: str, chunk: Chunk, reference: Reference) -> tuple[str, int, int] | None:
    profile = reference.profile(name)
    if not isinstance(profile, NumberProfile) or not len(profile.sample):
        return None
    values = chunk.numbers(name)
    values = values[~np.isnan(values)]
    outside = (values < profile.sample[0]) | (values > profile.sample[-1])
    return name, int(np.count_nonzero(outside)), len(values)
