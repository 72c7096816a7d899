"""What an event is, as a row of a Parquet file and as the canonical bytes that its proof covers."""

import hashlib
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

import numpy as np
import orjson
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from core.errors import Problem, Unreadable
from core.ledger.canonical import INTEGER_BOUND

FORM = 1  # of the row, so that a later one can be told from it
FORM_KEY = "v"
MOST_ROWS = 100_000
MOST_PROBLEMS = 20


class EventKind(StrEnum):
    """What kind of thing happened."""

    INFERENCE = "inference"
    PIPELINE = "pipeline"
    ACTIVITY = "activity"


class InputForm(StrEnum):
    """How the input of an event is kept."""

    NONE = "none"
    COMMITMENT = "commitment"  # HMAC-SHA256 of it: whoever has the input can show that it was this one
    MASKED = "masked"  # as text from which personal data was taken


class OfEvent(StrEnum):
    """The columns, in the order of their names, in which the canonical JSON has them."""

    ACTOR = "actor"
    AT = "at"
    DURATION = "duration"
    FORM = "form"
    ID = "id"
    INPUT = "input"
    KIND = "kind"
    MODEL = "model"
    OUTPUT = "output"
    ROLE = "role"
    SOURCE = "source"
    VERSION = "version"


WHOLE = {OfEvent.AT, OfEvent.DURATION}
LONGEST = {
    OfEvent.ACTOR: 64,
    OfEvent.FORM: 16,
    OfEvent.ID: 64,
    OfEvent.INPUT: 4000,
    OfEvent.KIND: 16,
    OfEvent.MODEL: 200,
    OfEvent.OUTPUT: 4000,
    OfEvent.ROLE: 200,
    OfEvent.SOURCE: 200,
    OfEvent.VERSION: 64,
}
SCHEMA = pa.schema([pa.field(name.value, pa.int64() if name in WHOLE else pa.string(), False) for name in OfEvent])
SCHEMA_TEXT = ";".join(f"{field.name}:{field.type}" for field in SCHEMA)
SCHEMA_DIGEST = hashlib.sha256(SCHEMA_TEXT.encode()).hexdigest()
NAMES = tuple(name.value for name in OfEvent)
KEYS = (*NAMES[:-1], FORM_KEY, NAMES[-1])  # the canonical order, with the version of this form
UNKNOWN_DURATION = -1


def checked(table: pa.Table) -> pa.Table:
    """The table with exactly the columns of an event; raises `Unreadable` with line and column of what is wrong.

    `at` is in microseconds since 1970 in UTC, `duration` in microseconds, −1 where it is not known. Lines count from
    1. What is not of the type of its column is refused, never converted.
    """
    problems = list(_shape_problems(table))
    if problems:
        raise Unreadable(problems)
    table = table.select(NAMES).cast(SCHEMA)
    problems = [problem for name in OfEvent for problem in _column_problems(table, name)]
    problems += _repeated(table)
    if problems:
        raise Unreadable(sorted(problems, key=lambda problem: problem.line or 0)[:MOST_PROBLEMS])
    return table


def bodies(table: pa.Table) -> list[bytes]:
    """The canonical JSON of each row: RFC 8785, as `core.ledger.canonical` defines it."""
    return [bytes(part[1:]) for part in leaf_inputs(table)]


def leaf_inputs(table: pa.Table) -> Iterator[memoryview]:
    """What the leaf hash of each row is taken of, 0x00 ‖ body, cut from one buffer without a copy a row."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    parts: list[pl.Expr] = []
    before = "\0{"
    for key in KEYS:
        text = key not in WHOLE and key != FORM_KEY
        parts += [pl.lit(f'{before}"{key}":' + ('"' if text else "")), _value(frame, key)]
        before = '",' if text else ","
    parts.append(pl.lit('"}'))
    written = frame.select(pl.concat_str(parts).alias("body")).to_series().to_arrow().cast(pa.large_string())
    offsets = np.frombuffer(written.buffers()[1], dtype=np.int64)[written.offset : written.offset + len(written) + 1]
    data = memoryview(written.buffers()[2])
    places = offsets.tolist()
    return (data[start:end] for start, end in pairwise(places))


def _value(frame: pl.DataFrame, key: str) -> pl.Expr:
    if key == FORM_KEY:
        return pl.lit(str(FORM))
    if key in WHOLE:
        return pl.col(key).cast(pl.String)
    if not frame.get_column(key).str.contains(r'["\\\x00-\x1f]').any():
        return pl.col(key)
    unique = frame.get_column(key).unique()
    escaped = pl.Series([orjson.dumps(value)[1:-1].decode() for value in unique.to_list()], dtype=pl.String)
    return pl.col(key).replace_strict(unique, escaped)


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
    column = table.column(name.value)
    if name in WHOLE:
        least = UNKNOWN_DURATION if name is OfEvent.DURATION else 0
        wrong = pc.or_(pc.less(column, least), pc.greater_equal(column, INTEGER_BOUND))
        yield from _at_lines(column, wrong, name, f"{least} to 2^53")
        return
    longest = LONGEST[name]
    yield from _at_lines(column, pc.greater(pc.utf8_length(column), longest), name, f"at most {longest:,} characters")
    yield from _at_lines(column, pc.match_substring(column, "\0"), name, "no U+0000")
    if name is OfEvent.ID:
        fits = pc.match_substring_regex(column, r"^[A-Za-z0-9._:-]{1,64}$")
        yield from _at_lines(column, pc.invert(fits), name, "1 to 64 letters, digits, dots, colons or dashes")
    elif name in (OfEvent.KIND, OfEvent.FORM):
        words = [one.value for one in (EventKind if name is OfEvent.KIND else InputForm)]
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
