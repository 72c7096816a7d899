"""Writes a table as Parquet that holds the text of the upload exactly, and numbers where numbers were declared."""

import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.validation.uploads.blocks import Block
from core.validation.uploads.mapping import ColumnMapping
from core.validation.uploads.numbers import canonical, not_a_number, sound_numbers
from core.validation.uploads.problems import one, shown
from core.validation.uploads.profile import ColumnPreview, ColumnType

GROUP_ROWS = 200_000
WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")
Types = dict[str, str]  # column -> "integer", "decimal" or "text"; all others keep what they are
POLARS_TYPES: dict[str, pl.DataType] = {"integer": pl.Int64(), "decimal": pl.Float64(), "text": pl.String()}


def number_types(columns: Sequence[ColumnPreview], mapping: ColumnMapping) -> Types:
    """Which columns are written as numbers: score and declared numbers, and label and prediction whose classes are
    all numbers, as integers where every class is whole (so that `1` and `1.0` are one class)."""
    types: Types = {}
    for column in columns:
        if column.name in mapping.number_columns:
            whole = column.inferred_type is ColumnType.INTEGER and column.name != mapping.score
            types[column.name] = "integer" if whole else "decimal"
        if column.name in (mapping.label, mapping.prediction):
            if _all_classes_whole(column):
                types[column.name] = "integer"
            elif column.inferred_type is ColumnType.BOOLEAN:
                types[column.name] = "text"
    return types


def write_table(blocks: Iterable[Block], destination: Path, types: Types) -> None:
    """Write the blocks; the file at `destination` is whole or absent. Raises `Unreadable` for a non-number."""
    with _in_place(destination) as temporary:
        writer: pq.ParquetWriter | None = None
        try:
            for frame in _groups(_typed(block, types) for block in blocks):
                table = _plain_strings(frame.to_arrow())
                writer = writer or pq.ParquetWriter(temporary, table.schema, compression="zstd", store_schema=False)
                writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()


@contextmanager
def _in_place(destination: Path) -> Iterator[Path]:
    temporary = destination.with_name(f".{destination.name}.{secrets.token_hex(8)}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(destination)
    finally:
        temporary.unlink(missing_ok=True)


def _groups(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows in fewer pieces: row groups large enough to compress and to read fast."""
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        if sum(part.height for part in waiting) >= GROUP_ROWS:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)


def _typed(block: Block, types: Types) -> pl.DataFrame:
    for name, kind in types.items():
        if kind != "text":
            _refuse_text(block, name)
    return block.frame.with_columns(_cast(name, kind) for name, kind in types.items())


def _cast(name: str, kind: str) -> pl.Expr:
    through = pl.col(name) if kind == "text" else pl.col(name).cast(pl.Float64)  # "1.0" is read as the integer 1
    return through.cast(POLARS_TYPES[kind])


def _refuse_text(block: Block, name: str) -> None:
    cells = block.frame[name]
    wrong = (~sound_numbers(cells)).fill_null(False).arg_true()
    if len(wrong):
        text = str(cells[wrong[0]])
        reason = not_a_number(text) or "not a number"
        raise one(reason, line=block.lines[wrong[0]], column=name, found=shown(text), expected="a number")


def _plain_strings(table: "pa.Table") -> "pa.Table":
    fields = [pa.field(f.name, pa.string()) if _is_text(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))


def _is_text(kind: "pa.DataType") -> bool:
    return bool(pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _all_classes_whole(column: ColumnPreview) -> bool:
    classes = [canonical(text) for text in column.examples]
    return 0 < column.distinct == len(column.examples) and all(WHOLE.fullmatch(text) for text in classes)
