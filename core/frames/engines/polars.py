"""Polars tables: embedded, lazy and streamed."""

from collections.abc import Iterator

import narwhals as nw
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from core.frames.engines.expressions import Expressions

CHUNK = 65_536


class PolarsReader:
    """Reads with Polars' streaming engine, so that a file larger than memory can be counted."""

    def small(self, frame: nw.LazyFrame[pl.LazyFrame]) -> pl.DataFrame:
        """All rows."""
        return frame.to_native().collect(engine="streaming")

    def batches(self, frame: nw.LazyFrame[pl.LazyFrame]) -> Iterator[pa.RecordBatch]:
        """All rows, some 65,536 at a time."""
        native = frame.to_native()
        schema = pl.DataFrame(schema=native.collect_schema()).to_arrow().schema
        yield pa.RecordBatch.from_pylist([], schema)  # so that no rows still have columns
        for chunk in native.collect_batches(chunk_size=CHUNK):
            yield from chunk.to_arrow().to_batches()

    def logged(self, frame: nw.LazyFrame[pl.LazyFrame]) -> nw.LazyFrame[pl.LazyFrame]:
        """With the natural logarithm of `size` as `log`."""
        return frame.with_columns(log=nw.col("size").log())


def polars_engine(frame: pl.LazyFrame | pl.DataFrame) -> Expressions[pl.LazyFrame]:
    """A Polars table as an engine."""
    lazy = frame.lazy()
    columns = tuple(lazy.collect_schema().names())
    named = lazy.select(pl.nth(at).alias(f"c{at}") for at in range(len(columns)))
    return Expressions(nw.from_native(named), columns, PolarsReader())
