"""Holds the content of a table against what was declared about its columns."""

from collections.abc import Callable, Iterable, Iterator
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
from core.validation.uploads.row_ids import RowIds

MOST_CLASSES = 1_000


@dataclass
class _Seen:
    """Across blocks: the line on which each class first stood."""

    labels: dict[str, int] = field(default_factory=dict)
    predictions: dict[str, int] = field(default_factory=dict)


def check_declared(read: Callable[[], Iterable[Block]], mapping: ColumnMapping, limits: Limits) -> None:
    """Raise `Unreadable` with every place that contradicts the mapping, up to the limit.

    `read` begins to read the table: once, and once more where row ids seem to repeat.
    """
    problems, seen, ids = Problems(limits.problems), _Seen(), RowIds(mapping)
    for block in read():
        for name in mapping.complete_columns:
            problems.extend(_missing(block, name, mapping))
        for name in mapping.number_columns:
            problems.extend(_not_numbers(block, name))
        problems.extend(probability_problems(block, mapping))
        _remember(block, mapping, seen)
        ids.add(block)
    if mapping.predicts is not Task.REGRESSION:
        problems.extend(_labels(mapping, seen))
        problems.extend(_predictions(mapping, seen))
        problems.extend(classes_without(mapping, _occurring(mapping, seen)))
    problems.extend(ids.repeated(read))
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


def _listed(classes: dict[str, int]) -> str:
    listed = sorted(classes)
    return ", ".join(shown(value) for value in listed[:10]) + (" …" if len(listed) > 10 else "")
