"""Uploaded reasons of a model: SHAP values per case or importances per feature, summed up in the engine."""

from core.frames.attributions.shapes import Attributions, Shape, open_attributions
from core.frames.attributions.summing import by_group, contributions, residual_variance

__all__ = [
    "Attributions",
    "Shape",
    "by_group",
    "contributions",
    "open_attributions",
    "residual_variance",
]
