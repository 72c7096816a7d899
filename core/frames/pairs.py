"""Rows that two files share, joined in the engine by the column that names them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.cells import refuse_non_numbers
from core.frames.labels import numbered, shared_classes
from core.frames.multiclass import chances_of, refuse_improbable, row_losses
from core.frames.ranking import clipped_log_loss
from core.frames.roles import Roles, Task
from core.frames.source import Table
from core.metrics.cells import canonical

PAIRS = "pairs"
COLUMNS = ("y", "p", "s", "e", "l")  # label, prediction, score, squared error, log loss; the other file's end in 2
NOTHING = "CAST(NULL AS DOUBLE)"


@dataclass(frozen=True)
class Side:
    """One of two files: its table, what it is called, where it lies, and what its columns are."""

    table: Table
    name: str
    path: Path
    roles: Roles
    probabilities: Mapping[str, str]

    @property
    def view(self) -> str:
        """The engine's name of its rows with a column `row_id`."""
        return f"named_{self.name}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the figures rest on, once."""
        named = (self.roles.label, self.roles.prediction, self.roles.score, *self.probabilities.values())
        return tuple(dict.fromkeys(name for name in named if name))


def label_of(roles: Roles) -> str:
    """The label column; Unreadable where none is named."""
    if not roles.label:
        raise Unreadable([Problem("no label column is named")])
    return roles.label


def join_sides(sides: tuple[Side, Side], threshold: float) -> tuple[int, int]:
    """Make the table `pairs` of the rows that both have; how many there are, and how many of them have two labels.

    Of two classes the positive one is 1 and the other 0; more are numbered. Raises Unreadable for unsound columns.
    """
    if sides[0].roles.task == Task.REGRESSION:
        queries = [_quantities(side) for side in sides]
    else:
        columns = [(side.table, name) for side in sides for name in (side.roles.label, side.roles.prediction) if name]
        classes = shared_classes(columns, also=[name for side in sides for name in side.probabilities])
        queries = [_classes(side, classes, threshold) for side in sides]
    joined = ", ".join(f"a.{name}, b.{name} AS {name}2" for name in COLUMNS)
    connection = sides[0].table.connection
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {PAIRS} AS "  # noqa: S608  # our own names
        f"SELECT {joined} FROM ({queries[0]}) AS a JOIN ({queries[1]}) AS b USING (row_id)"
    )
    found = connection.execute(f"SELECT count(*), count(*) FILTER (y <> y2) FROM {PAIRS}").fetchall()[0]  # noqa: S608
    return int(found[0]), int(found[1])


def _quantities(side: Side) -> str:
    label, prediction = label_of(side.roles), side.roles.prediction or side.roles.score
    if prediction is None:
        raise Unreadable([Problem("no prediction column is named")])
    for column in (label, prediction):
        refuse_non_numbers(side.table, column)
    actual, predicted = (f"CAST({key} AS DOUBLE)" for key in side.table.keys(label, prediction))
    empty = ", ".join(f"{NOTHING} AS {name}" for name in COLUMNS[2:])
    return f"SELECT row_id, {actual} AS y, {predicted} AS p, {empty} FROM {side.view}"  # noqa: S608  # c0, c1, …


def _classes(side: Side, classes: tuple[str, ...], threshold: float) -> str:
    """A query of the columns of one side, its labels numbered."""
    columns = [label_of(side.roles), *([side.roles.prediction] if side.roles.prediction else [])]
    own = (f"c{at}" for at in range(len(side.table.columns)))
    rows = numbered(replace(side.table, view=side.view), columns, ["row_id", *own])
    found = _two(side, classes, threshold) if side.roles.task == Task.BINARY else _several(side, classes)
    named = ", ".join(f"{expression} AS {name}" for name, expression in zip(COLUMNS, found, strict=True))
    return f"SELECT row_id, {named} FROM ({rows})"  # noqa: S608  # our own names


def _two(side: Side, classes: tuple[str, ...], threshold: float) -> tuple[str, ...]:
    positive = next((at for at, name in enumerate(classes) if canonical(name) == canonical(side.roles.positive)), -1)
    truth, score = f"CAST(y0 = {positive} AS INTEGER)", NOTHING
    if side.roles.score:
        refuse_non_numbers(side.table, side.roles.score)
        score = f"CAST({side.table.key(side.roles.score)} AS DOUBLE)"
    elif not side.roles.prediction:
        raise Unreadable([Problem("neither a prediction nor a score column is named")])
    guess = (
        f"CAST(y1 = {positive} AS INTEGER)" if side.roles.prediction else f"CAST({score} >= {threshold!r} AS INTEGER)"
    )
    given = f"(CASE WHEN y0 = {positive} THEN {score} ELSE 1 - {score} END)"
    return truth, guess, score, f"({score} - {truth}) ** 2", clipped_log_loss(given)


def _several(side: Side, classes: tuple[str, ...]) -> tuple[str, ...]:
    if not side.probabilities:
        if not side.roles.prediction:
            raise Unreadable([Problem("neither a prediction nor probability columns are named")])
        return "y0", "y1", NOTHING, NOTHING, NOTHING
    refuse_improbable(side.table, list(side.probabilities.values()))
    chances = chances_of(side.table, classes, side.probabilities)
    listed = f"[{', '.join(chances)}]"
    best = f"CAST(list_position({listed}, list_max({listed})) - 1 AS INTEGER)"
    return "y0", "y1" if side.roles.prediction else best, NOTHING, *row_losses("y0", chances)
