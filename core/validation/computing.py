"""Computes a validation from stored evidence: the files by their digests, their mappings and the policy."""

from collections.abc import Callable
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.cells import cells
from core.frames.profile import column_profiles, duplicate_rows
from core.frames.scores import score_sums
from core.metrics.cells import Cells, Confusion
from core.metrics.fairness import FairnessResult, assess
from core.metrics.figure import Figure
from core.metrics.performance import PerformanceResult, assess_classification
from core.policy.rules import CheckKind, Policy
from core.validation.inputs import RunInputs
from core.validation.results import ColumnQuality, QualityResult, ValidationResult
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping

NO_LABELS = "The evidence has no label column, so errors cannot be counted"
NO_ATTRIBUTES = "No sensitive attribute is declared, so groups cannot be compared"
EVEN_CUT = 0.5  # where only a probability is handed in, at least even odds is a positive prediction
COMPUTED = (
    "Counting labels and predictions",
    "Looking at data quality",
    "Computing performance with intervals",
    "Comparing groups, 10,000 repetitions",
)
Say = Callable[[str], None]
Files = Callable[[str], Path]


def compute(files: Files, inputs: RunInputs, policy: Policy, say: Say) -> ValidationResult:
    """Run every check that the files carry; `files` tells where the one with a digest lies, `say` is told each step."""
    predictions = inputs.given(EvidenceKind.PREDICTIONS)
    if predictions is None:
        raise Unreadable([Problem("no predictions are handed in")])
    table, mapping = files(predictions.table), ColumnMapping.from_json(predictions.mapping)
    say(COMPUTED[0])
    counted = _cells(table, mapping)
    say(COMPUTED[1])
    quality = _quality(table, counted)
    say(COMPUTED[2])
    performance = _performance(table, mapping, counted) if mapping.label else None
    say(COMPUTED[3])
    fairness = _fairness(mapping, counted, policy) if mapping.sensitive else None
    return ValidationResult(
        quality=quality,
        performance=performance,
        performance_reason="" if performance else NO_LABELS,
        fairness=fairness,
        fairness_reason="" if fairness else NO_ATTRIBUTES,
        task=mapping.predicts,
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
    columns = column_profiles(table)
    rows, repeated = counted.rows, duplicate_rows(table)
    worst = max(columns, key=lambda one: one.missing, default=None)
    constant = [one.name for one in columns if one.constant]
    figures = (
        Figure("missing_share", worst.missing / rows, None, rows, subject=worst.name if worst.missing else "")
        if worst
        else Figure("missing_share", None, None, 0, reason="The evidence has no columns"),
        Figure("duplicate_row_share", repeated / rows, None, rows),
        Figure("constant_columns", float(len(constant)), None, rows, subject=", ".join(constant[:5])),
        _rarest_label(confusion, rows),
    )
    return QualityResult(
        rows=rows,
        duplicate_rows=repeated,
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
            for one in columns
        ),
        positives=confusion.positives if confusion else None,
        labelled=confusion.n if confusion else 0,
        figures=figures,
    )


def _rarest_label(confusion: Confusion | None, rows: int) -> Figure:
    if confusion is None or not confusion.n:
        return Figure("rarest_label_share", None, None, rows, reason="There is no label column")
    share = confusion.positives / confusion.n
    return Figure("rarest_label_share", min(share, 1 - share), None, rows)


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
