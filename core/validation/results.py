"""What a validation run computed, as one value that is stored whole and read back as it was."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from core.metrics.fairness import FairnessResult
from core.metrics.performance import PerformanceResult


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
    """Everything computed from one evidence; None where the evidence cannot carry it, with the reason."""

    quality: QualityResult
    performance: PerformanceResult | None
    performance_reason: str
    fairness: FairnessResult | None
    fairness_reason: str


_ADAPTER = TypeAdapter(ValidationResult)


def to_json(result: ValidationResult) -> bytes:
    """The result as JSON in full precision; same result, same bytes."""
    return _ADAPTER.dump_json(result)


def from_json(data: str | bytes) -> ValidationResult:
    """The inverse of `to_json`."""
    return _ADAPTER.validate_json(data)
