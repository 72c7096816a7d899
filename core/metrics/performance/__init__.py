"""How well a model predicts: two classes, several classes or a quantity, and how that compares."""

from core.metrics.performance.binary import assess_classification
from core.metrics.performance.multiclass import assess_multiclass
from core.metrics.performance.results import (
    CalibrationBin,
    ClassificationResult,
    ClassRow,
    ErrorBin,
    ErrorDecile,
    MulticlassResult,
    PerformanceResult,
    RegressionResult,
)

__all__ = [
    "CalibrationBin",
    "ClassRow",
    "ClassificationResult",
    "ErrorBin",
    "ErrorDecile",
    "MulticlassResult",
    "PerformanceResult",
    "RegressionResult",
    "assess_classification",
    "assess_multiclass",
]
