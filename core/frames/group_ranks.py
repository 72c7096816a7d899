"""One group's scores, taken in from the lowest up: ranks, thresholds, bins and moments, all in whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import cast

import numpy as np
import numpy.typing as npt

from core.metrics.moments import Moments
from core.metrics.scores import Cut, ReliabilityBin, ScoreSums

BITS = 60
HALF = 30
LIGHT = 2**20  # rows in one run up to which every sum below stays within 64 bits
Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """Thresholds and, for probabilities, the ends of the bins; the same for every group."""

    thresholds: tuple[float, ...]
    bins: tuple[float, ...] = ()


@dataclass
class Ranks:
    """The running sums of a group; `take` its distinct scores in order, then read what they come to."""

    grid: Grid
    positives: int = 0
    negatives: int = 0
    wins: int = 0
    positive_squares: int = 0
    upto: int = 0  # over the negatives, twice the positives below and once those that tie
    upto_squares: int = 0
    below: list[tuple[int, int]] = field(default_factory=list)
    binned: list[tuple[int, int, int]] = field(default_factory=list)
    moments: list[int] = field(default_factory=lambda: [0, 0, 0])

    def take(self, scores: Floats, positives: Whole, negatives: Whole) -> None:
        """Distinct scores above all that came before, with how many positives and negatives have each."""
        if int(positives.sum()) + int(negatives.sum()) >= LIGHT:
            # Python's whole numbers, which never overflow, behind numpy's operators.
            positives, negatives = cast(Whole, positives.astype(object)), cast(Whole, negatives.astype(object))
        self._count(scores, positives, negatives)
        if self.grid.bins:
            self._weigh(scores, positives, negatives)
        self._rank(positives, negatives)

    def _rank(self, m: Whole, k: Whole) -> None:
        """Ties count half, so everything is doubled; see `core.metrics.scores.ScoreSums`."""
        under, over = 2 * np.cumsum(k) - k, 2 * np.cumsum(m) - m
        below, before = 2 * self.negatives, 2 * self.positives
        won, lost, hits, misses = _dot(m, under), _dot(k, over), int(m.sum()), int(k.sum())
        self.wins += below * hits + won
        self.positive_squares += below * below * hits + 2 * below * won + _dot(m, under * under)
        self.upto += before * misses + lost
        self.upto_squares += before * before * misses + 2 * before * lost + _dot(k, over * over)
        self.positives += hits
        self.negatives += misses

    def _count(self, scores: Floats, m: Whole, k: Whole) -> None:
        """How many lie below each threshold."""
        places = np.searchsorted(scores, np.array(self.grid.thresholds), side="left")
        found = list(zip(_upto(m, places), _upto(k, places), strict=True))
        self.below = [
            (mine[0] + more[0], mine[1] + more[1])
            for mine, more in zip(self.below or [(0, 0)] * len(found), found, strict=True)
        ]

    def _weigh(self, scores: Floats, m: Whole, k: Whole) -> None:
        """Bins reach up to and including their upper end."""
        rows, score = m + k, _fixed(scores)
        inner = np.searchsorted(scores, np.array(self.grid.bins[1:-1]), side="right")
        places = np.array([*inner, len(scores)])
        sums = [_upto(rows, places), _upto(m, places), _upto_fixed(rows, score, places)]
        found = [tuple(one[at] - (one[at - 1] if at else 0) for one in sums) for at in range(len(places))]
        old = self.binned or [(0, 0, 0)] * len(found)
        self.binned = [(a + n, b + hits, c + total) for (a, b, c), (n, hits, total) in zip(old, found, strict=True)]
        squares, missed = _fixed(scores * scores), _fixed((1 - scores) * (1 - scores))
        totals = _dot_fixed(rows, score), _dot_fixed(rows, squares), _dot_fixed(m, missed) + _dot_fixed(k, squares)
        self.moments = [before + more for before, more in zip(self.moments, totals, strict=True)]

    @property
    def sums(self) -> ScoreSums:
        """Ranks, thresholds and the bins that hold a row."""
        over_all = 2 * self.positives
        return ScoreSums(
            self.positives,
            self.negatives,
            self.wins,
            self.positive_squares,
            over_all * over_all * self.negatives - 2 * over_all * self.upto + self.upto_squares,
            reliability=tuple(
                ReliabilityBin(low, high, n, hits, total / 2**BITS)
                for (n, hits, total), low, high in zip(self.binned, self.grid.bins, self.grid.bins[1:], strict=False)
                if n
            ),
            cuts=tuple(
                Cut(threshold, self.positives - hits, self.negatives - misses, hits, misses)
                for threshold, (hits, misses) in zip(self.grid.thresholds, self.below, strict=True)
            ),
        )

    @property
    def score(self) -> Moments | None:
        """Of the scores; None where they are no probabilities."""
        n, (total, squares, _) = self.positives + self.negatives, self.moments
        return Moments(n, Fraction(total, 2**BITS), Fraction(squares, 2**BITS)) if self.grid.bins else None

    @property
    def gap(self) -> Moments | None:
        """Of label − score."""
        n, (total, _, squares) = self.positives + self.negatives, self.moments
        apart = self.positives - Fraction(total, 2**BITS)
        return Moments(n, apart, Fraction(squares, 2**BITS)) if self.grid.bins else None


def _fixed(shares: Floats) -> tuple[Whole, Whole]:
    """Shares of 1 in 2⁻⁶⁰ths, as a high and a low half."""
    whole = np.rint(shares * 2.0**BITS).astype(np.int64)
    return whole >> HALF, whole & (2**HALF - 1)


def _dot(weights: Whole, values: Whole) -> int:
    return int(np.dot(weights, values))


def _dot_fixed(weights: Whole, halves: tuple[Whole, Whole]) -> int:
    high, low = (half.astype(weights.dtype) for half in halves)
    return (_dot(weights, high) << HALF) + _dot(weights, low)


def _upto(weights: Whole, places: Sequence[int] | Whole) -> list[int]:
    """The sum of the weights before each place."""
    sums = np.cumsum(weights)
    return [int(sums[place - 1]) if place else 0 for place in places]


def _upto_fixed(weights: Whole, halves: tuple[Whole, Whole], places: Whole) -> list[int]:
    high, low = (_upto(weights * half.astype(weights.dtype), places) for half in halves)
    return [(upper << HALF) + lower for upper, lower in zip(high, low, strict=True)]
