"""Computes a validation from stored evidence: the file by its digest, its mapping and the policy; nothing else."""

from collections.abc import Callable
from pathlib import Path

from core.frames.cells import cells
from core.frames.profile import column_profiles, duplicate_rows
from core.metrics.cells import Cells
from core.metrics.fairness import FairnessResult, assess
from core.policy.rules import CheckKind, Policy
from core.validation.results import ColumnQuality, QualityResult, ValidationResult
from core.validation.uploads import ColumnMapping

NO_LABELS = "The evidence has no label column, so errors cannot be counted"
NO_ATTRIBUTES = "No sensitive attribute is declared, so groups cannot be compared"
Say = Callable[[str], None]


def compute(table: Path, mapping: ColumnMapping, policy: Policy, say: Say) -> ValidationResult:
    """Run every check on the Parquet file `table`; `say` is told each step as it begins."""
    say("Counting labels and predictions")
    counted = _cells(table, mapping)
    say("Looking at data quality")
    quality = _quality(table, counted)
    say("Computing performance with intervals")
    performance = _performance(table, mapping, counted) if mapping.label else None
    say("Comparing groups, 10,000 repetitions")
    fairness = _fairness(mapping, counted, policy) if mapping.sensitive else None
    return ValidationResult(
        quality=quality,
        performance=performance,
        performance_reason="" if performance else NO_LABELS,
        fairness=fairness,
        fairness_reason="" if fairness else NO_ATTRIBUTES,
    )
