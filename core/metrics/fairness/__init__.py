"""Fairness of predictions between groups, from counts.

assess(cells, *, favourable=None, reference=None, minimum_group=30, threshold=0.8) -> FairnessResult
result.comparison("race").judge("true_positive_rate_difference", 0.2, "at most") -> Judgement(verdict, reason)
"""

from core.metrics.fairness.assessing import DEFAULT_MINIMUM_GROUP, FOUR_FIFTHS, assess
from core.metrics.fairness.groups import Figure, GroupResult, Rate
from core.metrics.fairness.results import Comparison, FairnessResult

__all__ = [
    "DEFAULT_MINIMUM_GROUP",
    "FOUR_FIFTHS",
    "Comparison",
    "FairnessResult",
    "Figure",
    "GroupResult",
    "Rate",
    "assess",
]
