"""Warehouse tables through Ibis: PostgreSQL and whatever else Ibis speaks. The optional extra `warehouse`."""

from collections.abc import Iterator

import ibis  # type: ignore[import-untyped]
import narwhals as nw
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from core.frames.engines.expressions import Expressions

CHUNK = 65_536


class WarehouseReader:
    """Reads through the warehouse's own connection; only counts and sums cross it."""

    def small(self, frame: nw.LazyFrame[ibis.Table]) -> pl.DataFrame:
        """All rows."""
        return pl.DataFrame(frame.collect("polars").to_native())

    def batches(self, frame: nw.LazyFrame[ibis.Table]) -> Iterator[pa.RecordBatch]:
        """All rows, some 65,536 at a time."""
        found = frame.to_native().to_pyarrow_batches(chunk_size=CHUNK)
        yield pa.RecordBatch.from_pylist([], found.schema)  # so that no rows still have columns
        yield from found

    def logged(self, frame: nw.LazyFrame[ibis.Table]) -> nw.LazyFrame[ibis.Table]:
        """With the natural logarithm of `size` as `log`, which narwhals would have PostgreSQL compute in decimals."""
        native = frame.to_native()
        logged: nw.LazyFrame[ibis.Table] = nw.from_native(native.mutate(log=native["size"].ln()))
        return logged


def warehouse_engine(table: ibis.Table) -> Expressions[ibis.Table]:
    """An Ibis table as an engine."""
    columns = tuple(table.columns)
    named = table.select(**{f"c{at}": table[name] for at, name in enumerate(columns)})
    return Expressions(nw.from_native(named), columns, WarehouseReader())
