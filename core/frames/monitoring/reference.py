"""The reference that chunks are compared with: each column profiled once, and scores calibrated on its labels."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

from core.frames.monitoring.chunk import Chunk, digest_of
from core.frames.monitoring.roles import AT, ChunkRoles
from core.metrics.drift.numbers import Sample
from core.metrics.drift.shares import Counts
from core.metrics.monitoring.chunks import EPOCH, position_of
from core.metrics.monitoring.outcomes import Floats
from core.metrics.monitoring.shifts import ReferenceBins

LEAST_LABELLED = 200  # rows on which scores can be calibrated
UNLABELLED = f"The reference has fewer than {LEAST_LABELLED} labelled rows with scores, so scores cannot be calibrated"


@dataclass(frozen=True)
class NumberProfile:
    """A column of numbers: sorted, whether all are of a whole-number type, and its own bins; None without a number."""

    sample: Sample
    whole: bool
    missing: float
    bins: ReferenceBins | None


@dataclass(frozen=True)
class CategoryProfile:
    """A column of categories: the values and how often each occurs."""

    labels: tuple[str, ...]
    counts: Counts
    missing: float


Profile = NumberProfile | CategoryProfile


class Reference:
    """Rows that production is compared with."""

    def __init__(self, frame: pl.DataFrame, roles: ChunkRoles) -> None:
        self.whole = Chunk(frame, roles)
        self.roles = roles
        self._profiles: dict[str, Profile] = {}

    @property
    def rows(self) -> int:
        return self.whole.rows

    @cached_property
    def digest(self) -> str:
        return digest_of(self.whole.frame)

    @cached_property
    def has_instants(self) -> bool:
        """Whether its rows say when they were, so that it can be cut by time."""
        return self.whole.has(AT) and not self.whole.frame[AT].null_count()

    def knows(self, name: str) -> bool:
        return self.whole.has(name)

    def profile(self, name: str) -> Profile:
        """What a column of the reference is."""
        if name not in self._profiles:
            self._profiles[name] = self._profiled(name)
        return self._profiles[name]

    def _profiled(self, name: str) -> Profile:
        column, missing = self.whole.frame[name], self.whole.missing_share(name)
        if column.dtype.is_numeric() and name not in self.roles.categorical:
            sample = self.whole.sample(name)
            bins = ReferenceBins.of(sample) if len(sample) else None
            return NumberProfile(sample, column.dtype.is_integer(), missing, bins)
        counts, _ = self.whole.counts(name)
        labels = sorted(counts, key=lambda one: (-counts[one], one))
        return CategoryProfile(tuple(labels), np.array([counts[one] for one in labels], dtype=np.int64), missing)

    @cached_property
    def calibration(self) -> tuple[Floats, Floats] | None:
        """Scores and the chance of the positive label at each, never falling; None where labels are too few.

        Isotonic regression of the labels on the scores. Source: Zadrozny and Elkan, KDD 2002, 694–699.
        """
        rows = self.whole.decided()
        if not self.whole.is_binary or rows.score is None or rows.n < LEAST_LABELLED:
            return None
        if not 0 < int(np.count_nonzero(rows.positive)) < rows.n:
            return None
        from sklearn.isotonic import IsotonicRegression  # type: ignore[import-untyped]  # slow to load

        fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(rows.score, rows.positive)
        return np.asarray(fitted.X_thresholds_), np.asarray(fitted.y_thresholds_)

    def calibrated(self, score: Floats) -> Floats | None:
        """The chance of the positive label at these scores."""
        return None if self.calibration is None else np.interp(score, *self.calibration)

    def by_rows(self, amount: int) -> list[Chunk]:
        """Cut into chunks of so many rows; the last one may have fewer, as NannyML keeps it."""
        return [self._part(start, amount) for start in range(0, self.rows, amount)]

    def by_time(self, amount: int, unit: str) -> list[Chunk]:
        """Cut into chunks of time, without those at either end, which may not be whole; empty without instants."""
        if not self.has_instants:
            return []
        ordered = self.whole.frame.sort(AT)
        moments = ordered[AT].to_list()
        found = (position_of(EPOCH + timedelta(microseconds=one), amount, unit) for one in moments)
        positions = np.fromiter(found, dtype=np.int64, count=len(moments))
        cuts = np.flatnonzero(np.diff(positions)) + 1
        bounds = [0, *cuts.tolist(), len(moments)]
        parts = [Chunk(ordered[start:stop], self.roles) for start, stop in pairwise(bounds)]
        return parts[1:-1] if len(parts) > 3 else parts

    def _part(self, start: int, amount: int) -> Chunk:
        return Chunk(self.whole.frame[start : start + amount], self.roles)
