"""Which engine a table is in, found without loading the engines it is not in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from core.frames.engines.protocol import Engine

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]
    import polars as pl
    import pyspark.sql

Source: TypeAlias = "Path | str | pl.LazyFrame | pl.DataFrame | pyspark.sql.DataFrame | ibis.Table"


@contextmanager
def opened(source: Source) -> Iterator[Engine]:
    """A CSV or Parquet file (in DuckDB) or a table of Polars, Spark or Ibis; TypeError for anything else."""
    if isinstance(source, Path | str):
        from core.frames.engines.duck import Duck
        from core.frames.source import open_table

        with open_table(source) as table:
            yield Duck(table)
    else:
        yield _engine(source)


def _engine(source: object) -> Engine:
    libraries = {kind.__module__.partition(".")[0] for kind in type(source).__mro__}
    if "polars" in libraries:
        import polars as pl

        from core.frames.engines.polars import polars_engine

        if isinstance(source, pl.LazyFrame | pl.DataFrame):
            return polars_engine(source)
    elif "pyspark" in libraries:
        from pyspark.sql import DataFrame

        from core.frames.engines.spark import spark_engine

        if isinstance(source, DataFrame):
            return spark_engine(source)
    elif "ibis" in libraries:
        import ibis

        from core.frames.engines.warehouse import warehouse_engine

        if isinstance(source, ibis.Table):
            return warehouse_engine(source)
    raise TypeError(f"A {type(source).__name__} is no path and no table of Polars, Spark or Ibis")
