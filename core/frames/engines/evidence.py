"""Rows of any engine as a file, which every check then reads like an upload: only counts of distinct rows travel."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.errors import Unreadable
from core.frames.engines.opening import Source, opened

CHUNK = 2**20


def write_rows(source: Source, columns: Sequence[str], path: Path | str) -> int:
    """Write a Parquet file with what the rows of a table hold in these columns, and return how many rows there are.

    The engine counts the distinct combinations, only these leave it, and each is written as often as it was counted.
    Rows come in no particular order. Raises Unreadable where a column is absent.
    """
    count = free_name(columns)
    with opened(source) as engine:
        return _write(repeated(engine.counted(columns, name=count)), Path(path))


@contextmanager
def file_of(batches: Iterable[pa.RecordBatch]) -> Iterator[Path]:
    """A temporary Parquet file of these rows; what is wrong with it is said without a line, for nobody wrote it."""
    with TemporaryDirectory(prefix="countersign-") as folder:
        path = Path(folder) / "rows.parquet"
        _write(batches, path)
        try:
            yield path
        except Unreadable as error:
            raise Unreadable([replace(problem, line=None) for problem in error.problems]) from error


def repeated(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each row as often as its last column says, without that column."""
    for batch in batches:
        values = batch.select(batch.schema.names[:-1])
        ends = np.cumsum(batch.column(batch.num_columns - 1).to_numpy(zero_copy_only=False))
        rows = int(ends[-1]) if len(ends) else 0
        yield values.slice(0, 0)  # so that a file without rows still has its columns
        for start in range(0, rows, CHUNK):
            places = np.arange(start, min(start + CHUNK, rows))
            yield values.take(pa.array(np.searchsorted(ends, places, side="right")))


def free_name(columns: Sequence[str]) -> str:
    """A name for the counts that no column has."""
    name = "rows"
    while name in columns:
        name += "_"
    return name


def _write(batches: Iterable[pa.RecordBatch], path: Path) -> int:
    rows, writer = 0, None
    try:
        for batch in batches:
            writer = writer or pq.ParquetWriter(path, batch.schema.remove_metadata())
            writer.write_batch(batch.replace_schema_metadata(None))
            rows += batch.num_rows
    finally:
        if writer:
            writer.close()
    return rows
