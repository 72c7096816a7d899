"""A stand-in for a model of which only inputs and outputs are at hand."""

from core.frames.surrogate.model import Imitation, imitate
from core.frames.surrogate.sample import Sample, sample_of
from core.frames.surrogate.screen import screen_attribute

__all__ = ["Imitation", "Sample", "imitate", "sample_of", "screen_attribute"]
