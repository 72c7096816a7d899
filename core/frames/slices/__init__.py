"""Rows grouped in the engine: attributes in bands, outcomes per row, and every slice in one cube."""

from core.frames.slices.bands import Attribute, attributes_of, kinds
from core.frames.slices.cells import weighted_cells
from core.frames.slices.cube import Cube, slice_sums
from core.frames.slices.outcomes import Outcomes, outcomes_of

__all__ = [
    "Attribute",
    "Cube",
    "Outcomes",
    "attributes_of",
    "kinds",
    "outcomes_of",
    "slice_sums",
    "weighted_cells",
]
