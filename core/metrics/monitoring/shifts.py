"""Jensen–Shannon distance in bins that the reference alone sets, so that every chunk is cut in the same way."""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from core.metrics.drift.numbers import Sample
from core.metrics.drift.shares import Counts, jensen_shannon

FEW = 50  # different numbers up to which each is a bin of its own
FEW_SHARE = 0.1


@dataclass(frozen=True)
class ReferenceBins:
    """Edges of a reference and its counts between them; where there are `values`, each is a bin and nothing has edges.

    As NannyML 0.13 cuts a column: numpy's “doane” where it has more than 50 different values or one in ten differs.
    """

    edges: Sample | None
    values: Sample | None
    counts: Counts

    @classmethod
    def of(cls, sample: Sample) -> "ReferenceBins":
        """Of sorted finite numbers, at least one."""
        values, counts = np.unique(sample, return_counts=True)
        if len(values) > FEW or len(values) > FEW_SHARE * len(sample):
            edges = np.histogram_bin_edges(sample, bins="doane")
            return cls(edges, None, np.histogram(sample, bins=edges)[0].astype(np.int64))
        return cls(None, values, counts.astype(np.int64))

    def count(self, sample: Sample) -> Counts:
        """The counts of another sample; what lies in none of the bins comes last."""
        if self.edges is not None:
            inside = np.histogram(sample, bins=self.edges)[0].astype(np.int64)
        else:
            assert self.values is not None
            places = np.searchsorted(self.values, sample)
            places = np.minimum(places, len(self.values) - 1)
            inside = np.bincount(places[self.values[places] == sample], minlength=len(self.values)).astype(np.int64)
        return np.append(inside, len(sample) - int(inside.sum()))


def distance_to_base_2(reference: Counts, current: Counts) -> float:
    """Jensen–Shannon distance with the logarithm to base 2: 0 for equal shares, 1 for none in common.

    Counts by bin, of equal length. Source: Endres and Schindelin, IEEE Trans. Inf. Theory 49 (2003) 1858–1860; equal to
    `scipy.spatial.distance.jensenshannon(…, base=2)`.
    """
    return jensen_shannon(reference, current) / sqrt(log(2))
