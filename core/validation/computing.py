"""Computes a validation from stored evidence: the file by its digest, its mapping and the policy; nothing else."""

from collections.abc import Callable
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.cells import cells
from core.frames.profile import column_profiles, duplicate_rows
from core.frames.scores import score_sums
from core.metrics.cells import Cells
from core.metrics.fairness import FairnessResult, assess
from core.metrics.performance import PerformanceResult, assess_classification
from core.policy.rules import CheckKind, Policy
from core.validation.results import ColumnQuality, QualityResult, ValidationResult
from core.validation.uploads import ColumnMapping

NO_LABELS = "The evidence has no label column, so errors cannot be counted"
NO_ATTRIBUTES = "No sensitive attribute is declared, so groups cannot be compared"
EVEN_CUT = 0.5  # where only a probability is handed in, at least even odds is a positive prediction
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


def _cells(table: Path, mapping: ColumnMapping) -> Cells:
    column = mapping.prediction or mapping.score
    if column is None:
        raise Unreadable([Problem("neither a prediction nor a score column is named")])
    return cells(
        table,
        label=mapping.label,
        prediction=column,
        positive=mapping.positive_label,
        attributes=mapping.sensitive,
        cut=None if mapping.prediction else EVEN_CUT,
    )


def _quality(table: Path, counted: Cells) -> QualityResult:
    confusion = counted.confusion()
    return QualityResult(
        rows=counted.rows,
        duplicate_rows=duplicate_rows(table),
        columns=tuple(
            ColumnQuality(
                name=one.name,
                type=one.type.value,
                constant=one.constant,
                missing=one.missing,
                distinct=one.distinct,
                lowest=_text(one.minimum),
                highest=_text(one.maximum),
            )
            for one in column_profiles(table)
        ),
        positives=confusion.positives if confusion else None,
        labelled=confusion.n if confusion else 0,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)[:200]


def _performance(table: Path, mapping: ColumnMapping, counted: Cells) -> PerformanceResult | None:
    confusion = counted.confusion()
    if confusion is None or mapping.label is None:
        return None
    sums = (
        score_sums(table, label=mapping.label, score=mapping.score, positive=mapping.positive_label)
        if mapping.score
        else None
    )
    return assess_classification(confusion, scores=sums)


def _fairness(mapping: ColumnMapping, counted: Cells, policy: Policy) -> FairnessResult:
    screen = [one.value for one in policy.of_kind(CheckKind.FAIRNESS) if one.metric == "impact_ratio"]
    return assess(
        counted,
        favourable=mapping.favourable_label or None,
        minimum_group=policy.minimum_group,
        threshold=screen[0] if screen else 0.8,
    )
