"""A chunk of production data in memory, with its columns as figures need them; each is read once."""

import hashlib
from collections.abc import Mapping
from functools import cached_property

import numpy as np
import polars as pl

from core.frames.monitoring.roles import BINARY, EVEN_CUT, LABEL, LATENCY, PREDICTION, SCORE, VERSION, ChunkRoles
from core.metrics.drift.numbers import Sample
from core.metrics.monitoring.outcomes import Decided, Flags, Floats

PASSING = ("received_at", "labelled_at")  # when a row or its label came is no part of what it says


class Chunk:
    """Rows with the columns id, at, version, prediction, score and label, then features and attributes."""

    def __init__(self, frame: pl.DataFrame, roles: ChunkRoles) -> None:
        self.frame, self.roles = frame, roles
        self._numbers: dict[str, Floats] = {}
        self._counts: dict[str, tuple[Mapping[str, int], int]] = {}

    @property
    def rows(self) -> int:
        return self.frame.height

    @cached_property
    def labelled(self) -> Flags:
        """Which rows have a label and an answer to hold against it; a call that failed has none."""
        known: Flags = self.frame[LABEL].is_not_null().to_numpy()
        if self.frame[PREDICTION].null_count() and SCORE in self.frame.columns:
            answered: Flags = (self.frame[PREDICTION].is_not_null() | self.frame[SCORE].is_not_null()).to_numpy()
            return known & answered
        return known

    @cached_property
    def labelled_rows(self) -> int:
        return int(np.count_nonzero(self.labelled))

    @cached_property
    def score(self) -> Floats | None:
        """The scores, NaN where there is none; None without any."""
        if SCORE not in self.frame.columns or self.frame[SCORE].null_count() == self.rows:
            return None
        return self.numbers(SCORE)

    @cached_property
    def predicted(self) -> Flags:
        """Which rows are predicted positive: by the prediction, and without it by the score."""
        given = self.frame[PREDICTION]
        decided = (given.cast(pl.String) == self.roles.positive).fill_null(False).to_numpy()
        if not given.null_count() or self.score is None:
            return decided
        return np.where(given.is_null().to_numpy(), self.score >= EVEN_CUT, decided)

    @cached_property
    def positive(self) -> Flags:
        """Which rows have the positive label; False without one."""
        return (self.frame[LABEL].cast(pl.String) == self.roles.positive).fill_null(False).to_numpy()

    def decided(self) -> Decided:
        """The rows with a label; scores where every one of them has one."""
        score = None if self.score is None else self.score[self.labelled]
        if score is not None and np.isnan(score).any():
            score = None
        return Decided(self.positive[self.labelled], self.predicted[self.labelled], score)

    def right(self) -> int:
        """How many labelled rows were predicted right, whatever the number of classes."""
        same = self.frame[PREDICTION].cast(pl.String) == self.frame[LABEL].cast(pl.String)
        return int(same.fill_null(False).sum())

    def numbers(self, name: str) -> Floats:
        """A column as doubles, NaN where it is missing or no number."""
        if name not in self._numbers:
            column = self.frame[name].cast(pl.Float64, strict=False)
            self._numbers[name] = column.fill_null(float("nan")).to_numpy()
        return self._numbers[name]

    def sample(self, name: str) -> Sample:
        """The finite numbers of a column, sorted."""
        values = self.numbers(name)
        return np.sort(values[np.isfinite(values)])

    def counts(self, name: str) -> tuple[Mapping[str, int], int]:
        """How often each value of a column occurs as text, and how many rows have none; blank is none."""
        if name not in self._counts:
            column = self.frame[name]
            text = without_blanks(column) if column.dtype == pl.String else column.cast(pl.String)
            found = text.drop_nulls().value_counts()
            counts = dict(zip(found[name].to_list(), found["count"].to_list(), strict=True))
            self._counts[name] = (counts, text.null_count())
        return self._counts[name]

    def has(self, name: str) -> bool:
        """Whether the column is there with any value."""
        return name in self.frame.columns and self.frame[name].null_count() < self.rows

    def missing_share(self, name: str) -> float:
        """The share of rows in which a column is missing, blank or NaN."""
        column = self.frame[name]
        if column.dtype.is_float():
            return int((column.is_null() | column.is_nan()).fill_null(True).sum()) / self.rows
        if column.dtype == pl.String:
            return self.counts(name)[1] / self.rows
        return column.null_count() / self.rows

    def versions(self) -> Mapping[str, int]:
        """How many rows each version has."""
        found = self.frame[VERSION].drop_nulls().value_counts().sort(VERSION)
        return dict(zip(found[VERSION].to_list(), found["count"].to_list(), strict=True))

    def latencies(self) -> Floats:
        """The latencies that are known."""
        if LATENCY not in self.frame.columns:
            return np.empty(0)
        values = self.numbers(LATENCY)
        return values[~np.isnan(values)]

    @property
    def is_binary(self) -> bool:
        return self.roles.task == BINARY


def without_blanks(text: pl.Series) -> pl.Series:
    """Texts, with none where there is only space."""
    blank = text.str.strip_chars() == ""
    return text.set(blank, None) if blank.any() else text


def digest_of(frame: pl.DataFrame) -> str:
    """SHA-256 over every value, column by column, except when rows and labels came: the same rows, the same digest."""
    found = hashlib.sha256()
    for name in sorted(name for name in frame.columns if name not in PASSING and frame[name].null_count() < len(frame)):
        column = frame[name]
        found.update(f"\n{name}\n".encode())
        if column.dtype.is_numeric():
            plain = column.cast(pl.Float64 if column.dtype.is_float() else pl.Int64).fill_null(0)
            found.update(column.is_null().to_numpy().tobytes() + plain.to_numpy().tobytes())
        else:
            text = column.cast(pl.String)
            found.update(text.str.len_bytes().cast(pl.Int64).fill_null(-1).to_numpy().tobytes())
            found.update("".join(text.drop_nulls().to_list()).encode())
    return found.hexdigest()
