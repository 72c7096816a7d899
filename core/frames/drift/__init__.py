"""Drift of current data against reference data, two files in.

drift("reference.parquet", "current.parquet", outputs=("score",)) -> DriftResult
"""

from core.frames.drift.assessing import MINIMUM_ROWS, Options, drift

__all__ = ["MINIMUM_ROWS", "Options", "drift"]
