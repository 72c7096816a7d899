"""The safeguards of production, as values: against flapping, for versions on their way in, for comparisons."""

from dataclasses import dataclass
from enum import StrEnum

GUARD, CANARY, COMPARISON = "rollback_guard", "canary_hold", "comparison"  # tables of a policy


class HeldShare(StrEnum):
    """What becomes of the share of cases of a canary that is held."""

    KEPT = "kept"
    ZERO = "0"


@dataclass(frozen=True)
class RollbackGuard:
    """Of one model in one environment, at most `most` automatic rollbacks happen within `hours`."""

    hours: int = 24
    most: int = 1


@dataclass(frozen=True)
class CanaryHold:
    """A breach of at least this severity holds a version that is on its way into production."""

    severity: str = "low"
    share: HeldShare = HeldShare.KEPT


@dataclass(frozen=True)
class ComparisonRule:
    """When a comparison of a challenger with a champion recommends to promote it.

    `minimum_pairs` counts labelled rows that both answered. Models whose deciding metric differs by no more than
    `margin` are alike. No group of `minimum_group` rows may be selected more rarely, beside all rows, by more than
    `fairness_margin`; `cost_increase` and `latency_increase` are shares of the champion's means.
    """

    minimum_pairs: int = 1000
    minimum_group: int = 100
    margin: float = 0.01
    fairness_margin: float = 0.05
    cost_increase: float = 0.2
    latency_increase: float = 0.2
