"""A comparison of two files as JSON in full precision, and as a table that reads in a terminal of 96 columns."""

import json
import textwrap

from app.cli.assess.reading import plain
from app.cli.columns import columns_of
from core.metrics.drift import ColumnDrift, DriftCheck, DriftResult
from core.metrics.figure import Figure

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
HEAD = ("column", "type", "method", "score", "threshold", "drift", "missing")
DRIFT = {True: "yes", False: "no", None: "n/a"}
NAME_WIDTH = 24
WIDTH = 96


def as_json(found: DriftResult) -> str:
    """Columns in the order of the reference, the share of them that drift, checks, figures and the verdict; unrounded.

    `score` is the p-value of a test or a distance; `drifted` is null where `unavailable` says why.
    """
    document: Json = {
        "rows": list(found.rows),
        "columns": [_column(column) for column in found.columns],
        "share": found.share,
        "share_after_holm": found.share_after_holm,
        "share_threshold": found.share_threshold,
        "only_in_reference": list(found.only_in_reference),
        "only_in_current": list(found.only_in_current),
        "checks": [_check(one) for one in found.checks],
        "figures": [_figure(figure) for figure in found.figures],
        "verdict": found.verdict.value,
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def _column(column: ColumnDrift) -> Json:
    said: dict[str, Json] = {
        "column": column.column,
        "type": column.type.value,
        "method": column.method.value,
        "score": column.score,
        "threshold": column.threshold,
        "drifted": column.drifted,
        "p_value": column.p_value,
        "statistic": column.statistic,
        "chance": column.chance,
        "holm_p_value": column.holm_p_value,
        "bounds": [column.bounds.low, column.bounds.high] if column.bounds else None,
        "n": list(column.n),
        "null_rate": list(column.null_rate),
        "null_rate_changed": column.null_rate_changed,
        "infinite": list(column.infinite),
        "note": column.note,
    }
    return said | ({"unavailable": column.unavailable} if column.unavailable else {})


def _check(check: DriftCheck) -> Json:
    return {
        "name": check.name,
        "subject": check.subject,
        "verdict": check.verdict.value,
        "reason": check.reason,
    }


def _figure(figure: Figure) -> Json:
    return {
        "metric": figure.metric,
        "subject": figure.subject,
        "value": figure.value,
        "n": figure.n,
        "method": figure.method,
        "reason": figure.reason,
    }


def as_table(found: DriftResult) -> str:
    """Drifted columns first, then remarks on columns, then each check and the verdict."""
    order = sorted(found.columns, key=lambda one: (one.drifted is not True, one.drifted is None))
    remarks = [f"{one.column}: {said}." for one in order if (said := one.unavailable or one.note)]
    only = [
        f"Only in the {side} data: {', '.join(names)}."
        for side, names in (("reference", found.only_in_reference), ("current", found.only_in_current))
        if names
    ]
    checks = [
        f"{one.name}{f' ({one.subject})' if one.subject else ''}: {one.verdict.value}. {one.reason}."
        for one in found.checks
    ]
    lines = [
        f"{found.rows[1]:,} current rows against {found.rows[0]:,} of reference",
        *(columns_of([HEAD, *(_line(column) for column in order)]) if order else []),
        *_wrapped([*remarks, *only]),
        "",
        *_wrapped(checks),
        f"Verdict: {found.verdict.value}",
    ]
    return plain("\n".join(lines))


def _wrapped(texts: list[str]) -> list[str]:
    return [line for text in texts for line in textwrap.wrap(text, WIDTH)]


def _line(column: ColumnDrift) -> tuple[str, ...]:
    name = column.column if len(column.column) <= NAME_WIDTH else column.column[: NAME_WIDTH - 1] + "…"
    return (
        name,
        column.type.value,
        column.method.value,
        "n/a" if column.score is None else f"{column.score:.3g}",
        f"{column.threshold:g}",
        DRIFT[column.drifted],
        f"{_share(column.null_rate[0])} → {_share(column.null_rate[1])}{'!' if column.null_rate_changed else ''}",
    )


def _share(rate: float) -> str:
    return "0" if not rate else f"{rate:.1%}"
