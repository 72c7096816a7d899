"""Drift: how far current data lies from reference data, column by column and for the whole file."""

from core.metrics.drift.bounds import Bounds
from core.metrics.drift.concluding import concluded
from core.metrics.drift.methods import ALIASES, DEFAULTS, THRESHOLDS, Kind, Method, method_named
from core.metrics.drift.result import ColumnDrift, DriftCheck, DriftResult, Slice

__all__ = [
    "ALIASES",
    "DEFAULTS",
    "THRESHOLDS",
    "Bounds",
    "ColumnDrift",
    "DriftCheck",
    "DriftResult",
    "Kind",
    "Method",
    "Slice",
    "concluded",
    "method_named",
]
