"""Counts of groups in a chunk, for fairness in production."""

import numpy as np
import polars as pl

from core.frames.monitoring.chunk import Chunk, without_blanks
from core.frames.monitoring.roles import REGRESSION
from core.metrics.figure import Figure, missing
from core.metrics.monitoring.groups import GroupCounts, compared

MOST_GROUPS = 100


def fairness(metric: str, chunk: Chunk, *, minimum_group: int) -> tuple[Figure, ...]:
    """One figure for each sensitive attribute, about groups of at least `minimum_group` rows."""
    if not chunk.roles.sensitive:
        return (missing(metric, "No sensitive attribute is declared", n=chunk.rows),)
    if chunk.roles.task == REGRESSION:
        return (missing(metric, "It is not defined for what this model predicts", n=chunk.rows),)
    return tuple(_one(metric, attribute, chunk, minimum_group) for attribute in chunk.roles.sensitive)


def _one(metric: str, attribute: str, chunk: Chunk, minimum_group: int) -> Figure:
    if not chunk.has(attribute):
        return missing(metric, "The attribute has not come yet", n=chunk.rows, subject=attribute)
    groups = group_counts(attribute, chunk)
    if len(groups) > MOST_GROUPS:
        reason = f"{len(groups)} groups, more than the {MOST_GROUPS} that are compared"
        return missing(metric, reason, n=chunk.rows, subject=attribute)
    return compared(metric, groups, minimum_group=minimum_group)


def group_counts(attribute: str, chunk: Chunk) -> tuple[GroupCounts, ...]:
    """The groups by name; rows without the attribute are in none."""
    if not chunk.has(attribute):
        return ()
    text = chunk.frame[attribute].cast(pl.String)
    text = without_blanks(text)
    known = text.is_not_null().to_numpy()
    names = text.drop_nulls().to_numpy()
    groups, inverse = np.unique(names, return_inverse=True)
    predicted, positive, labelled = (flags[known] for flags in (chunk.predicted, chunk.positive, chunk.labelled))
    tables = [
        np.bincount(inverse, weights=flags, minlength=len(groups)).astype(np.int64)
        for flags in (
            np.ones(len(names)),
            predicted,
            labelled & positive & predicted,
            labelled & ~positive & predicted,
            labelled & positive & ~predicted,
            labelled & ~positive & ~predicted,
        )
    ]
    return tuple(
        GroupCounts(attribute, str(group), *(int(table[place]) for table in tables))
        for place, group in enumerate(groups)
    )
