"""Uploaded reasons of a model: SHAP values per case or importances per feature, summed up in the engine."""

from core.frames.attributions.joining import Grouping, grouping
from core.frames.attributions.shapes import Attributions, Shape, open_attributions
from core.frames.attributions.summing import by_group, contributions, residual_variance

__all__ = [
    "Attributions",
    "Grouping",
    "Shape",
    "by_group",
    "contributions",
    "grouping",
    "open_attributions",
    "residual_variance",
]
