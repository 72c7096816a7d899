"""Supplied tables: one row for each category with its number of people, read and checked line by line."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from core.errors import Problem, Unreadable
from core.frames.bias_audit.columns import Columns
from core.frames.cells import as_text
from core.frames.source import Table, Value
from core.metrics.bias_audit import Count, Counts

MOST_LINES = 50_000
MOST_PROBLEMS = 50
WHOLE = re.compile(r"\+?[0-9]{1,15}(\.0*)?")
PROBLEM = "not a whole number of people"


def aggregate_counts(table: Table, columns: Columns) -> tuple[Counts, tuple[str, ...]]:
    """The lines of the supplied tables, and a warning for each category that stands in several lines.

    Raises Unreadable with the line and column of each count that is missing, negative or no whole number, of more
    selected than people, and of a missing classification.
    """
    lines = _lines(table, columns)
    problems: list[Problem] = []
    rows = tuple(row for number, values in lines if (row := _row(columns, number, values, problems)) is not None)
    if problems:
        raise Unreadable(problems[:MOST_PROBLEMS])
    if not rows:
        raise Unreadable([Problem("the file has no rows", line=1)])
    counts = Counts(
        rows=rows,
        axes=columns.axes,
        output=columns.output,
        aggregate=not columns.blank_is_unknown,
        unclassified=sum(row.n for row in rows if not row.classification) if columns.per else 0,
        classified=columns.per is not None,
    )
    return counts, tuple(_repeated(rows))


def _lines(table: Table, columns: Columns) -> list[tuple[int, tuple[Value, ...]]]:
    names = (columns.sex, columns.race, columns.per, columns.n, columns.selected)
    table.keys(*(name for name in names if name))
    wanted = ", ".join(table.key(name) if name else "NULL" for name in names)
    numbered = f"(SELECT *, row_number() OVER () AS place FROM {table.view})"  # noqa: S608  # a constant name
    query = f"SELECT place, {wanted} FROM {numbered} ORDER BY place LIMIT {MOST_LINES + 1}"  # noqa: S608
    found = table.connection.execute(query).fetchall()
    if len(found) > MOST_LINES:
        expected = f"at most {MOST_LINES:,} rows of counts; a file of people has no column of counts"
        raise Unreadable([Problem("too many rows", found=f"more than {MOST_LINES:,}", expected=expected)])
    return [(int(place) + 1, tuple(values)) for place, *values in found]


def _row(columns: Columns, line: int, values: tuple[Value, ...], problems: list[Problem]) -> Count | None:
    sex, race, group = (as_text(value) for value in values[:3])
    people = _count(values[3], line, columns.n, problems)
    selected = _count(values[4], line, columns.selected, problems) if columns.selected else 0
    if people is not None and selected is not None and selected > people:
        found = f"{selected:,} of {people:,}"
        problems.append(Problem("more selected than people", line, columns.selected, found))
    if columns.per and columns.selected and group is None:
        problems.append(Problem("the classification is missing", line, columns.per))
    if people is None or selected is None:
        return None
    return Count(sex, race, people, selected, group or "")


def _count(value: Value, line: int, column: str | None, problems: list[Problem]) -> int | None:
    text = as_text(value)
    if text is None:
        problems.append(Problem("a count is missing", line, column))
        return None
    if WHOLE.fullmatch(text.strip()):
        return int(Decimal(text.strip()))
    problems.append(Problem(PROBLEM, line, column, found=text[:40]))
    return None


def _repeated(rows: Iterable[Count]) -> Iterable[str]:
    times = Counter((row.classification, row.sex, row.race_ethnicity) for row in rows)
    for key, often in times.items():
        if often > 1:
            yield f"{', '.join(part for part in key if part) or 'blank'}: {often} lines were added up"
