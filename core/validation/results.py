"""What a validation run computed, as one value that is stored whole and read back as it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from core.metrics.fairness import FairnessResult
from core.metrics.figure import Figure, missing
from core.metrics.performance import PerformanceResult
from core.policy.rules import CheckKind, Task
from core.validation.needs import Need


@dataclass(frozen=True)
class ColumnQuality:
    """One column of the evidence."""

    name: str
    type: str
    constant: bool
    missing: int
    distinct: int
    lowest: str
    highest: str


@dataclass(frozen=True)
class QualityResult:
    """The state of the evidence: rows, repeated rows, columns, and how often each label occurs."""

    rows: int
    duplicate_rows: int
    columns: tuple[ColumnQuality, ...]
    positives: int | None
    labelled: int
    figures: tuple[Figure, ...] = ()

    @property
    def worst_column(self) -> ColumnQuality | None:
        """The column with most missing values."""
        return max(self.columns, key=lambda column: column.missing, default=None)

    @property
    def constant_columns(self) -> tuple[str, ...]:
        """Columns with one value only."""
        return tuple(column.name for column in self.columns if column.constant)


@dataclass(frozen=True)
class ValidationResult:
    """Everything computed from the evidence; None where the evidence cannot carry it, with the reason.

    `given` is what was handed in beside predictions; `reasons` say by family of checks why a part is None.
    """

    quality: QualityResult
    performance: PerformanceResult | None
    performance_reason: str
    fairness: FairnessResult | None
    fairness_reason: str
    task: Task = Task.BINARY
    given: tuple[Need, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    def figures(self, kind: CheckKind, metric: str) -> tuple[Figure, ...]:
        """The figures of this name, one a subject; a missing one with its reason where there is none."""
        found = tuple(figure for figure in self._of_kind(kind) if figure.metric == metric)
        return found or (missing(metric, self._reason(kind, metric)),)

    def _of_kind(self, kind: CheckKind) -> tuple[Figure, ...]:
        parts = {CheckKind.QUALITY: self.quality, CheckKind.PERFORMANCE: self.performance}
        part = parts.get(kind)
        return part.figures if part is not None else ()

    def _reason(self, kind: CheckKind, metric: str) -> str:
        own = {CheckKind.PERFORMANCE: self.performance_reason, CheckKind.FAIRNESS: self.fairness_reason}
        return own.get(kind) or self.reasons.get(kind) or f"The evidence does not give {metric.replace('_', ' ')}"


_ADAPTER = TypeAdapter(ValidationResult)


def to_json(result: ValidationResult) -> bytes:
    """The result as JSON in full precision; same result, same bytes."""
    return _ADAPTER.dump_json(result)


def from_json(data: str | bytes) -> ValidationResult:
    """The inverse of `to_json`."""
    return _ADAPTER.validate_json(data)
