"""What conditional parity says: the groups within each stratum of the control columns, and pooled over the strata."""

from dataclasses import dataclass

from core.metrics.fairness.groups import GroupResult, Overall
from core.metrics.intervals import Interval


@dataclass(frozen=True)
class Stratum:
    """The rows with the same values of the control columns: each group there against the reference there."""

    values: tuple[str, ...]
    n: int
    groups: tuple[GroupResult, ...]

    @property
    def name(self) -> str:
        """The stratum as people say it: “A × full time”."""
        return " × ".join(self.values)


@dataclass(frozen=True)
class PooledGroup:
    """One group against the reference at equal values of the control columns.

    `n` counts the group's rows in strata that hold the reference too, `reference_n` the reference's rows there, and
    `strata` those strata. `impact_ratio` is the
    Mantel–Haenszel risk ratio with the interval of Greenland and Robins, `difference` the Mantel–Haenszel risk
    difference, `p_value` that of Cochran, Mantel and Haenszel, or of the exact test where counts are few. What is None
    has its `reason`.
    """

    values: tuple[str, ...]
    n: int
    reference_n: int
    strata: int
    impact_ratio: float | None = None
    impact_ratio_interval: Interval | None = None
    difference: float | None = None
    p_value: float | None = None
    holm_p_value: float | None = None
    exact_test: bool = False
    judged: bool = True
    is_reference: bool = False
    reason: str = ""

    @property
    def name(self) -> str:
        """The group as people say it."""
        return " × ".join(self.values)


@dataclass(frozen=True)
class ConditionalComparison:
    """The groups of one comparison at equal values of the control columns.

    `reference` is the named one, “overall”, or by default the judged group that no other one exceeds at equal controls;
    it can differ from the reference of the plain comparison. `strata` holds the largest, at most 50, of `strata_count`.
    `unknown` counts rows that miss a control value and so are in no stratum. `note` says how the conditional view
    differs from the plain one.
    """

    attributes: tuple[str, ...]
    controls: tuple[str, ...]
    reference: tuple[str, ...] | Overall | None
    pooled: tuple[PooledGroup, ...]
    strata: tuple[Stratum, ...]
    strata_count: int
    unknown: int = 0
    note: str = ""

    @property
    def name(self) -> str:
        """The comparison as people say it: “race × sex at equal department”."""
        return f"{' × '.join(self.attributes)} at equal {' × '.join(self.controls)}"
