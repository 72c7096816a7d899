"""One row for each person, reduced in the engine to counts."""

from collections import Counter
from collections.abc import Sequence

from core.errors import Problem, Unreadable
from core.frames.bias_audit.columns import Columns
from core.frames.bias_audit.median import median, middle
from core.frames.cells import as_text, guess_positive, refuse_non_numbers
from core.frames.source import Table, Value
from core.metrics.bias_audit import Count, Counts, Output
from core.metrics.cells import canonical

MOST_COUNTS = 50_000
MOST_CLASSIFICATIONS = 100
MOST_LABELS_SHOWN = 6
YES = {"yes": "no", "y": "n", "selected": "not selected"}  # words for who moves forward, with their opposites


def row_counts(table: Table, columns: Columns) -> Counts:
    """Everybody by sex, race/ethnicity and classification, and how many of them were selected or scored above."""
    outcome, middles = _outcome(table, columns)
    keys = [table.key(name) if name else "NULL" for name in (columns.sex, columns.race, columns.per)]
    counted = table.groups([outcome, *keys], MOST_COUNTS + 1)
    if columns.selected:
        _refuse_gaps(table, columns.selected, counted)
    chosen = _chosen(columns, [row[0] for row in counted]) if columns.selected else {True}
    sums: Counter[tuple[str | None, ...]] = Counter()
    above: Counter[tuple[str | None, ...]] = Counter()
    for value, *labels, n in counted:
        group = tuple(as_text(label) for label in labels)
        sums[group] += _number(n)
        above[group] += _number(n) if _canonical(value) in {_canonical(one) for one in chosen} else 0
    _refuse_many(counted, sums, columns)
    return _counts(columns, sums, above, median(*middles) if middles else None)


def _outcome(table: Table, columns: Columns) -> tuple[str, tuple[float, float] | None]:
    """The engine's expression for the outcome of a row, and the two middle scores of a scoring tool."""
    names = [name for name in (columns.sex, columns.race, columns.per, columns.selected, columns.score) if name]
    table.keys(*names)
    if not table.count("true"):
        raise Unreadable([Problem("the file has no rows", line=1)])
    if columns.selected:
        return table.key(columns.selected), None
    if not columns.score:
        return "NULL", None
    refuse_non_numbers(table, columns.score)
    lower, upper = middle(table, columns.score)
    return f"CAST({table.key(columns.score)} AS DOUBLE) > CAST({lower!r} AS DOUBLE)", (lower, upper)


def _chosen(columns: Columns, values: Sequence[Value]) -> set[Value]:
    """The value that means selected; Unreadable where that is not clear, or where there are more than two values."""
    texts = sorted({text for value in values if (text := as_text(value)) is not None})
    different = {canonical(text) for text in texts}
    positive = columns.positive if columns.positive is not None else (guess_positive(texts) or _guess_yes(texts))
    shown = ", ".join(texts[:MOST_LABELS_SHOWN]) + (" …" if len(texts) > MOST_LABELS_SHOWN else "")
    problems = []
    if positive is None:
        problems.append(
            Problem(
                "who was selected is not obvious",
                column=columns.selected,
                found=shown,
                expected="the label of those selected",
            )
        )
    elif columns.positive is not None and canonical(positive) not in different:
        problems.append(
            Problem("the positive label is not in the data", column=columns.selected, found=shown, expected=positive)
        )
    if len(different) > 2:
        problems.append(
            Problem("selections need two values", column=columns.selected, found=f"{len(different)} ({shown})")
        )
    if problems:
        raise Unreadable(problems)
    return {positive}


def _guess_yes(texts: Sequence[str]) -> str | None:
    for yes, no in YES.items():
        if {text.strip().casefold() for text in texts} <= {yes, no}:
            return next((text for text in texts if text.strip().casefold() == yes), yes)
    return None


def _canonical(value: Value) -> object:
    text = as_text(value)
    return text if text is None or isinstance(value, bool) else canonical(text)


def _counts(
    columns: Columns,
    sums: Counter[tuple[str | None, ...]],
    above: Counter[tuple[str | None, ...]],
    found: float | None,
) -> Counts:
    within = columns.per is not None and columns.output is not Output.CLASSIFICATION
    rows = tuple(
        Count(sex, race, n, above[sex, race, group], group or "")
        for (sex, race, group), n in sorted(sums.items(), key=lambda item: tuple(label or "" for label in item[0]))
        if group is not None or not within
    )
    return Counts(
        rows=rows,
        axes=columns.axes,
        output=columns.output,
        median=found,
        unclassified=sum(n for (_, _, group), n in sums.items() if group is None) if columns.per else 0,
        classified=columns.per is not None,
    )


def _refuse_gaps(table: Table, selected: str, counted: Sequence[tuple[Value, ...]]) -> None:
    gaps = sum(_number(row[-1]) for row in counted if as_text(row[0]) is None)
    if gaps:
        line = table.first_line(f"coalesce(trim(CAST({table.key(selected)} AS VARCHAR)) IN ('', 'nan'), true)")
        raise Unreadable([Problem("whether the person was selected is missing", line, selected, f"{gaps} such rows")])


def _refuse_many(counted: Sequence[tuple[Value, ...]], sums: Counter[tuple[str | None, ...]], columns: Columns) -> None:
    if len({group for _, _, group in sums}) > MOST_CLASSIFICATIONS:
        found = f"more than {MOST_CLASSIFICATIONS} values"
        raise Unreadable([Problem("too many classifications", column=columns.per, found=found)])
    if len(counted) > MOST_COUNTS:
        raise Unreadable([Problem("too many groups", found=f"more than {MOST_COUNTS:,} combinations of values")])


def _number(count: Value) -> int:
    assert isinstance(count, int)
    return count
