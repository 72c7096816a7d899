"""Clauses on stress tests, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class StressMetric(StrEnum):
    """What a stress test is judged by; each figure is that of the worst phase or case."""

    ERROR_SHARE = "error_share"
    LATENCY_P95 = "latency_p95_ms"
    LATENCY_P99 = "latency_p99_ms"
    THROUGHPUT_SHARE = "throughput_share"
    INVALID_SHARE = "invalid_share"
    CHANGED_SHARE = "changed_share"
    FAULT_ERROR_SHARE = "fault_error_share"
    RECOVERY_SECONDS = "recovery_seconds"


METRIC_WORDS: Mapping[StressMetric, str] = MappingProxyType(
    {
        StressMetric.ERROR_SHARE: "requests without an answer",
        StressMetric.LATENCY_P95: "95th percentile of the time to answer, in milliseconds",
        StressMetric.LATENCY_P99: "99th percentile of the time to answer, in milliseconds",
        StressMetric.THROUGHPUT_SHARE: "requests made, as a share of those planned",
        StressMetric.INVALID_SHARE: "answers that are none",
        StressMetric.CHANGED_SHARE: "decisions that change under disturbed inputs",
        StressMetric.FAULT_ERROR_SHARE: "requests without an answer while a dependency is away",
        StressMetric.RECOVERY_SECONDS: "seconds until the first answer after a dependency is back",
    }
)


@dataclass(frozen=True)
class StressThreshold:
    """One clause: this figure of a stress test lies at least or at most at this value, for models of these tiers.

    `direction` is “at least” or “at most”. A test in which a required one fails has failed; others advise.
    """

    clause: str
    metric: StressMetric
    direction: str
    value: float
    required: bool
    tiers: frozenset[int]


@dataclass(frozen=True)
class RequiredStress:
    """A version of a model of these tiers is concluded and approved with a stress test that passed in so many days."""

    clause: str
    tiers: frozenset[int]
    days: int


@dataclass(frozen=True)
class StressRules:
    """All that a policy says of stress tests."""

    thresholds: tuple[StressThreshold, ...] = ()
    required: tuple[RequiredStress, ...] = ()

    def judging(self, tier: int) -> tuple[StressThreshold, ...]:
        """The clauses that judge a test of a model of this tier."""
        return tuple(one for one in self.thresholds if tier in one.tiers)
