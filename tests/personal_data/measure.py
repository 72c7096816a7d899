"""Counts how a scan of the hold-out compares with what was put into it."""

from dataclasses import dataclass

import polars as pl

from core.access.personal_data import ColumnFinding, Kind, scan
from tests.personal_data.holdout import Column

ASIDE = frozenset({Kind.FREE_TEXT, Kind.SPECIAL})


@dataclass(frozen=True)
class Judged:
    """One column of the hold-out and what the scan said of it."""

    column: Column
    finding: ColumnFinding

    @property
    def claimed(self) -> dict[Kind, int]:
        """What the scan found, without the marks for free text and special categories."""
        return {kind: count for kind, count in self.finding.kinds.items() if kind not in ASIDE}

    @property
    def true_cells(self) -> int:
        """Cells in which the right kind was found."""
        return min(self.claimed.get(self.column.kind, 0), self.column.holding) if self.column.kind else 0

    @property
    def false_cells(self) -> int:
        """Cells in which something was found that is not there."""
        return sum(self.claimed.values()) - self.true_cells


@dataclass(frozen=True)
class Score:
    """Precision and recall over columns and over cells."""

    column_precision: float
    column_recall: float
    cell_precision: float
    cell_recall: float


def judge(columns: list[Column]) -> list[Judged]:
    """Scan each column by itself, as text."""
    return [Judged(column, scan(pl.DataFrame({column.name: column.cells})).columns[0]) for column in columns]


def score(judged: list[Judged]) -> Score:
    """A column counts as found when its kind is among the kinds found; any other claim is false."""
    right = sum(j.column.kind in j.claimed for j in judged if j.column.kind)
    wrong = sum(any(kind is not j.column.kind for kind in j.claimed) for j in judged)
    true, false = sum(j.true_cells for j in judged), sum(j.false_cells for j in judged)
    return Score(
        right / (right + wrong),
        right / sum(j.column.kind is not None for j in judged),
        true / (true + false),
        true / sum(j.column.holding for j in judged),
    )
