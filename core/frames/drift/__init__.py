"""Drift of current data against reference data, two files in.

drift("reference.parquet", "current.parquet", outputs=("score",)) -> DriftResult

For tables that stay in Polars, Spark or a warehouse: `core.frames.drift.warehouse.drift_in_place`, the same result.
"""

from core.frames.drift.assessing import drift
from core.frames.drift.deciding import MINIMUM_ROWS, Options

__all__ = ["MINIMUM_ROWS", "Options", "drift"]
