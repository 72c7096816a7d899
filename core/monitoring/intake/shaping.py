"""Makes of a table that came in the form in which production data is kept, and names every row that is wrong."""

import tempfile
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.access.personal_data import ScanResult, mask, scan
from core.access.personal_data.apart import scan_apart
from core.errors import Problem
from core.monitoring.intake.rules import (
    ADDED,
    AT,
    COST,
    ID,
    LABEL,
    LATENCY,
    MOST_PROBLEMS,
    MOST_ROWS,
    NUMBERS,
    PREDICTION,
    SCORE,
    VERSION,
    WIDEST_ID,
    BatchKind,
    refuse_unsound,
)
from core.store.types import microseconds

ROW_GROUP = 32_768  # a chunk reads the groups that it lies in
SCANNED_HERE = 50_000  # rows
AHEAD = timedelta(days=1)  # the clocks of two machines differ, but not by more
LINE = "\0line"  # of the row in what came in, header on line 1; no column can have this name
SIMPLE = (pl.String, pl.Boolean, pl.Categorical, pl.Enum, pl.Date, pl.Datetime, pl.Time, pl.Decimal, pl.Null)


def shaped(table: pa.Table, kind: BatchKind, *, label: str = LABEL, first_line: int = 2, at: datetime) -> pl.DataFrame:
    """The rows with plain types and their line; raises `Unreadable` with what is wrong, by line and column.

    `label` is what the outcome is called in files of this model. A moment is whole microseconds since 1970 in UTC, an
    ISO 8601 text with its zone, or a time stamp with a zone; labels and attributes need none.
    """
    refuse_unsound(list(_shape(table, kind)))
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    if label != LABEL and label in frame.columns:
        frame = frame.drop(LABEL, strict=False).rename({label: LABEL})
    refuse_unsound(list(_columns(frame, kind, label)))
    frame = frame.with_columns(_plain(frame)).with_row_index(LINE, offset=first_line)
    refuse_unsound([*_ids(frame), *_moments(frame, at), *_numbers(frame), *_labels(frame, kind)])
    return frame.with_columns(_typed(frame, kind)).sort([AT, ID] if AT in frame.columns else [ID], maintain_order=True)


def parquet_of(frame: pl.DataFrame) -> bytes:
    """The rows as they are kept, without their lines."""
    table = frame.drop(LINE, strict=False).to_arrow()
    plain = [pa.field(f.name, pa.string()) if _is_text(f.type) else f for f in table.schema]
    sink = pa.BufferOutputStream()
    pq.write_table(table.cast(pa.schema(plain)), sink, compression="zstd", row_group_size=ROW_GROUP, store_schema=False)
    return bytes(sink.getvalue())


def looked_through(frame: pl.DataFrame, sensitive: Collection[str]) -> ScanResult:
    """What looks like personal data in the rows; many of them in a process of its own, so that pages go on here."""
    if frame.height <= SCANNED_HERE:
        return scan(frame.drop(LINE, strict=False), sensitive=sensitive)
    with tempfile.NamedTemporaryFile(prefix="production-", suffix=".parquet") as sink:
        sink.write(parquet_of(frame))
        sink.flush()
        return scan_apart(Path(sink.name), sensitive=sensitive)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _shape(table: pa.Table, kind: BatchKind) -> Iterator[Problem]:
    if not 0 < table.num_rows <= MOST_ROWS:
        yield Problem("rows out of range", found=f"{table.num_rows:,}", expected=f"1 to {MOST_ROWS:,}")
    for name in sorted({name for name in table.column_names if table.column_names.count(name) > 1}):
        yield Problem("column stands twice", line=1, column=name)
    for name in ADDED:
        if name in table.column_names:
            yield Problem("this name is kept for what Countersign adds", line=1, column=name)


def _columns(frame: pl.DataFrame, kind: BatchKind, label: str) -> Iterator[Problem]:
    needed = {
        BatchKind.INFERENCES: (ID, AT),
        BatchKind.LABELS: (ID, LABEL),
        BatchKind.ATTRIBUTES: (ID,),
        BatchKind.REFERENCE: (),
    }[kind]
    for name in needed:
        if name not in frame.columns:
            yield Problem("column is missing", line=1, column=label if name == LABEL else name)
    if kind in (BatchKind.INFERENCES, BatchKind.REFERENCE) and not {PREDICTION, SCORE} & set(frame.columns):
        yield Problem("neither a prediction nor a score", line=1, expected=f"a column {PREDICTION} or {SCORE}")
    if kind is BatchKind.INFERENCES and LABEL in frame.columns:
        words = "labels arrive by themselves, as a batch of labels with the same ids"
        yield Problem(words, line=1, column=label)
    if kind is BatchKind.ATTRIBUTES and not set(frame.columns) - {ID, AT}:
        yield Problem("no attribute beside the id", line=1, expected="at least one further column")
    if kind is BatchKind.LABELS:
        for name in sorted(set(frame.columns) - {ID, AT, LABEL}):
            yield Problem("column is not known in labels", line=1, column=name, expected=f"{ID}, {label} and {AT}")
    for name, dtype in frame.schema.items():
        if not (dtype.is_numeric() or dtype in SIMPLE):
            yield Problem("holds no single values", line=1, column=name, found=str(dtype)[:60])


def _plain(frame: pl.DataFrame) -> Iterator[pl.Expr]:
    """Ids as text, decimals as doubles, moments as microseconds, days and words as text; the rest as it is."""
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if name == AT:
            yield _moment(dtype).alias(AT)
        elif name == ID or dtype in (pl.Categorical, pl.Enum, pl.Boolean, pl.Date, pl.Time, pl.Null):
            yield column.cast(pl.String)
        elif isinstance(dtype, pl.Datetime):
            yield column.dt.to_string("iso:strict")
        elif isinstance(dtype, pl.Decimal):
            yield column.cast(pl.Float64)


def _moment(dtype: pl.DataType) -> pl.Expr:
    """Microseconds since 1970 in UTC; null where it is no moment."""
    column = pl.col(AT)
    if isinstance(dtype, pl.Datetime):
        return column.dt.epoch("us") if dtype.time_zone else pl.lit(None, pl.Int64)
    if dtype.is_integer():
        return column.cast(pl.Int64, strict=False)
    if dtype == pl.String:
        read = column.str.to_datetime("%+", strict=False, time_unit="us", time_zone="UTC").dt.epoch("us")
        return pl.coalesce(column.cast(pl.Int64, strict=False), read)
    return pl.lit(None, pl.Int64)


def _ids(frame: pl.DataFrame) -> Iterator[Problem]:
    if ID not in frame.columns:
        return
    ids = frame[ID]
    wrong = (ids.str.len_bytes() > WIDEST_ID) | (ids.str.len_bytes() == 0) | ids.str.contains("\0", literal=True)
    expected = f"text of 1 to {WIDEST_ID} bytes"
    yield from _at(frame, wrong.fill_null(True), ID, "not an id", ids, expected)


def _moments(frame: pl.DataFrame, at: datetime) -> Iterator[Problem]:
    if AT not in frame.columns:
        return
    moments, latest = frame[AT], microseconds(at + AHEAD)
    expected = "microseconds since 1970 in UTC, or ISO 8601 with a zone, such as 2026-11-20T12:00:00Z"
    yield from _at(frame, moments.is_null() | (moments < 0).fill_null(False), AT, "not a moment", moments, expected)
    yield from _at(
        frame, (moments > latest).fill_null(False), AT, "lies in the future", moments, "a moment that is past"
    )


def _numbers(frame: pl.DataFrame) -> Iterator[Problem]:
    for name in NUMBERS:
        if name not in frame.columns:
            continue
        cells = frame[name]
        numbers = cells.cast(pl.Float64, strict=False)
        wrong = (cells.is_not_null() & numbers.is_null()) | (numbers.is_finite() == False).fill_null(False)  # noqa: E712
        yield from _at(frame, wrong, name, "not a number", cells, "a number")
        if name in (LATENCY, COST):
            yield from _at(frame, (numbers < 0).fill_null(False), name, "less than nothing", cells, "0 or more")


def _labels(frame: pl.DataFrame, kind: BatchKind) -> Iterator[Problem]:
    if kind is BatchKind.LABELS:
        yield from _at(frame, frame[LABEL].is_null(), LABEL, "no label", frame[LABEL], "an outcome")
    if VERSION in frame.columns and kind is BatchKind.INFERENCES:
        yield from _at(frame, frame[VERSION].is_null(), VERSION, "no version", frame[VERSION], "such as 1.2.0")


def _typed(frame: pl.DataFrame, kind: BatchKind) -> Iterator[pl.Expr]:
    for name in NUMBERS:
        if name in frame.columns:
            yield pl.col(name).cast(pl.Float64, strict=False)
    if VERSION in frame.columns and kind is BatchKind.INFERENCES:
        yield pl.col(VERSION).cast(pl.String)


def _at(
    frame: pl.DataFrame, wrong: pl.Series, column: str, reason: str, cells: pl.Series, expected: str
) -> Iterator[Problem]:
    for place in wrong.arg_true().head(MOST_PROBLEMS):
        found = cells[place]
        shown = "" if found is None else f"“{mask(str(found)[:60])}”"
        yield Problem(reason, int(frame[LINE][place]), column, shown, expected)
