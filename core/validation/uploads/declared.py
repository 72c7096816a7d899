"""Holds the content of a table against what was declared about its columns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from core.errors import Problem
from core.policy.rules import Task
from core.validation.uploads.blocks import Block
from core.validation.uploads.limits import Limits
from core.validation.uploads.mapping import ColumnMapping
from core.validation.uploads.numbers import canonical, not_a_number, sound_numbers
from core.validation.uploads.probabilities import classes_without, probability_problems
from core.validation.uploads.problems import Problems, shown

MOST_CLASSES = 1_000


@dataclass
class _Ids:
    lines: list[int] = field(default_factory=list)
    cells: list[pl.Series] = field(default_factory=list)


@dataclass
class _Seen:
    """Across blocks: the line on which each class first stood, and the row ids."""

    labels: dict[str, int] = field(default_factory=dict)
    predictions: dict[str, int] = field(default_factory=dict)
    ids: _Ids = field(default_factory=_Ids)


def check_declared(blocks: Iterable[Block], mapping: ColumnMapping, limits: Limits) -> None:
    """Raise `Unreadable` with every place that contradicts the mapping, up to the limit."""
    problems, seen = Problems(limits.problems), _Seen()
    for block in blocks:
        for name in mapping.complete_columns:
            problems.extend(_missing(block, name, mapping))
        for name in mapping.number_columns:
            problems.extend(_not_numbers(block, name))
        problems.extend(probability_problems(block, mapping))
        _remember(block, mapping, seen)
    if mapping.predicts is not Task.REGRESSION:
        problems.extend(_labels(mapping, seen))
        problems.extend(_predictions(mapping, seen))
        problems.extend(classes_without(mapping, _occurring(mapping, seen)))
    problems.extend(_repeated(mapping, seen.ids))
    problems.settle()


def _missing(block: Block, name: str, mapping: ColumnMapping) -> Iterator[Problem]:
    roles = {mapping.scenario: "a scenario", mapping.row_id: "a row id"}
    role = ({mapping.label: "a label", mapping.prediction: "a prediction"} | roles).get(name, "a number")
    for row in block.frame[name].is_null().arg_true():
        yield Problem("the value is missing", block.lines[row], name, "nothing", role)


def _not_numbers(block: Block, name: str) -> Iterator[Problem]:
    cells = block.frame[name]
    for row in (~sound_numbers(cells)).fill_null(False).arg_true():
        text = str(cells[row])
        reason = not_a_number(text) or "not a number"
        yield Problem(reason, block.lines[row], name, shown(text), "a number such as 0.91")


def _remember(block: Block, mapping: ColumnMapping, seen: _Seen) -> None:
    for name, classes in ((mapping.label, seen.labels), (mapping.prediction, seen.predictions)):
        if name is not None and len(classes) < MOST_CLASSES:
            cells = block.frame[name].cast(pl.String)
            first = cells.is_first_distinct() & cells.is_not_null()
            for row in first.arg_true():
                classes.setdefault(canonical(str(cells[row])), block.lines[row])
    if mapping.row_id is not None:
        seen.ids.lines.extend(block.lines)
        seen.ids.cells.append(_identity(block.frame, mapping.row_id, mapping.scenario))


def _identity(frame: pl.DataFrame, row_id: str, scenario: str | None) -> pl.Series:
    """What may stand once: a row, or where rows are perturbed a row under a scenario."""
    ids = frame[row_id].cast(pl.String)
    return ids if scenario is None else ids + ", " + frame[scenario].cast(pl.String)


def _labels(mapping: ColumnMapping, seen: _Seen) -> Iterator[Problem]:
    if mapping.label is None or not seen.labels:
        return
    found = f"the labels {_listed(seen.labels)}"
    if mapping.positive_label and canonical(mapping.positive_label) not in seen.labels:
        expected = f"{shown(mapping.positive_label)} among the labels"
        yield Problem("the positive label does not occur", None, mapping.label, found, expected)
    favourable = canonical(mapping.favourable_label)
    if favourable and favourable not in {*seen.labels, *seen.predictions}:
        expected = f"{shown(mapping.favourable_label)} among the labels or predictions"
        yield Problem("the favourable label does not occur", None, mapping.label, found, expected)


def _predictions(mapping: ColumnMapping, seen: _Seen) -> Iterator[Problem]:
    """Predictions speak the labels' language, or name a class whose probability is declared; with one label only, one
    other value may stand for the other class."""
    if mapping.prediction is None or mapping.label is None:
        return
    known = {*seen.labels, *(canonical(name) for name in mapping.probability_columns)}
    known |= {canonical(mapping.positive_label)} if mapping.positive_label else set()
    strange = {value: line for value, line in seen.predictions.items() if value not in known}
    if len(known) == 1 and len(strange) == 1 and len(seen.predictions) == 2:
        return
    for value, line in strange.items():
        expected = f"one of the labels {_listed(dict.fromkeys(known, 0))}"
        yield Problem("a prediction that is not among the labels", line, mapping.prediction, shown(value), expected)


def _occurring(mapping: ColumnMapping, seen: _Seen) -> Iterator[tuple[str | None, str, int]]:
    for column, classes in ((mapping.label, seen.labels), (mapping.prediction, seen.predictions)):
        yield from ((column, name, line) for name, line in classes.items())


def _repeated(mapping: ColumnMapping, ids: _Ids) -> Iterator[Problem]:
    if mapping.row_id is None or not ids.cells:
        return
    cells = pl.concat(ids.cells)
    again = ~cells.is_first_distinct() & cells.is_not_null()
    for row in again.arg_true():
        first = ids.lines[(cells == cells[row]).arg_max() or 0]
        found = f"{shown(str(cells[row]))}, first on line {first}"
        yield Problem("a row id stands twice", ids.lines[row], mapping.row_id, found, "each row once")


def _listed(classes: dict[str, int]) -> str:
    listed = sorted(classes)
    return ", ".join(shown(value) for value in listed[:10]) + (" …" if len(listed) > 10 else "")
