"""The canonical bytes of events, column by column: the JSON of RFC 8785 that leaf hashes are taken of."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import orjson
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from core.ledger.batches.rows import FORM, FORM_KEY, KEYS, WHOLE

QUOTE, BACKSLASH, FIRST_PRINTED = ord('"'), ord("\\"), 32


@dataclass(frozen=True)
class Written:
    """What the leaf hash of each row is taken of, 0x00 ‖ body, in one buffer; `ends[n]` to `ends[n + 1]` is row n."""

    data: bytes
    ends: list[int]

    def __len__(self) -> int:
        return len(self.ends) - 1

    def bodies(self) -> list[bytes]:
        """The canonical JSON of each row."""
        return [self.data[start + 1 : end] for start, end in pairwise(self.ends)]


def written(table: pa.Table) -> Written:
    """The rows of a table that went through `checked`, as bytes."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    parts: list[pl.Expr] = []
    before = "\0{"
    for key in KEYS:
        text = key not in WHOLE and key != FORM_KEY
        parts += [pl.lit(f'{before}"{key}":' + ('"' if text else "")), _value(frame, table, key)]
        before = '",' if text else ","
    parts.append(pl.lit('"}'))
    joined = frame.select(pl.concat_str(parts).alias("body")).to_series().to_arrow().cast(pa.large_string())
    ends = np.frombuffer(joined.buffers()[1], dtype=np.int64)[joined.offset : joined.offset + len(joined) + 1]
    data = joined.buffers()[2]
    return Written(data.to_pybytes() if data is not None else b"", ends.tolist())


def bodies(table: pa.Table) -> list[bytes]:
    """The canonical JSON of each row: RFC 8785, as `core.ledger.canonical` defines it."""
    return written(table).bodies()


def column_of(texts: list[str]) -> pa.ChunkedArray:
    """Texts as a column."""
    return pa.chunked_array([pa.array(texts, pa.string())])


def text_bytes(column: pa.ChunkedArray) -> list[NDArray[np.uint8]]:
    """The bytes of a column of texts as they lie in memory, chunk by chunk."""
    return [found for found, _ in _buffers(column)]


def text_lengths(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """How many bytes each text of a column has."""
    found = [np.diff(ends) for _, ends in _buffers(column)]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _buffers(column: pa.ChunkedArray) -> list[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    found = []
    for chunk in column.chunks:
        if not len(chunk):
            continue
        _, offsets, data = chunk.buffers()
        width = np.int64 if chunk.type == pa.large_string() else np.int32
        ends = np.frombuffer(offsets, dtype=width)[chunk.offset : chunk.offset + len(chunk) + 1].astype(np.int64)
        raw = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, np.uint8)
        found.append((raw[ends[0] : ends[-1]], ends))
    return found


def _value(frame: pl.DataFrame, table: pa.Table, key: str) -> pl.Expr:
    if key == FORM_KEY:
        return pl.lit(str(FORM))
    if key in WHOLE:
        return pl.col(key).cast(pl.String)
    parts = text_bytes(table.column(key))
    if any((part < FIRST_PRINTED).any() for part in parts):
        unique = frame.get_column(key).unique()
        escaped = pl.Series([orjson.dumps(value)[1:-1].decode() for value in unique.to_list()], dtype=pl.String)
        return pl.col(key).replace_strict(unique, escaped)
    value = pl.col(key)
    if any((part == BACKSLASH).any() for part in parts):
        value = value.str.replace_all("\\", "\\\\", literal=True)
    if any((part == QUOTE).any() for part in parts):
        value = value.str.replace_all('"', '\\"', literal=True)
    return value
