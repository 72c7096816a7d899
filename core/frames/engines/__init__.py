"""One seam for every engine: files in DuckDB, tables of Polars, Spark and warehouses, reduced to the same figures.

    from core.frames import engines

    found = engines.cells(table, label="repaid", prediction="approved", positive="yes", attributes=["sex"])

`table` is a path or a table of Polars, Spark or Ibis. Rows are counted where they are.
"""

from core.frames.engines.column import bin_sums, category_counts, column_sums, log_bin_sums
from core.frames.engines.evidence import write_rows
from core.frames.engines.opening import Source, opened
from core.frames.engines.outcomes import cells, score_sums
from core.frames.engines.protocol import Engine
from core.frames.engines.results import BinSum, CategoryCount, ColumnSums

__all__ = [
    "BinSum",
    "CategoryCount",
    "ColumnSums",
    "Engine",
    "Source",
    "bin_sums",
    "category_counts",
    "cells",
    "column_sums",
    "log_bin_sums",
    "opened",
    "score_sums",
    "write_rows",
]
