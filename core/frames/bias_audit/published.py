"""A published table in a file, read as it was printed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.cells import as_text
from core.frames.source import Table, Value, open_table
from core.metrics.bias_audit.published import PublishedCheck, PublishedRow, PublishedTable, check_published

MOST_LINES = 10_000
MOST_PROBLEMS = 50
WHOLE = re.compile(r"[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,15}(\.0*)?")


@dataclass(frozen=True)
class PublishedColumns:
    """The columns by name; a category is named by `category`, or by `race` and `sex`, of which one may be blank.

    Which of these are blank tells the tables of one file apart, and so does `per`. Without `selected` the rates stand
    for the counts, as in the rule's scoring tables.
    """

    category: str | None = None
    sex: str | None = None
    race: str | None = None
    n: str = "n"
    selected: str | None = None
    rate: str = "rate"
    impact_ratio: str = "impact_ratio"
    per: str | None = None

    @property
    def naming(self) -> tuple[str, ...]:
        """The columns that together name a category."""
        return tuple(name for name in (self.category, self.race, self.sex) if name)


def check_published_file(path: Path | str, columns: PublishedColumns) -> PublishedCheck:
    """Check every printed figure of a CSV or Parquet file; Unreadable as in `published_tables`."""
    return check_published(published_tables(path, columns))


def published_tables(path: Path | str, columns: PublishedColumns) -> tuple[PublishedTable, ...]:
    """The tables of a file, in its order.

    Raises Unreadable with line and column for a number of people that is missing or no whole number, more selected
    than people, a row without a category, or a category that stands twice in a table.
    """
    if not columns.naming:
        raise Unreadable([Problem("no column names the categories", expected="category, race or sex")])
    with open_table(path) as table:
        lines = _lines(table, columns)
    problems: list[Problem] = []
    tables: dict[str, dict[str, PublishedRow]] = {}
    for line, values in lines:
        name, row = _row(columns, line, values, problems)
        rows = tables.setdefault(name, {})
        if rows.setdefault(row.category, row) is not row:
            problems.append(Problem("the category stands twice in its table", line, found=row.category))
    if problems or not lines:
        raise Unreadable(problems[:MOST_PROBLEMS] or [Problem("the file has no rows", line=1)])
    return tuple(PublishedTable(name, tuple(rows.values())) for name, rows in tables.items())


def _lines(table: Table, columns: PublishedColumns) -> list[tuple[int, tuple[Value, ...]]]:
    outcome = [columns.selected] if columns.selected else []
    names = [columns.n, columns.rate, columns.impact_ratio, *outcome, *([columns.per] if columns.per else [])]
    keys = table.keys(*names, *columns.naming)
    numbered = f"(SELECT *, row_number() OVER () AS place FROM {table.view})"  # noqa: S608  # a constant name
    query = f"SELECT place, {', '.join(keys)} FROM {numbered} ORDER BY place LIMIT {MOST_LINES + 1}"  # noqa: S608
    found = table.connection.execute(query).fetchall()
    if len(found) > MOST_LINES:
        raise Unreadable([Problem("too many rows for a published table", found=f"more than {MOST_LINES:,}")])
    return [(int(place) + 1, tuple(values)) for place, *values in found]


def _row(
    columns: PublishedColumns, line: int, values: Sequence[Value], problems: list[Problem]
) -> tuple[str, PublishedRow]:
    texts = [as_text(value) for value in values]
    n, rate, ratio = texts[:3]
    rest = texts[3:]
    selected = rest.pop(0) if columns.selected else None
    group = rest.pop(0) if columns.per else None
    named = [(column, text) for column, text in zip(columns.naming, rest, strict=True) if text]
    if not named:
        problems.append(Problem("the row names no category", line, columns.naming[0]))
    people = _whole(n, line, columns.n, problems)
    chosen = _whole(selected, line, columns.selected, problems) if columns.selected and selected else None
    if chosen is not None and chosen > people:
        problems.append(Problem("more selected than people", line, columns.selected, f"{chosen:,} of {people:,}"))
    kind = " × ".join(column for column, _ in named)
    name = f"{group}: {kind}" if group else kind
    return name, PublishedRow(" × ".join(text for _, text in named), people, chosen, rate or "", ratio or "")


def _whole(text: str | None, line: int, column: str | None, problems: list[Problem]) -> int:
    if text is not None and WHOLE.fullmatch(text.strip()):
        return int(text.strip().replace(",", "").partition(".")[0])
    reason = "a count is missing" if text is None else "not a whole number of people"
    problems.append(Problem(reason, line, column, found=(text or "")[:40]))
    return 0
