"""Which measures of drift there are, what each one compares, and from where on each one speaks of drift.

A method is pinned: it is named or it is the default of the column's type, and never depends on the number of rows. At
its limit a default that changes with the rows would turn the verdict of the same data (Evidently's does, at 1,000).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How the values of a column are compared: on a scale, or as categories."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"


class Method(StrEnum):
    """A measure of drift; its definition stands with its function in this package."""

    CHI_SQUARE = "chi_square"
    KOLMOGOROV_SMIRNOV = "kolmogorov_smirnov"
    WASSERSTEIN = "wasserstein"
    PSI = "psi"
    JENSEN_SHANNON = "jensen_shannon"

    @property
    def is_test(self) -> bool:
        """A test's score is its p-value: drift lies below the threshold. A distance drifts from its threshold on."""
        return self in (Method.CHI_SQUARE, Method.KOLMOGOROV_SMIRNOV)

    def compares(self, kind: Kind) -> bool:
        """Whether the measure is defined for columns of this kind."""
        only = {
            Method.CHI_SQUARE: Kind.CATEGORICAL,
            Method.KOLMOGOROV_SMIRNOV: Kind.NUMERIC,
            Method.WASSERSTEIN: Kind.NUMERIC,
        }
        return only.get(self, kind) is kind


DEFAULTS: Mapping[Kind, Method] = MappingProxyType(
    {Kind.NUMERIC: Method.WASSERSTEIN, Kind.CATEGORICAL: Method.CHI_SQUARE}
)
THRESHOLDS: Mapping[Method, float] = MappingProxyType(
    {
        Method.CHI_SQUARE: 0.05,
        Method.KOLMOGOROV_SMIRNOV: 0.05,
        Method.WASSERSTEIN: 0.1,
        Method.PSI: 0.1,
        Method.JENSEN_SHANNON: 0.1,
    }
)
ALIASES: Mapping[str, Method] = MappingProxyType(
    {
        "chi2": Method.CHI_SQUARE,
        "chisquare": Method.CHI_SQUARE,
        "ks": Method.KOLMOGOROV_SMIRNOV,
        "jensenshannon": Method.JENSEN_SHANNON,
        "js": Method.JENSEN_SHANNON,
    }
)


def method_named(word: str) -> Method | None:
    """The method by its name or by the usual short form (ks, js, chi2), in any case; None for another word."""
    name = word.strip().lower().replace("-", "_")
    return ALIASES.get(name.replace("_", "")) or next((one for one in Method if one.value == name), None)
