"""Explains a model from its files: uploaded attributions, or a surrogate where there are none, and the proxy screen.

explain_file(predictions, roles, *, attributions=None, previous=None, minimum_group=30) -> ExplanationResult
"""

from core.frames.explaining.assessing import explain_file
from core.frames.explaining.importance import Reasons

__all__ = ["Reasons", "explain_file"]
