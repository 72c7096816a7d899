"""Drift of current data against reference data, two files in.

drift("reference.parquet", "current.parquet", outputs=("score",)) -> DriftResult
"""

from core.frames.drift.assessing import drift
from core.frames.drift.deciding import MINIMUM_ROWS, Options

__all__ = ["MINIMUM_ROWS", "Options", "drift"]
