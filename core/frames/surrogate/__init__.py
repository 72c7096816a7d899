"""A small model that imitates the model from its inputs and outputs, where nothing else can explain or stress it."""

from core.frames.surrogate.disturbing import disturb
from core.frames.surrogate.encoding import Features, features_of
from core.frames.surrogate.explaining import partial_dependence, permutation
from core.frames.surrogate.fitting import Fitted, Target, fit
from core.frames.surrogate.imitating import imitate, shown_class, unfaithful
from core.frames.surrogate.sampling import Sample, sample_of
from core.frames.surrogate.screening import screen

__all__ = [
    "Features",
    "Fitted",
    "Sample",
    "Target",
    "disturb",
    "features_of",
    "fit",
    "imitate",
    "partial_dependence",
    "permutation",
    "sample_of",
    "screen",
    "shown_class",
    "unfaithful",
]
