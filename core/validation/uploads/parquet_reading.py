"""Reads Parquet that may be hostile, in pieces and within a budget; runs only inside the limited child process."""

import math
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.errors import Problem, Unreadable
from core.validation.uploads.blocks import BLOCK_ROWS, Block
from core.validation.uploads.limits import MIB, Limits
from core.validation.uploads.names import name_problems
from core.validation.uploads.problems import Problems, one

DELTA_ROWS = 500
SMALLEST_CELL = 8  # bytes; what a cell of any type costs once it is read


def parquet_blocks(path: Path, limits: Limits) -> Iterator[Block]:
    """The rows as blocks, row n on line n + 1; raises `Unreadable`.

    Text stays text (empty text is a missing value, as in CSV), dictionaries become their values.
    """
    with _opened(path) as file:
        _check_metadata(file, path.stat().st_size, limits)
        texts, delta = _text_columns(file)
    with _opened(path, texts) as file:
        budget, first = limits.decoded(path.stat().st_size), 2
        for batch in file.iter_batches(batch_size=DELTA_ROWS if delta else _batch_rows(file), use_threads=False):
            budget -= _text_bytes(batch, first, limits)
            if budget < 0:
                raise _too_much(path.stat().st_size, limits)
            yield Block(range(first, first + batch.num_rows), _frame(batch, first))
            first += batch.num_rows


def _opened(path: Path, texts: list[str] | None = None) -> "pq.ParquetFile":
    limit = 64 * MIB  # of the footer, which is itself unfolded by the reader
    return pq.ParquetFile(
        path,
        read_dictionary=texts,
        pre_buffer=False,
        thrift_string_size_limit=limit,
        thrift_container_size_limit=limit // 64,
    )


def _text_columns(file: "pq.ParquetFile") -> tuple[list[str], bool]:
    """Text columns that can be read as dictionaries, so that a long value is held once; and whether others are there.

    Arrow cannot do so with the delta encodings, which repeat long prefixes at no cost: those come in smaller pieces.
    """
    texts = [place for place, field in enumerate(file.schema_arrow) if _is_text(_value_type(field.type))]
    groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
    delta = {place for place in texts for g in groups if any("DELTA" in e for e in g.column(place).encodings)}
    return [file.schema_arrow.names[place] for place in texts if place not in delta], bool(delta)


def _check_metadata(file: "pq.ParquetFile", size: int, limits: Limits) -> None:
    """The budget is taken from the metadata before any value is read."""
    metadata, schema = file.metadata, file.schema_arrow
    problems = Problems(limits.problems)
    problems.extend(name_problems(schema.names, limits))
    problems.extend(_type_problems(schema))
    problems.settle()
    if not schema.names:
        raise one("the file has no columns", expected="at least one column")
    if metadata.num_rows <= 0:
        raise one("the file has no rows", line=2, found="a header only", expected="at least one row")
    cells = metadata.num_rows * len(schema.names)
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    declared = sum(group.total_byte_size for group in groups)
    if cells > limits.cells:
        raise one("the file holds too many cells", found=f"{cells} cells", expected=f"at most {limits.cells}")
    if max(cells * SMALLEST_CELL, declared) > limits.decoded(size):
        raise _too_much(size, limits)


def _too_much(size: int, limits: Limits) -> Unreadable:
    found, expected = f"more than {limits.decoded(size) // MIB} MiB of values", "a file without compression tricks"
    return one(f"the file unfolds into far more than its {math.ceil(size / MIB)} MiB", found=found, expected=expected)


def _batch_rows(file: "pq.ParquetFile") -> int:
    return max(1, min(BLOCK_ROWS, 2_000_000 // max(1, len(file.schema_arrow.names))))


def _type_problems(schema: "pa.Schema") -> Iterator[Problem]:
    for field in schema:
        if not _is_supported(_value_type(field.type)):
            expected = "numbers, text, booleans, dates or times"
            yield Problem("a column of a type we do not read", 1, field.name, str(field.type)[:80], expected)


def _value_type(kind: "pa.DataType") -> "pa.DataType":
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_text(kind: "pa.DataType") -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_supported(kind: "pa.DataType") -> bool:
    tests = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_date, pa.types.is_timestamp)
    return _is_text(kind) or any(test(kind) for test in (*tests, pa.types.is_decimal128, pa.types.is_null))


def _text_bytes(batch: "pa.RecordBatch", first: int, limits: Limits) -> int:
    """Bytes that the text of a batch takes once each cell has its own copy; raises for a cell that is too long."""
    total = 0
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if _is_text(_value_type(column.type)):
            lengths = _lengths(column)
            total += int(lengths.sum() or 0)
            if (lengths > 4 * limits.field_characters).any():
                row = lengths.arg_max() or 0
                raise one(
                    "a field is too long",
                    line=first + row,
                    column=name,
                    expected=f"{limits.field_characters} characters",
                )
    return total


def _lengths(column: "pa.Array") -> pl.Series:
    if pa.types.is_dictionary(column.type):
        return pl.Series(pl.from_arrow(pc.binary_length(column.dictionary).take(column.indices)), dtype=pl.Int64)
    return pl.Series(pl.from_arrow(pc.binary_length(column)), dtype=pl.Int64)


def _frame(batch: "pa.RecordBatch", first: int) -> pl.DataFrame:
    series = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        if _is_text(plain.type):
            _refuse_broken_text(plain, name, first)
        cells = pl.Series(name, pl.from_arrow(plain))
        series.append(_as_in_csv(cells, first) if cells.dtype == pl.String else cells)
    return pl.DataFrame(series)


def _as_in_csv(cells: pl.Series, first: int) -> pl.Series:
    """Text as a CSV file could hold it: no NUL, and empty text is a missing value."""
    nul = cells.str.contains("\0", literal=True).fill_null(False)
    if nul.any():
        raise one("a NUL character in the text", line=first + (nul.arg_max() or 0), column=cells.name, expected="text")
    return cells.set(cells == "", None)


def _refuse_broken_text(column: "pa.Array", name: str, first: int) -> None:
    """Arrow does not look into text when it reads it, and Polars relies on UTF-8."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        row = next(place for place, raw in enumerate(column.cast(pa.binary())) if not _is_utf8(raw.as_py() or b""))
        raise one("the text is not UTF-8", line=first + row, column=name, expected="UTF-8") from None


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
