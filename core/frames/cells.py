"""Predictions in a file, reduced in the engine to weighted cells.

cells(path, *, label, prediction, positive, attributes=(), cut=None, count=None, one_against_rest=False) -> Cells
labels_of(path, *columns) -> the labels that occur;  guess_positive(labels) -> the usual positive one, or None
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.counting import as_text as as_text
from core.frames.counting import label_key, labels_of_rest, refuse_bad_counts, weight
from core.frames.source import Table, Value, open_table
from core.metrics.cells import Cell, Cells, canonical

MOST_VALUES = 100  # of one sensitive attribute; more is a measurement, which has to be put into bands first
MOST_CELLS = 50_000
MOST_LABELS_SHOWN = 6


def cells(
    path: Path | str,
    *,
    label: str | None,
    prediction: str,
    positive: str,
    attributes: Sequence[str] = (),
    cut: float | None = None,
    count: str | None = None,
    one_against_rest: bool = False,
) -> Cells:
    """Count the rows of a CSV or Parquet file by label, prediction and sensitive values, in one pass of the engine.

    Labels compare as numbers where both are written as numbers (1 is 1.0), else as exact text; sensitive values always
    as exact text. An empty, blank, NULL or NaN sensitive value is missing; the text “NA” is a value. With `cut` the
    prediction column holds scores, and a score of at least `cut` is a positive prediction. With `count` each row stands
    for as many as its whole number says. With `one_against_rest` every label but the positive one is “not positive”;
    which they are is recorded in `rest` where there are more than two labels.

    Raises Unreadable where a column is absent, a label or prediction is missing, labels and predictions together have
    more than two values, the positive label is not among them, an attribute has more than 100 values, or a count is no
    whole number of at least 0.
    """
    with open_table(path) as table:
        table.keys(*([label] if label else []), prediction, *attributes, *([count] if count else []))
        outcomes = [name for name in (label, prediction) if name]
        written = [name for name in outcomes if cut is None or name == label]
        if cut is not None:
            refuse_non_numbers(table, prediction)
        rest = labels_of_rest(table, written, positive) if one_against_rest else {}
        columns = [label_key(table, name, positive, rest) for name in written]
        if cut is not None:
            columns.append(f"CAST({table.key(prediction)} AS DOUBLE) >= CAST({float(cut)!r} AS DOUBLE)")
        counted = _counted(table, [*columns, *table.keys(*attributes)], count)
        refuse_missing(table, outcomes, counted)
        _refuse_many_values(table, attributes, counted)
    if not counted:
        raise Unreadable([Problem("the file has no rows", line=1)])
    found = _cells(counted, label, prediction, positive, tuple(attributes), scored=cut is not None)
    if not found.cells:
        raise Unreadable([Problem("the counts add up to no row", column=count)])
    return replace(found, rest=tuple(sorted(rest.values())))


def _counted(table: Table, columns: Sequence[str], count: str | None) -> list[tuple[Value, ...]]:
    """The distinct values of the columns with how many rows they stand for, those with none included."""
    if count is None:
        return table.groups(columns, MOST_CELLS + 1)
    refuse_bad_counts(table, count)
    keys = [f"k{at}" for at in range(len(columns))]
    named = ", ".join(f"{column} AS {key}" for column, key in zip(columns, keys, strict=True))
    total = f"sum({weight(table, count)})"
    query = f"SELECT {named}, {total} FROM {table.view} GROUP BY {', '.join(keys)} LIMIT {MOST_CELLS + 1}"  # noqa: S608  # c0, c1, …
    return list(table.connection.execute(query).fetchall())


def labels_of(path: Path | str, *columns: str) -> tuple[str, ...]:
    """The labels that occur in these columns, numbers once however they are written; at most 50 per column."""
    found: dict[Decimal | str, str] = {}
    with open_table(path) as table:
        for key in table.keys(*columns):
            values = table.groups([key], 50)
            for text in sorted(text for value, _ in values if (text := as_text(value)) is not None):
                found.setdefault(canonical(text), text)
    return tuple(sorted(found.values()))


def guess_positive(labels: Iterable[str]) -> str | None:
    """The positive one of 0/1 or false/true (in any case); None for other labels, which a person has to name."""
    labels = list(labels)
    known = {Decimal(0), Decimal(1)}
    if labels and {canonical(label) for label in labels} <= known:
        return next((label for label in labels if canonical(label) == 1), "1")
    if labels and {label.lower() for label in labels} <= {"false", "true"}:
        return next((label for label in labels if label.lower() == "true"), "true")
    return None


def refuse_non_numbers(table: Table, column: str) -> None:
    """Every value of a score column has to be a finite number; else Unreadable with the first line and how many."""
    # TRY_CAST gives NULL for what is no number; NaN and infinity are not finite.
    condition = f"NOT coalesce(isfinite(TRY_CAST({table.key(column)} AS DOUBLE)), false)"
    bad = table.count(condition)
    if bad:
        line = table.first_line(condition)
        raise Unreadable([Problem("a score is no finite number", line=line, column=column, found=f"{bad} such rows")])


def refuse_missing(table: Table, outcomes: Sequence[str], counted: Sequence[tuple[Value, ...]]) -> None:
    """Every label and prediction has to be there; else Unreadable with the first line and how many."""
    problems = []
    for at, name in enumerate(outcomes):
        missing = sum(_number(row[-1]) for row in counted if as_text(row[at]) is None)
        if missing:
            line = table.first_line(f"coalesce(trim(CAST({table.key(name)} AS VARCHAR)) IN ('', 'nan'), true)")
            found = f"{missing} such rows"
            problems.append(Problem("a label or prediction is missing", line=line, column=name, found=found))
    if problems:
        raise Unreadable(problems)


def _refuse_many_values(table: Table, attributes: Sequence[str], counted: Sequence[tuple[Value, ...]]) -> None:
    first = -1 - len(attributes)
    problems = []
    for at, name in enumerate(attributes):
        if len({row[first + at] for row in counted}) > MOST_VALUES:
            found = f"{table.distinct(table.key(name))} values"
            expected = f"at most {MOST_VALUES}: put measurements into bands first"
            problems.append(Problem("too many groups", column=name, found=found, expected=expected))
    if not problems and len(counted) > MOST_CELLS:
        problems.append(Problem("too many groups", found=f"more than {MOST_CELLS} combinations of values"))
    if problems:
        raise Unreadable(problems)


def _cells(
    counted: Sequence[tuple[Value, ...]],
    label: str | None,
    prediction: str,
    positive: str,
    attributes: tuple[str, ...],
    *,
    scored: bool,
) -> Cells:
    outcomes = 2 if label else 1
    labels = _labels(counted, [*([0] if label else []), *([] if scored else [outcomes - 1])])
    negative = _negative(labels, positive, " or ".join(name for name in (label, prediction) if name))
    sums: Counter[tuple[bool | None, bool, tuple[str | None, ...]]] = Counter()
    for row in counted:
        truth = canonical(as_text(row[0]) or "") == canonical(positive) if label else None
        predicted = row[outcomes - 1]
        selected = predicted is True if scored else canonical(as_text(predicted) or "") == canonical(positive)
        sums[truth, selected, tuple(as_text(value) for value in row[outcomes:-1])] += _number(row[-1])
    found = tuple(Cell(truth, selected, values, n) for (truth, selected, values), n in sums.items() if n)
    return Cells(
        attributes=attributes,
        cells=tuple(sorted(found, key=_order)),
        positive=positive,
        negative=negative,
        labelled=label is not None,
        unknown={
            name: sum(cell.count for cell in found if cell.values[at] is None) for at, name in enumerate(attributes)
        },
    )


def _labels(counted: Sequence[tuple[Value, ...]], positions: Sequence[int]) -> dict[Decimal | str, str]:
    """The labels by what they compare as, as written in the label column, else among the predictions."""
    found: dict[Decimal | str, str] = {}
    for at in positions:
        for text in sorted({text for row in counted if (text := as_text(row[at])) is not None}):
            found.setdefault(canonical(text), text)
    return found


def _negative(labels: dict[Decimal | str, str], positive: str, columns: str) -> str:
    """The other label; Unreadable unless there are at most two and the positive one is among them."""
    if not labels:
        return ""
    shown = ", ".join(sorted(labels.values())[:MOST_LABELS_SHOWN]) + (" …" if len(labels) > MOST_LABELS_SHOWN else "")
    problems = []
    if canonical(positive) not in labels:
        problems.append(
            Problem("the positive label is not in the data", column=columns, found=shown, expected=positive)
        )
    if len(labels) > 2:
        found = f"{len(labels)} labels ({shown})"
        problems.append(Problem("labels and predictions need two values", column=columns, found=found))
    if problems:
        raise Unreadable(problems)
    return next((text for key, text in labels.items() if key != canonical(positive)), "")


def _number(count: Value) -> int:
    assert isinstance(count, int)
    return count


def _order(cell: Cell) -> tuple[tuple[str, ...], bool, bool]:
    return tuple(value or "" for value in cell.values), bool(cell.truth), cell.predicted
