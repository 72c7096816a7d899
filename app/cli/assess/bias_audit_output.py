"""A bias audit as JSON in full precision, and as tables that read in a terminal of 96 columns."""

import json
import textwrap
from collections.abc import Callable, Sequence

from app.cli.assess.reading import plain
from core.metrics.bias_audit import Axis, AxisTable, BiasAuditResult, CategoryRow, Output
from core.metrics.bias_audit.labels import persons
from core.metrics.bias_audit.published import PrintedFigure, PublishedCheck
from core.metrics.bias_audit.rounding import half_up, percent
from core.metrics.bias_audit.writing import HEADING
from core.metrics.figure import Figure
from core.metrics.verdicts import Judgement

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
NAME_WIDTH = 44
WIDTH = 96


def as_json(result: BiasAuditResult) -> str:
    """One object: the three tables at the top, then unknown, median, reference, ties, warnings; numbers unrounded.

    A table that was not asked for is null. With classifications every row names its own, and `unknown`, `reference`,
    `ties` and `unavailable` map each axis to a value for each classification.
    """
    document: Json = {
        "output": result.output.value,
        "rows": result.rows,
        **{axis.value: _rows(result, axis) for axis in Axis},
        "unknown": _each(result, lambda table: table.unknown),
        "median": result.median,
        "reference": _each(result, lambda table: table.reference),
        "ties": _each(result, lambda table: list(table.ties)),
        "unavailable": _each(result, lambda table: table.reason or None),
        "exclude_below": result.exclude_below,
        "because": result.because,
        "normalised": [
            {"axis": one.axis.value, "written": one.written, "category": one.category, "n": one.n}
            for one in result.normalised
        ],
        "figures": [_figure(figure) for figure in result.figures],
        "threshold": result.threshold,
        "verdicts": [_verdict(result, *judged) for judged in result.verdicts()],
        "warnings": list(result.warnings),
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def _rows(result: BiasAuditResult, axis: Axis) -> Json:
    tables = [table for table in result.tables if table.axis is axis]
    return [_row(row, table) for table in tables for row in table.rows] if tables else None


def _row(row: CategoryRow, table: AxisTable) -> Json:
    parts: dict[str, Json] = {"sex": row.sex, "race_ethnicity": row.race_ethnicity}
    return {
        "category": row.category,
        **(parts if table.axis is Axis.INTERSECTIONAL else {}),
        **({"classification": table.classification} if table.classification else {}),
        "n": row.n,
        "selected": row.selected,
        "rate": row.rate,
        "impact_ratio": row.impact_ratio,
        "excluded": row.excluded,
        "reason": row.reason,
    }


def _each(result: BiasAuditResult, of: Callable[[AxisTable], Json]) -> Json:
    found: dict[str, Json] = {}
    for axis in dict.fromkeys(table.axis for table in result.tables):
        by_group = {table.classification: of(table) for table in result.tables if table.axis is axis}
        found[axis.value] = by_group[""] if list(by_group) == [""] else dict(by_group)
    return found


def _figure(figure: Figure) -> Json:
    return {
        "metric": figure.metric,
        "subject": figure.subject,
        "value": figure.value,
        "interval": list(figure.interval) if figure.interval else None,
        "n": figure.n,
        "method": figure.method,
        "reason": figure.reason,
    }


def _verdict(result: BiasAuditResult, figure: Figure, judgement: Judgement) -> Json:
    return {
        "metric": figure.metric,
        "subject": figure.subject,
        "value": figure.value,
        "threshold": result.threshold,
        "verdict": judgement.verdict.value,
        "reason": judgement.reason,
    }


def as_table(result: BiasAuditResult) -> str:
    """Each table with its reference, then what was left out, changed or is to be heeded."""
    lines = [f"{persons(result.rows)} assessed by a {_tool(result)}"]
    if result.median is not None:
        lines.append(f"Median of the full sample: {result.median:g}; a score strictly above it counts")
    for table in result.tables:
        lines += ["", *_section(result, table)]
    notes = [
        *(f"“{one.written}” was read as {one.category} ({persons(one.n)})" for one in result.normalised),
        *(f"Warning: {warning}" for warning in result.warnings),
        *(
            f"{figure.subject}, impact ratio at least {result.threshold:g}: {judgement.verdict}. {judgement.reason}"
            for figure, judgement in result.verdicts()
        ),
    ]
    if result.threshold is None:
        notes.append("Local Law 144 sets no threshold for the impact ratio")
    lines += ["", *(line for note in notes for line in textwrap.wrap(f"{note}.", WIDTH))]
    return plain("\n".join(lines))


def _tool(result: BiasAuditResult) -> str:
    return {
        Output.SELECTION: "selection tool",
        Output.SCORING: "scoring tool",
        Output.CLASSIFICATION: "tool that classifies",
    }[result.output]


def _section(result: BiasAuditResult, table: AxisTable) -> list[str]:
    ties = f" (tied with {', '.join(table.ties)})" if table.ties else ""
    against = f"against {table.reference}{ties}" if table.reference else "no impact ratios"
    group = f"{table.classification}: " if table.classification else ""
    counted = "above" if result.output is Output.SCORING else "selected"
    head = ("category", "n", counted, result.output.rate, "impact ratio")
    excluded = [f"† {row.category}: {row.reason}" for row in table.rows if row.excluded]
    notes = [
        f"Of unknown category, in no row: {table.unknown:,}",
        *excluded,
        *([f"Cannot be compared: {table.reason}"] if table.reason else []),
    ]
    return [
        *textwrap.wrap(f"{group}{HEADING[table.axis]}, {against}", WIDTH),
        *_aligned([head, *(_line(table, row) for row in table.rows)]),
        *(line for note in notes for line in textwrap.wrap(f"{note.rstrip('.')}.", WIDTH)),
    ]


def _line(table: AxisTable, row: CategoryRow) -> tuple[str, ...]:
    name = row.category if len(row.category) <= NAME_WIDTH else row.category[: NAME_WIDTH - 1] + "…"
    share, impact = row.exact_rate, table.exact_impact_ratio(row)
    return (
        name + ("*" if row.category == table.reference else "†" if row.excluded else ""),
        f"{row.n:,}",
        f"{row.selected:,}",
        "–" if share is None else percent(share),
        "–" if impact is None else half_up(impact, 3),
    )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def check_as_json(check: PublishedCheck) -> str:
    """One object: how many figures were printed and how many follow, each of them, and what else to heed."""
    document: Json = {
        "printed": len(check.figures),
        "follow": len(check.figures) - len(check.exceptions),
        "figures": [_printed(figure) for figure in check.figures],
        "findings": [*(_said(figure) for figure in check.exceptions), *check.notes],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def _printed(figure: PrintedFigure) -> Json:
    return {
        "table": figure.table,
        "category": figure.category,
        "figure": figure.figure,
        "printed": figure.printed,
        "value": figure.value,
        "agreement": figure.agreement.value,
        "denominator": figure.denominator,
        "follows": figure.follows,
        "note": figure.note,
    }


def check_as_table(check: PublishedCheck) -> str:
    """How many printed figures follow from the formula, then each one that does not."""
    follow = len(check.figures) - len(check.exceptions)
    findings = [*(_said(figure) for figure in check.exceptions), *check.notes]
    lines = [f"{follow:,} of {len(check.figures):,} printed figures follow from the rule's formula, rounded half up"]
    lines += [line for finding in findings for line in textwrap.wrap(f"{finding}.", WIDTH)]
    return plain("\n".join(lines))


def _said(figure: PrintedFigure) -> str:
    where = f"{figure.table}: " if figure.table else ""
    note = f" ({figure.note})" if figure.note else ""
    name = figure.figure.replace("_", " ")
    return f"{where}{figure.category}, {name} {figure.printed}: {figure.agreement.value}{note}"
