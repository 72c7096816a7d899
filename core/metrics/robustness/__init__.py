"""How a model holds up: when its inputs are disturbed, when its public changes, and in its worst corner."""

from core.metrics.robustness.paired import ScenarioCounts, ScenarioSums, judge_scenario
from core.metrics.robustness.results import (
    Condition,
    Group,
    GroupImpact,
    Origin,
    Reweighting,
    RobustnessResult,
    ScenarioResult,
    Slice,
)
from core.metrics.robustness.reweighting import WeightedCell, reweigh
from core.metrics.robustness.slicing import SliceSums, worst_slices
from core.metrics.robustness.worst import worst_drop, worst_flips

__all__ = [
    "Condition",
    "Group",
    "GroupImpact",
    "Origin",
    "Reweighting",
    "RobustnessResult",
    "ScenarioCounts",
    "ScenarioResult",
    "ScenarioSums",
    "Slice",
    "SliceSums",
    "WeightedCell",
    "judge_scenario",
    "reweigh",
    "worst_drop",
    "worst_flips",
    "worst_slices",
]
