"""From columns measured one by one to the checks, the verdict and the figures of the whole data set."""

from collections.abc import Sequence
from dataclasses import replace

from core.metrics.drift.chance import LEVEL
from core.metrics.drift.result import ColumnDrift, DriftCheck, DriftResult
from core.metrics.figure import Figure, missing, spoken
from core.metrics.significance import holm
from core.metrics.verdicts import Verdict, shown


def concluded(
    columns: Sequence[ColumnDrift],
    *,
    rows: tuple[int, int],
    only_in_reference: Sequence[str] = (),
    only_in_current: Sequence[str] = (),
    outputs: Sequence[str] = (),
    share_threshold: float = 0.5,
    null_rate_threshold: float = 0.05,
) -> DriftResult:
    """The result of columns measured one by one; `outputs` names the prediction and score columns.

    The data set fails where at least `share_threshold` of the columns drift after Holm's correction, so that many
    columns do not raise an alarm that one would not: without drift, a file fails this check in at most 5 of 100 cases.
    Columns that cannot be judged turn it into insufficient evidence where they could turn the answer. It fails as well
    where missing values of a column change, or an output drifts. Source: Holm, Scand. J. Statist. 6 (1979) 65–70.
    """
    columns = _corrected(columns)
    judged = [column for column in columns if column.drifted is not None]
    share = sum(bool(column.drifted) for column in judged) / len(judged) if judged else None
    after = sum(column.drifted_after_holm for column in judged) / len(judged) if judged else None
    found = {column.column: column for column in columns}
    checks = (
        _share_check(columns, share, share_threshold),
        _null_check(columns, null_rate_threshold),
        *(_output_check(name, found.get(name)) for name in outputs),
    )
    return DriftResult(
        rows=rows,
        columns=columns,
        only_in_reference=tuple(only_in_reference),
        only_in_current=tuple(only_in_current),
        share=share,
        share_after_holm=after,
        share_threshold=share_threshold,
        null_rate_threshold=null_rate_threshold,
        checks=checks,
        figures=_figures(columns, share, after, min(rows), outputs),
    )


def _corrected(columns: Sequence[ColumnDrift]) -> tuple[ColumnDrift, ...]:
    """Every column with its p-values corrected for how many there are; a distance below its threshold counts as 1."""
    judged = [column for column in columns if column.drifted is not None]
    drift = holm([_alarm(column) for column in judged])
    corrected = {column.column: value for column, value in zip(judged, drift, strict=True)}
    nulls = holm([1.0 if (p := column.null_rate_p_value) is None else p for column in columns])
    return tuple(
        replace(
            column,
            holm_p_value=corrected.get(column.column) if _alarm_given(column) else None,
            null_rate_changed=column.null_rate_p_value is not None and p_value < LEVEL,
        )
        for column, p_value in zip(columns, nulls, strict=True)
    )


def _alarm(column: ColumnDrift) -> float:
    value = column.p_value if column.method.is_test else column.chance
    return 1.0 if value is None else value


def _alarm_given(column: ColumnDrift) -> bool:
    return (column.p_value if column.method.is_test else column.chance) is not None


def _share_check(columns: Sequence[ColumnDrift], share: float | None, threshold: float) -> DriftCheck:
    name, total = "drifted_column_share", len(columns)
    unknown = sum(column.drifted is None for column in columns)
    certain = sum(column.drifted_after_holm for column in columns)
    if share is None:
        reason = "No column could be judged" if columns else "The files share no column"
        return DriftCheck(name, Verdict.INSUFFICIENT, reason)
    alone = sum(bool(column.drifted) for column in columns)
    words = f"{alone} of {total - unknown} columns drifted"
    words += f", {certain} of them after Holm's correction" if certain != alone else ""
    if certain / total >= threshold:
        return DriftCheck(name, Verdict.FAIL, f"{words}; the limit is a share of {threshold:g}")
    if (certain + unknown) / total >= threshold:
        return DriftCheck(name, Verdict.INSUFFICIENT, f"{words}; the {unknown} that could not be judged may decide")
    return DriftCheck(name, Verdict.PASS, f"{words}, below a share of {threshold:g}")


def _null_check(columns: Sequence[ColumnDrift], threshold: float) -> DriftCheck:
    name = "null_rate_change"
    changed = [column for column in columns if column.null_rate_changed]
    if not columns:
        return DriftCheck(name, Verdict.INSUFFICIENT, "The files share no column")
    if not changed:
        return DriftCheck(name, Verdict.PASS, f"No share of missing values changed by more than {threshold:g}")
    most = max(changed, key=lambda column: max(abs(column.null_rate_change), abs(column.unusable_rate_change)))
    infinite = abs(most.unusable_rate_change) > abs(most.null_rate_change)
    before, after = most.unusable_rate if infinite else most.null_rate
    reason = f"Missing {'or infinite ' if infinite else ''}values went from {before:.1%} to {after:.1%}" + (
        f"; {len(changed) - 1} more changed" if len(changed) > 1 else ""
    )
    return DriftCheck(name, Verdict.FAIL, reason, most.column)


def _output_check(name: str, column: ColumnDrift | None) -> DriftCheck:
    if column is None:
        return DriftCheck("prediction_drift", Verdict.INSUFFICIENT, "The column is not in both files", name)
    if column.drifted is None or column.score is None:
        return DriftCheck("prediction_drift", Verdict.INSUFFICIENT, column.unavailable, name)
    side = "below" if column.score < column.threshold else "not below"
    words = f"{spoken(column.method.value)} is {shown(column.score, column.threshold)}, {side} {column.threshold:g}"
    verdict = Verdict.FAIL if column.drifted else Verdict.PASS
    return DriftCheck("prediction_drift", verdict, f"{words}. {column.note}" if column.note else words, name)


def _figures(
    columns: Sequence[ColumnDrift], share: float | None, after: float | None, n: int, outputs: Sequence[str]
) -> tuple[Figure, ...]:
    shares = [
        Figure(metric, value, None, n, method=method, reason="" if value is not None else "No column could be judged")
        for metric, value, method in (
            ("drifted_column_share", share, "each column at its own threshold"),
            ("drifted_column_share_after_holm", after, "corrected for the number of columns"),
        )
    ]
    found = {column.column: column for column in columns}
    return (*shares, _worst(columns), _nulls(columns, n), *(_output(name, found.get(name)) for name in outputs))


def _worst(columns: Sequence[ColumnDrift]) -> Figure:
    """The largest distance as a multiple of its threshold; p-values of tests are no such multiples."""
    metric = "worst_drift_over_threshold"
    known = [(value, column) for column in columns if (value := column.over_threshold) is not None]
    if not known:
        return missing(metric, "No column was judged by a distance")
    value, column = max(known, key=lambda one: one[0])
    return Figure(metric, value, None, min(column.n), method=column.method.value, subject=column.column)


def _nulls(columns: Sequence[ColumnDrift], n: int) -> Figure:
    if not columns:
        return missing("null_rate_change", "The files share no column")
    most = max(columns, key=lambda column: abs(column.null_rate_change))
    return Figure("null_rate_change", abs(most.null_rate_change), None, n, subject=most.column)


def _output(name: str, column: ColumnDrift | None) -> Figure:
    if column is None or column.score is None:
        reason = column.unavailable if column else "The column is not in both files"
        return missing("prediction_drift", reason, subject=name)
    return Figure("prediction_drift", column.score, None, min(column.n), method=column.method.value, subject=name)
