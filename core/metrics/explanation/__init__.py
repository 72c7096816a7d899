"""Why a model decides as it does: which features carry its decisions, for whom, and whether they betray a group."""

from core.metrics.explanation.comparing import compare_versions
from core.metrics.explanation.groups import reasons_by_group
from core.metrics.explanation.results import (
    Contribution,
    ExplanationResult,
    GroupReasons,
    Importance,
    PartialDependence,
    PartialPoint,
    Proxy,
    ProxyScreen,
    ReasonsByGroup,
    ShareChange,
    Source,
    SurrogateModel,
    ValueAuc,
    VersionComparison,
)
from core.metrics.explanation.summary import importances, top_feature_share

__all__ = [
    "Contribution",
    "ExplanationResult",
    "GroupReasons",
    "Importance",
    "PartialDependence",
    "PartialPoint",
    "Proxy",
    "ProxyScreen",
    "ReasonsByGroup",
    "ShareChange",
    "Source",
    "SurrogateModel",
    "ValueAuc",
    "VersionComparison",
    "compare_versions",
    "importances",
    "reasons_by_group",
    "top_feature_share",
]
