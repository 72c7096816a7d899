"""Spark tables: the rows stay on the cluster, only counts and sums come back. The optional extra `spark`."""

from collections.abc import Iterator

import narwhals as nw
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame

from core.frames.engines.expressions import Expressions


class SparkReader:
    """Reads through Arrow into the driver, so that what is read should be counts."""

    def small(self, frame: nw.LazyFrame[DataFrame]) -> pl.DataFrame:
        """All rows."""
        return pl.DataFrame(frame.collect("polars").to_native())

    def batches(self, frame: nw.LazyFrame[DataFrame]) -> Iterator[pa.RecordBatch]:
        """All rows; Spark hands them over at once."""
        found = frame.collect("pyarrow").to_native()
        yield pa.RecordBatch.from_pylist([], found.schema)  # so that no rows still have columns
        yield from found.to_batches()

    def logged(self, frame: nw.LazyFrame[DataFrame]) -> nw.LazyFrame[DataFrame]:
        """With the natural logarithm of `size` as `log`."""
        return frame.with_columns(log=nw.col("size").log())


def spark_engine(frame: DataFrame) -> Expressions[DataFrame]:
    """A Spark table, classic or Connect, as an engine."""
    columns = tuple(frame.columns)
    named = frame.toDF(*(f"c{at}" for at in range(len(columns))))
    return Expressions(nw.from_native(named), columns, SparkReader())
