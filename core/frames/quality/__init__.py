"""The state of evidence: columns, schema, label, leakage and change against the training data.

assess_quality("test.parquet", label="y", prediction="p", training="train.parquet") -> QualityResult
"""

from core.frames.quality.assessing import assess_quality

__all__ = ["assess_quality"]
