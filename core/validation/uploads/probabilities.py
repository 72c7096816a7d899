"""Probabilities in an upload: each from 0 to 1, those of a row one together, and a column for every class."""

from collections.abc import Iterable, Iterator

import polars as pl

from core.errors import Problem
from core.policy.rules import Task
from core.validation.uploads.blocks import Block
from core.validation.uploads.mapping import ColumnMapping
from core.validation.uploads.numbers import canonical, sound_numbers
from core.validation.uploads.problems import shown

SUM_TOLERANCE = 0.01  # as the metrics have it: probabilities written with three decimals add up to within this


def probability_problems(block: Block, mapping: ColumnMapping) -> Iterator[Problem]:
    """Where a probability of this block lies outside [0, 1], and where those of a row do not add up to 1."""
    score = [mapping.score] if mapping.score is not None and mapping.score_is_probability else []
    by_class = list(mapping.probability_columns.values())
    for name in dict.fromkeys([*score, *by_class]):
        yield from _outside(block, name)
    if by_class and mapping.predicts is Task.MULTICLASS:
        yield from _not_one(block, by_class)


def classes_without(mapping: ColumnMapping, classes: Iterable[tuple[str | None, str, int]]) -> Iterator[Problem]:
    """Classes that occur and have no column with their probability, each as column, class and first line."""
    if not mapping.probabilities or mapping.predicts is not Task.MULTICLASS:
        return
    known = {canonical(name) for name in mapping.probability_columns}
    told: set[str] = set()
    for column, name, line in classes:
        if name not in known and name not in told:
            told.add(name)
            yield Problem("a class has no probability column", line, column, shown(name), "a column for each class")


def _outside(block: Block, name: str) -> Iterator[Problem]:
    cells = block.frame[name]
    wrong = sound_numbers(cells).fill_null(False) & ~_numbers(cells).is_between(0, 1).fill_null(True)
    for row in wrong.arg_true():
        yield Problem("a probability outside [0, 1]", block.lines[row], name, shown(str(cells[row])), "0 to 1")


def _not_one(block: Block, names: list[str]) -> Iterator[Problem]:
    numbers = pl.DataFrame([_numbers(block.frame[name]).alias(name) for name in names])
    sums = numbers.sum_horizontal(ignore_nulls=False)
    usable = numbers.select(pl.all_horizontal(pl.all().is_between(0, 1))).to_series().fill_null(False)
    for row in (usable & ((sums - 1).abs() > SUM_TOLERANCE)).arg_true():
        line, found = block.lines[row], f"{sums[row]:.6g}"
        yield Problem("the probabilities of a row do not add up to 1", line, None, found, f"1, within {SUM_TOLERANCE}")


def _numbers(cells: pl.Series) -> pl.Series:
    return cells.cast(pl.Float64, strict=False)
