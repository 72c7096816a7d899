"""What a comparison of two files found: each column, the checks that make up the verdict, the figures for policies."""

from dataclasses import dataclass

from core.metrics.drift.bounds import Bounds
from core.metrics.drift.chance import LEVEL
from core.metrics.drift.methods import Kind, Method
from core.metrics.figure import Figure
from core.metrics.verdicts import Verdict, worst

Pair = tuple[float, float]


@dataclass(frozen=True)
class Slice:
    """A part of a column for a chart: a category, a number or numbers from `low` to `high`, with the rows of each side.

    `low` and `high` are None for categories; all categories beyond the most frequent are one part, `label` “other”.
    """

    label: str
    reference: int
    current: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ColumnDrift:
    """One column of both files; pairs are reference first, current second.

    `score` is the p-value of a test (drift lies below `threshold`) or a distance (drift begins at `threshold`).
    `drifted` is None where it cannot be said, with the reason in `unavailable`. `chance` is the p-value that a distance
    at its threshold was held against: it is drift only below 0.05. `holm_p_value` is the p-value, or `chance`,
    corrected for the number of columns. `bounds` hold the score of rows that were counted in bins. `n` counts the
    values compared, without missing and infinite ones. `null_rate` is the share of missing values, `unusable_rate` that
    of missing or infinite ones; a change of either counts if it is larger than the limit (only then there is
    `null_rate_p_value`) and chance would give it in fewer than 5 of 100 files (Holm).
    """

    column: str
    type: Kind
    method: Method
    threshold: float
    score: float | None
    drifted: bool | None
    n: tuple[int, int]
    null_rate: Pair
    null_rate_p_value: float | None = None
    p_value: float | None = None
    statistic: float | None = None
    chance: float | None = None
    holm_p_value: float | None = None
    bounds: Bounds | None = None
    null_rate_changed: bool = False
    unusable_rate: Pair = (0.0, 0.0)
    infinite: tuple[int, int] = (0, 0)
    unavailable: str = ""
    note: str = ""
    distribution: tuple[Slice, ...] = ()

    @property
    def null_rate_change(self) -> float:
        """Current share of missing values less that of the reference."""
        return self.null_rate[1] - self.null_rate[0]

    @property
    def unusable_rate_change(self) -> float:
        """Current share of missing or infinite values less that of the reference."""
        return self.unusable_rate[1] - self.unusable_rate[0]

    @property
    def over_threshold(self) -> float | None:
        """A distance as a multiple of its threshold; None for tests, without a score, and where it may be chance."""
        if self.score is None or self.method.is_test or (self.score >= self.threshold and not self.drifted):
            return None
        return self.score / self.threshold

    @property
    def drifted_after_holm(self) -> bool:
        """Whether it drifts still when the number of columns is taken into account."""
        level = self.threshold if self.method.is_test else LEVEL
        return bool(self.drifted) and self.holm_p_value is not None and self.holm_p_value < level


@dataclass(frozen=True)
class DriftCheck:
    """One part of the verdict: what was asked, of which column where it is about one, and the answer with a reason."""

    name: str
    verdict: Verdict
    reason: str
    subject: str = ""


@dataclass(frozen=True)
class DriftResult:
    """Current data against reference data.

    `rows` are of reference and current. `share` is the share of drifted columns among those that could be judged, None
    without any; `share_after_holm` counts only those that drift still when the number of columns is corrected for.
    Columns in one file only are named in `only_in_reference` and `only_in_current`. The verdict is the worst check.
    """

    rows: tuple[int, int]
    columns: tuple[ColumnDrift, ...]
    only_in_reference: tuple[str, ...]
    only_in_current: tuple[str, ...]
    share: float | None
    share_after_holm: float | None
    share_threshold: float
    null_rate_threshold: float
    checks: tuple[DriftCheck, ...]
    figures: tuple[Figure, ...]

    @property
    def verdict(self) -> Verdict:
        """Pass, fail or insufficient evidence: the worst of the checks."""
        return worst(tuple(check.verdict for check in self.checks))

    def column(self, name: str) -> ColumnDrift:
        """The column of this name; KeyError if it was not compared."""
        found = {column.column: column for column in self.columns}
        return found[name]
