"""The words of routine checks."""

from enum import StrEnum


class Outcome(StrEnum):
    """What a check came to in a run."""

    HOLDS = "holds"
    DEVIATES = "deviates"
    NOT_JUDGED = "not judged"
    FAILED = "failed"


class Source(StrEnum):
    """What started a run."""

    SCHEDULE = "schedule"
    PAGE = "page"
    PIPELINE = "pipeline"


class FindingStatus(StrEnum):
    """Whether a deviation stands."""

    OPEN = "open"
    CLOSED = "holds again"
