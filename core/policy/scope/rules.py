"""To which models a clause applies, and on which side of its value a figure must lie."""

from enum import StrEnum

ALL_TIERS = frozenset({1, 2, 3, 4})


class Direction(StrEnum):
    """On which side of its threshold a figure must lie; on the threshold is met."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


class Task(StrEnum):
    """What a model predicts: one of two classes, one of several, or a number."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"
