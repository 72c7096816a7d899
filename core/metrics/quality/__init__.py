"""The state of evidence: what was counted, what it declares and breaks, and the figures a policy can judge.

parse_schema('{"columns": [{"name": "age", "type": "integer", "minimum": 0}]}') -> Schema
result.figure("missing_share").judge(0.05, "at most", minimum_rows=500) -> Judgement(verdict, reason)
"""

from core.metrics.quality.figures import figures_of
from core.metrics.quality.parsing import parse_schema, schema_json
from core.metrics.quality.results import QualityResult
from core.metrics.quality.schema import (
    DeclaredColumn,
    DeclaredType,
    Role,
    Schema,
    SchemaCheck,
    Violation,
    ViolationKind,
)
from core.metrics.quality.values import (
    ColumnChange,
    ColumnQuality,
    LabelBalance,
    LabelCount,
    LabelKind,
    Measure,
    PersonalDataColumn,
    Quantile,
    Reading,
    RepeatedColumn,
    RowIds,
    SingleFeature,
    TrainingComparison,
)

__all__ = [
    "ColumnChange",
    "ColumnQuality",
    "DeclaredColumn",
    "DeclaredType",
    "LabelBalance",
    "LabelCount",
    "LabelKind",
    "Measure",
    "PersonalDataColumn",
    "QualityResult",
    "Quantile",
    "Reading",
    "RepeatedColumn",
    "Role",
    "RowIds",
    "Schema",
    "SchemaCheck",
    "SingleFeature",
    "TrainingComparison",
    "Violation",
    "ViolationKind",
    "figures_of",
    "parse_schema",
    "schema_json",
]
