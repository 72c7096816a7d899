"""The figures of data quality, from counts; what cannot be said is not available, with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval, newcombe, wilson
from core.metrics.quality.values import ColumnChange, LabelKind, TrainingComparison

if TYPE_CHECKING:
    from core.metrics.quality.results import QualityResult

NO_ROWS = "The evidence has no rows"
NO_TRAINING = "No training data was given"
NO_SHARED = "No column stands in both files"
NO_LABEL = "There is no label column"
NAMES_SHOWN = 5


def figures_of(result: QualityResult) -> tuple[Figure, ...]:
    """Every figure of data quality, in reading order.

    Shares count rows over all rows of the evidence and have Wilson's interval, which is not corrected for looking at
    the worst of several columns; `subject` names that column. Good is 0 for all of them but the rarest label's share
    (the higher, the better its error rates are known) and `target_leakage`. Without rows, or without the schema, label,
    training data, row identifier or scan that it needs, a figure is not available and says so.

    - missing_share: rows whose value is NULL, blank or NaN, in the worst column; infinite_share: likewise infinite.
    - duplicate_row_share: rows that repeat an earlier row in every column; duplicate_row_id_share: rows whose
      identifier an earlier row has. constant_columns, duplicate_columns: columns with one value only, or that say in
      every row what an earlier one says. high_cardinality_columns: see `values.many_values`.
    - rarest_label_share: rows with the rarest label over labelled rows; not available for a quantity or one label.
    - schema_violations: broken declarations, one for each column and kind of `ViolationKind`.
    - missing_share_change: |missing share − that of training|, the largest of any column, with Newcombe's interval;
      its p-value is of the pooled two-proportion or Fisher's test, Holm's correction stands at each column.
    - changed_type_columns: columns whose values are of another type than in training.
    - out_of_training_range_share: rows whose number lies beyond the finite range of training, worst column. One new row
      of the same origin does by chance in 2 of n + 1 cases. unseen_category_share: rows with a value that training
      never has, worst column of text or logical values.
    - leaked_row_share: rows whose features all stand in one training row. leaked_row_share_beyond_chance: that less
      what rows of the same origin would show without leaking (Good, Biometrika 40 (1953) 237–264); it may fall below 0.
      shared_row_id_share: rows whose identifier the training data has.
    - target_leakage: the single feature that predicts the label best, by the measure in `method`: 0.5 is chance and 1
      gives it away for two labels, 0 and 1 for several labels and quantities. See `core.frames.quality.screen`.
    - personal_data_columns: columns in which a scan found something that stops an upload or goes to a person.

    Sources: Breck et al., Data Validation for Machine Learning, MLSys 2019, for schema, missing values, ranges and
    categories; Kaufman et al., Leakage in Data Mining, ACM TKDD 6 (2012) 15, for leakage.
    """
    return (
        _missing_share(result),
        _infinite_share(result),
        _share("duplicate_row_share", result.duplicate_rows, result.rows, NO_ROWS),
        _duplicate_row_id_share(result),
        _columns("constant_columns", result, result.constant_columns),
        _columns("duplicate_columns", result, [f"{one.name} = {one.of}" for one in result.repeated_columns]),
        _columns("high_cardinality_columns", result, [one.name for one in result.columns if one.many_values]),
        _rarest_label_share(result),
        _schema_violations(result),
        *_against_training(result),
        _target_leakage(result),
        personal_data_figure(result),
    )


def _share(metric: str, count: int, of: int, empty: str, subject: str = "") -> Figure:
    if not of:
        return missing(metric, empty)
    return Figure(metric, count / of, wilson(count, of), of, "Wilson", subject=subject)


def _columns(metric: str, result: QualityResult, names: Sequence[str]) -> Figure:
    if not result.rows:
        return missing(metric, NO_ROWS)
    return Figure(metric, float(len(names)), None, result.rows, "count", subject=_shown(names))


def _shown(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _missing_share(result: QualityResult) -> Figure:
    worst = result.worst_column
    if worst is None:
        return missing("missing_share", "The evidence has no columns")
    return _share("missing_share", worst.missing, result.rows, NO_ROWS, worst.name if worst.missing else "")


def _infinite_share(result: QualityResult) -> Figure:
    worst = max(result.columns, key=lambda column: column.infinite, default=None)
    count, name = (worst.infinite, worst.name) if worst and worst.infinite else (0, "")
    return _share("infinite_share", count, result.rows, NO_ROWS, name)


def _duplicate_row_id_share(result: QualityResult) -> Figure:
    ids = result.row_ids
    if ids is None:
        return missing("duplicate_row_id_share", "No row identifier is declared")
    return _share("duplicate_row_id_share", ids.repeated, result.rows, NO_ROWS, ids.column)


def _rarest_label_share(result: QualityResult) -> Figure:
    metric, balance = "rarest_label_share", result.label
    if balance is None:
        if result.positives is None or not result.labelled:
            return missing(metric, NO_LABEL)
        rarer = min(result.positives, result.labelled - result.positives)
        return _share(metric, rarer, result.labelled, NO_LABEL)
    if balance.kind in (LabelKind.BINARY, LabelKind.CLASSES):
        rarest = balance.counts[-1]
        return _share(metric, rarest.count, balance.labelled, NO_LABEL, rarest.label)
    reasons = {
        LabelKind.QUANTITY: "The label is a quantity, which has no rarest value",
        LabelKind.CONSTANT: "Every row has the same label, or none has one",
        LabelKind.TOO_MANY: "The label has too many values to be classes",
    }
    return missing(metric, reasons[balance.kind], n=balance.labelled, subject=balance.column)


def _schema_violations(result: QualityResult) -> Figure:
    if result.schema is None:
        return missing("schema_violations", "No schema is declared")
    broken = list(dict.fromkeys(one.column for one in result.schema.violations))
    count = float(len(result.schema.violations))
    return Figure("schema_violations", count, None, result.rows, "count", subject=_shown(broken))


def _against_training(result: QualityResult) -> Iterable[Figure]:
    training = result.training
    reason = _no_comparison(result)
    if training is None or reason:
        for metric in _TRAINING:
            yield missing(metric, reason)
        return
    yield _missing_share_change(training, result.rows)
    changed = [one.name for one in training.columns if one.type != one.training_type]
    yield Figure("changed_type_columns", float(len(changed)), None, result.rows, "count", subject=_shown(changed))
    outside = [(one.outside, one) for one in training.columns if one.outside is not None]
    yield _worst("out_of_training_range_share", outside, result.rows, "No numbers stand in both files")
    unseen = [(one.unseen, one) for one in training.columns if one.unseen is not None]
    yield _worst("unseen_category_share", unseen, result.rows, "No categories stand in both files")
    yield from _leaked(training, result.rows)
    yield _shared_row_id_share(result)


_TRAINING = (
    "missing_share_change",
    "changed_type_columns",
    "out_of_training_range_share",
    "unseen_category_share",
    "leaked_row_share",
    "leaked_row_share_beyond_chance",
    "shared_row_id_share",
)


def _no_comparison(result: QualityResult) -> str:
    if result.training is None:
        return NO_TRAINING
    if not result.rows:
        return NO_ROWS
    if not result.training.rows:
        return "The training data has no rows"
    return "" if result.training.columns else NO_SHARED


def _missing_share_change(training: TrainingComparison, rows: int) -> Figure:
    def change(one: ColumnChange) -> float:
        return one.missing / rows - one.training_missing / training.rows

    worst = max(training.columns, key=lambda one: abs(change(one)))
    interval = newcombe(worst.missing, rows, worst.training_missing, training.rows)
    if interval is not None and change(worst) < 0:
        interval = Interval(-interval.high, -interval.low)
    tested = "" if worst.p_value is None else f"; p = {worst.p_value:.3g}, two proportions"
    subject = worst.name if change(worst) else ""
    return Figure("missing_share_change", abs(change(worst)), interval, rows, f"Newcombe{tested}", subject=subject)


def _worst(metric: str, found: Sequence[tuple[int, ColumnChange]], rows: int, empty: str) -> Figure:
    if not found:
        return missing(metric, empty)
    count, column = max(found, key=lambda one: one[0])
    return _share(metric, count, rows, NO_ROWS, column.name if count else "")


def _leaked(training: TrainingComparison, rows: int) -> Iterable[Figure]:
    names = "leaked_row_share", "leaked_row_share_beyond_chance"
    if training.leaked is None or training.chance is None:
        for metric in names:
            yield missing(metric, "No feature column stands in both files")
        return
    share = _share(names[0], training.leaked, rows, NO_ROWS)
    yield share
    beyond = training.leaked / rows - training.chance
    yield Figure(names[1], beyond, None, rows, f"less {training.chance:.3g} by chance (Good–Turing)")


def _shared_row_id_share(result: QualityResult) -> Figure:
    ids = result.row_ids
    if ids is None:
        return missing("shared_row_id_share", "No row identifier is declared")
    if ids.in_training is None:
        return missing("shared_row_id_share", "The training data has no such column", subject=ids.column)
    return _share("shared_row_id_share", ids.in_training, result.rows, NO_ROWS, ids.column)


def _target_leakage(result: QualityResult) -> Figure:
    metric = "target_leakage"
    if result.label is None:
        return missing(metric, NO_LABEL)
    best = next((one for one in result.target if one.value is not None), None)
    if best is None:
        reasons = {
            LabelKind.CONSTANT: "Every row has the same label, or none has one",
            LabelKind.TOO_MANY: "The label has too many values to be classes",
        }
        return missing(metric, reasons.get(result.label.kind, "No feature varies"), n=result.label.labelled)
    how = f"{best.measure}, {best.reading}" if best.reading else best.measure.value
    return Figure(metric, best.value, best.interval, best.n, how, subject=best.name)


def personal_data_figure(result: QualityResult) -> Figure:
    """In how many columns a scan found personal data; not available where no scan was made."""
    metric = "personal_data_columns"
    if not result.scanned:
        return missing(metric, "No scan for personal data was made")
    names = [one.name for one in result.personal_data]
    return Figure(metric, float(len(names)), None, result.rows, "count", subject=_shown(names))
