"""What looking at a batch comes to."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.policy.controls.rules import Control


@dataclass(frozen=True)
class Applied:
    """A control that holds for a model: the policy's, or one that the model declares for itself."""

    control: Control
    own: bool = False


@dataclass(frozen=True)
class Outcome:
    """What one control found in one batch: rows looked at, rows found, by column, and columns that were not there."""

    applied: Applied
    rows: int
    found: int
    columns: Mapping[str, int]
    absent: tuple[str, ...] = ()
    put_up: int = 0  # outputs for people to review

    @property
    def share(self) -> float:
        """Of the rows that were looked at; 0 where there were none."""
        return self.found / self.rows if self.rows else 0.0

    @property
    def is_exceeded(self) -> bool:
        """Whether so many rows were found that an alert is raised."""
        above = self.applied.control.alert_above
        return above is not None and self.share > above


@dataclass(frozen=True)
class Flag:
    """An output for a person to review: its row, as it is stored, and the clauses that chose it."""

    id: str
    at: int  # microseconds since 1970
    clauses: tuple[str, ...]
    reasons: tuple[str, ...]
    output: Mapping[str, str]
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Screening:
    """Rows to keep, rows that were refused, each with what was to be masked gone, and what each control found."""

    kept: pl.DataFrame
    refused: pl.DataFrame
    outcomes: tuple[Outcome, ...]
    flags: tuple[Flag, ...]
    held_by: tuple[str, ...]  # clauses that hold the whole batch back
    refused_by: tuple[str, ...]
    seed: str
