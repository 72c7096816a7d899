"""A model's inputs as a matrix: numbers as they are, categories by number, missing values as missing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.frames.expressions import types_of
from core.frames.profile import ColumnType
from core.frames.slices.bands import kinds, number, text
from core.frames.source import Table
from core.frames.surrogate.sampling import Booleans, Floats, Sample, Texts

MOST_FEATURES = 200
MOST_CATEGORIES = 200  # of one feature; rarer ones are one category together


@dataclass(frozen=True)
class Expressions:
    """Engine expressions of features by name, and those that hold nothing."""

    numbers: Mapping[str, str]
    texts: Mapping[str, str]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Features:
    """The columns of the matrix in order; `categories` are the known values of those that are text."""

    names: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...]

    @property
    def categorical(self) -> Booleans:
        """Which columns of the matrix are categories."""
        return np.array([name in self.categories for name in self.names], dtype=np.bool_)

    def matrix(self, numbers: Mapping[str, Floats], texts: Mapping[str, Texts]) -> Floats:
        """One row for each case; NaN is missing, a category that was not known is one beyond the known."""
        columns = [self.encoded(name, texts[name]) if name in self.categories else numbers[name] for name in self.names]
        return np.column_stack(columns)

    def encoded(self, name: str, values: Texts) -> Floats:
        """Values of a category feature by number, in the order of `categories`."""
        known = {value: float(at) for at, value in enumerate(self.categories[name])}
        other = float(len(known))
        return np.array([np.nan if value is None else known.get(value, other) for value in values], dtype=np.float64)


def expressions_of(table: Table, names: Sequence[str]) -> Expressions:
    """How the engine gives each feature: numbers and times as numbers, all else as text."""
    found, types = kinds(table, names), types_of(table)
    numbers: dict[str, str] = {}
    texts: dict[str, str] = {}
    for name in names:
        key = table.key(name)
        if found[name] in (ColumnType.NUMBER, ColumnType.TIME) and types[key] != "TIME":
            numbers[name] = number(key, types[key])
        elif found[name] is not ColumnType.EMPTY:
            texts[name] = text(key, types[key])
    left_out = tuple(f"{name}: every value is missing" for name in names if found[name] is ColumnType.EMPTY)
    return Expressions(numbers, texts, left_out)


def features_of(sample: Sample, expressions: Expressions, names: Sequence[str]) -> Features:
    """The features that differ among the sampled rows, in the given order; the constant ones are left out."""
    varied: list[str] = []
    left_out = list(expressions.left_out)
    categories: dict[str, tuple[str, ...]] = {}
    for name in names:
        if name not in expressions.numbers and name not in expressions.texts:
            continue
        if _constant(sample, name):
            left_out.append(f"{name}: every value is the same")
            continue
        varied.append(name)
        if name in expressions.texts:
            counts = Counter(value for value in sample.texts[name] if value is not None)
            ordered = sorted(counts, key=lambda value, counts=counts: (-counts[value], value))  # type: ignore[misc]
            categories[name] = tuple(ordered[:MOST_CATEGORIES])
    return Features(tuple(varied), categories, tuple(left_out))


def _constant(sample: Sample, name: str) -> bool:
    if name in sample.numbers:
        return len(np.unique(sample.numbers[name])) < 2  # NaNs count as one value
    return len(set(sample.texts[name])) < 2
