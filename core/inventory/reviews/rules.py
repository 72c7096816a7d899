"""What a periodic review of a model can come to."""

from enum import StrEnum


class ReviewOutcome(StrEnum):
    """How a periodic review ended."""

    CONFIRMED = "fit for use as it is"
    CHANGES = "fit for use with changes"
    UNFIT = "not fit for use"
