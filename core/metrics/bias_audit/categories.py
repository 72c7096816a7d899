"""The EEO-1 Component 1 categories: how labels as written are read, and the order in which the rule prints them.

Source: 6 RCNY 5-300, “category”; 29 CFR 1602.7. The names are those of the tables in 6 RCNY 5-301.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.metrics.bias_audit.counts import Axis

SEXES = ("Male", "Female")
RACES = (
    "Hispanic or Latino",
    "White",
    "Black or African American",
    "Native Hawaiian or Pacific Islander",
    "Asian",
    "Native American or Alaska Native",
    "Two or More Races",
)
# Spellings that mean one category and no other; “Asian/Pacific Islander”, “Other” and letters for races do not.
SEX_SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Male": ("male", "m", "man", "men", "males"), "Female": ("female", "f", "woman", "women", "females")}
)
RACE_SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Hispanic or Latino": ("hispanic or latino", "hispanic", "latino", "latina", "latinx", "hispanic latino",
                               "hispanic or latina", "hispanic or latinx", "latino or hispanic"),
        "White": ("white", "caucasian", "white or caucasian"),
        "Black or African American": ("black or african american", "black", "african american",
                                      "black african american", "african american or black"),
        "Native Hawaiian or Pacific Islander": (
            "native hawaiian or pacific islander", "native hawaiian or other pacific islander", "pacific islander",
            "native hawaiian", "native hawaiian pacific islander", "native hawaiian other pacific islander"),
        "Asian": ("asian", "asian american"),
        "Native American or Alaska Native": (
            "native american or alaska native", "american indian or alaska native", "american indian or alaskan native",
            "native american or alaskan native", "native american", "american indian", "alaska native",
            "american indian alaska native", "native american alaska native"),
        "Two or More Races": ("two or more races", "two or more", "2 or more races", "multiracial", "mixed race",
                              "more than one race"),
    }
)  # fmt: skip
LIKE_UNKNOWN = frozenset(
    [
        "unknown",
        "not specified",
        "unspecified",
        "not stated",
        "not disclosed",
        "undisclosed",
        "not reported",
        "not provided",
        "n a",
        "na",
        "none",
        "null",
        "missing",
        "declined",
        "decline to state",
        "decline to answer",
        "declined to answer",
        "declined to state",
        "prefer not to say",
        "prefer not to answer",
        "choose not to disclose",
        "i do not wish to answer",
        "no answer",
        "not available",
        "not applicable",
    ]
)
NOT_HISPANIC = re.compile(
    r"\s*[(\[,;–-]\s*(not|non)[\s/-]*hispanic(\s+or\s+latin[oax])?\s*[)\]]?\s*$|^\s*(not|non)[\s/-]+hispanic\s+(?!or\b)",
    re.IGNORECASE,
)
BETWEEN_WORDS = re.compile(r"[\s/&,_.–-]+")


@dataclass(frozen=True)
class Normalised:
    """A label as written in the data, the EEO-1 category that it was read as, and how many people bear it."""

    axis: Axis
    written: str
    category: str
    n: int


def simplified(label: str) -> str:
    """A label without case, punctuation between words, or the rule's suffix “(Not Hispanic or Latino)”."""
    return BETWEEN_WORDS.sub(" ", NOT_HISPANIC.sub("", label)).strip().casefold()


def category_of(axis: Axis, label: str) -> str | None:
    """The EEO-1 category that a label means; None where it means none, or may mean several."""
    return _BY_SPELLING[axis].get(simplified(label))


def means_unknown(label: str, words: Iterable[str]) -> bool:
    """Whether the label is one of the words that the auditor listed, whatever the case and surrounding space."""
    return label.strip().casefold() in {word.strip().casefold() for word in words}


def looks_unknown(label: str) -> bool:
    """Whether the label reads as though the category were not known."""
    return simplified(label) in LIKE_UNKNOWN


def place(axis: Axis, category: str) -> tuple[int, str]:
    """Where a category stands: the EEO-1 categories in the order of the rule's tables, then others by name."""
    known = SEXES if axis is Axis.SEX else RACES
    return (known.index(category) if category in known else len(known), category)


_BY_SPELLING: Mapping[Axis, Mapping[str, str]] = MappingProxyType(
    {
        axis: MappingProxyType({word: name for name, words in spellings.items() for word in words})
        for axis, spellings in ((Axis.SEX, SEX_SPELLINGS), (Axis.RACE_ETHNICITY, RACE_SPELLINGS))
    }
)
