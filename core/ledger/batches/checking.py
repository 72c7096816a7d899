"""Tells events from what is none: every row and column that is wrong is named."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from core.errors import Problem, Unreadable
from core.ledger.batches.rows import (
    LONGEST,
    MOST_PROBLEMS,
    MOST_ROWS,
    NAMES,
    SCHEMA,
    TAKEN,
    UNKNOWN_DURATION,
    WHOLE,
    EventKind,
    OfEvent,
)
from core.ledger.batches.writing import text_bytes, text_lengths
from core.ledger.canonical import INTEGER_BOUND

OF_IDS = np.isin(np.arange(256), list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-"))


def checked(table: pa.Table) -> pa.Table:
    """The table with exactly the columns of an event; raises `Unreadable` with line and column of what is wrong.

    `at` is in microseconds since 1970 in UTC, `duration` in microseconds, −1 where it is not known. Lines count from
    1. What is not of the type of its column is refused, never converted.
    """
    problems = list(_shape_problems(table))
    if problems:
        raise Unreadable(problems)
    table = table.select(NAMES).cast(SCHEMA).combine_chunks()
    problems = [problem for name in OfEvent for problem in _column_problems(table, name)]
    problems += _repeated(table)
    if problems:
        raise Unreadable(sorted(problems, key=lambda problem: problem.line or 0)[:MOST_PROBLEMS])
    return table


def _shape_problems(table: pa.Table) -> Iterator[Problem]:
    if not 0 < table.num_rows <= MOST_ROWS:
        yield Problem("rows out of range", found=f"{table.num_rows:,}", expected=f"1 to {MOST_ROWS:,}")
    for name in NAMES:
        if table.column_names.count(name) != 1:
            yield Problem("column is missing" if name not in table.column_names else "column stands twice", column=name)
            continue
        found, wanted = table.schema.field(name).type, SCHEMA.field(name).type
        if found != wanted and not (wanted == pa.string() and found in (pa.large_string(), pa.string_view())):
            yield Problem("wrong type", column=name, found=str(found), expected=str(wanted))
        elif table.column(name).null_count:
            line = pc.index(pc.is_null(table.column(name)), True).as_py() + 1
            yield Problem("no value", column=name, line=line)
    for name in sorted(set(table.column_names) - set(NAMES)):
        yield Problem("column is not known", column=name)


def _column_problems(table: pa.Table, name: OfEvent) -> Iterator[Problem]:
    """Each column is judged as a whole first, by its bytes, and looked at row by row only where something is wrong."""
    column = table.column(name.value)
    if name in WHOLE:
        least = UNKNOWN_DURATION if name is OfEvent.DURATION else 0
        span = pc.min_max(column).as_py()
        if span["min"] < least or span["max"] >= INTEGER_BOUND:
            wrong = pc.or_(pc.less(column, least), pc.greater_equal(column, INTEGER_BOUND))
            yield from _at_lines(column, wrong, name, f"{least} to 2^53")
        return
    longest, parts, lengths = LONGEST[name], text_bytes(column), text_lengths(column)
    if lengths.max() > longest:
        too_long = pc.greater(pc.utf8_length(column), longest)
        yield from _at_lines(column, too_long, name, f"at most {longest:,} characters")
    if any((part == 0).any() for part in parts):
        yield from _at_lines(column, pc.match_substring(column, "\0"), name, "no U+0000")
    if name is OfEvent.ID:
        if not lengths.min() or not all(OF_IDS[part].all() for part in parts):
            fits = pc.match_substring_regex(column, r"^[A-Za-z0-9._:-]{1,64}$")
            yield from _at_lines(column, pc.invert(fits), name, "1 to 64 letters, digits, dots, colons or dashes")
    elif name in (OfEvent.KIND, OfEvent.FORM):
        words = [one.value for one in (EventKind if name is OfEvent.KIND else TAKEN)]
        known = pc.is_in(column, pa.array(words))
        yield from _at_lines(column, pc.invert(known), name, ", ".join(words))


def _at_lines(column: pa.ChunkedArray, wrong: pa.ChunkedArray, name: OfEvent, expected: str) -> Iterator[Problem]:
    for index in pc.indices_nonzero(wrong).to_pylist()[:MOST_PROBLEMS]:
        found = str(column[index].as_py())
        yield Problem("out of range", column=name.value, line=index + 1, found=found[:80], expected=expected)


def _repeated(table: pa.Table) -> Iterator[Problem]:
    column = table.column(OfEvent.ID.value)
    if pc.count_distinct(column).as_py() == len(column):
        return
    seen: dict[str, int] = {}
    for line, identity in enumerate(column.to_pylist(), start=1):
        first = seen.setdefault(identity, line)
        if first != line:
            yield Problem("id stands on an earlier line too", column=OfEvent.ID.value, line=line, found=identity)
