"""A plan of an import: its rows with what becomes of each, the steps that do it, and every problem with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import Problem
from core.inventory.intake import NewDataset, NewModel, NewVersion


class Outcome(StrEnum):
    """What an import does with one row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True)
class ModelStep:
    """Register a model with its first version."""

    line: int
    model: NewModel
    version: NewVersion
    datasets: tuple[NewDataset, ...]
    next_review: datetime | None = None


@dataclass(frozen=True)
class VersionStep:
    """Register a later version; the model is named by number, or by the name that an earlier step registers."""

    line: int
    model: str
    version: NewVersion
    datasets: tuple[NewDataset, ...]


@dataclass(frozen=True)
class ChangeStep:
    """Change fields of a registered model that still has this revision."""

    line: int
    model: str
    revision: int
    changes: Mapping[str, str]


Step = ModelStep | VersionStep | ChangeStep


@dataclass(frozen=True)
class PlannedRow:
    """One row of the file: what becomes of it, in words, and why not where it is refused."""

    line: int
    model: str  # its number, or its name while it has none
    name: str
    version: str
    outcome: Outcome
    says: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Counts:
    """How much an import registers, changes and leaves as it is; rows for the last three."""

    models: int = 0
    versions: int = 0
    datasets: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Plan:
    """What an import would do; `digest` stands for all of it, so that what is done is what was shown."""

    rows: tuple[PlannedRow, ...]
    steps: tuple[Step, ...]
    counts: Counts
    digest: str
    columns: Mapping[str, str]
    left_out: tuple[str, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem, in the order of the file."""
        return tuple(problem for row in self.rows for problem in row.problems)


def counts_of(rows: Sequence[PlannedRow], steps: Sequence[Step]) -> Counts:
    """How much these rows and steps come to."""
    of = [row.outcome for row in rows]
    return Counts(
        models=sum(isinstance(step, ModelStep) for step in steps),
        versions=sum(isinstance(step, ModelStep | VersionStep) for step in steps),
        datasets=sum(len(step.datasets) for step in steps if not isinstance(step, ChangeStep)),
        changed=sum(isinstance(step, ChangeStep) for step in steps),
        same=of.count(Outcome.SAME),
        refused=of.count(Outcome.REFUSED),
    )
