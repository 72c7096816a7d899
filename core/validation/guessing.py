"""Guesses what a file of evidence says beyond its label and prediction; a person confirms or corrects each guess."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.policy.rules import Task
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping, ColumnPreview, ColumnType, Preflight, guess_mapping
from core.validation.uploads.guess import IDS, LABELS, PREDICTIONS, plain_name

NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL})
SCENARIO = ("scenario", "perturbation", "disturbance")
SEX = ("sex", "gender", "gender_identity")
RACE = ("race_ethnicity", "race", "ethnicity", "ethnic_group")
ANSWERS = frozenset({EvidenceKind.PREDICTIONS, EvidenceKind.BASELINE, EvidenceKind.PERTURBED})
MOST_CLASSES = 20  # up to this many, a preview holds every class


def guess_of(found: Preflight, kind: EvidenceKind, beside: ColumnMapping | None = None) -> ColumnMapping:
    """The likeliest meaning of the columns of a file of this kind, with names as in the predictions `beside` it."""
    guess = guess_mapping(found)
    if kind is EvidenceKind.PREDICTIONS:
        return guess
    names = found.names
    row_id = _known(beside.row_id if beside else None, names) or guess.row_id or likely_row_id(names)
    if kind not in ANSWERS:
        bare = ColumnMapping(sensitive=tuple(guess.sensitive))
        return replace(bare, row_id=row_id) if kind is EvidenceKind.ATTRIBUTIONS else bare
    if beside is not None:
        guess = _as_beside(guess, beside, names)
    scenario = _named(names, SCENARIO) if kind is EvidenceKind.PERTURBED else None
    label = None if kind is EvidenceKind.PERTURBED else guess.label
    return replace(guess, row_id=row_id, scenario=scenario, label=label)


def _as_beside(guess: ColumnMapping, beside: ColumnMapping, names: Sequence[str]) -> ColumnMapping:
    score = _known(beside.score, names)
    return replace(
        guess,
        task=beside.task,
        label=_known(beside.label, names) or guess.label,
        prediction=_known(beside.prediction, names) or guess.prediction,
        score=score or guess.score,
        positive_label=beside.positive_label,
        score_is_probability=beside.score_is_probability if score else guess.score_is_probability,
    )


def likely_task(found: Preflight, guess: ColumnMapping) -> Task:
    """Several classes where the label has more than two values, a number where label or prediction are only numbers."""
    if guess.task:
        return guess.predicts
    label = next((column for column in found.columns if column.name == guess.label), None)
    if label is not None:
        return Task.MULTICLASS if label.distinct > 2 else Task.BINARY
    numbers = guess_for(found, ColumnMapping(), Task.REGRESSION)
    is_number = guess.prediction is None and numbers.label is not None and numbers.prediction is not None
    return Task.REGRESSION if is_number else Task.BINARY


def guess_for(found: Preflight, guess: ColumnMapping, task: Task) -> ColumnMapping:
    """The guess as far as it fits a model that predicts this."""
    if task is Task.REGRESSION:
        return replace(
            guess,
            task=task.value,
            label=guess.label or _column(found, LABELS, _is_number),
            prediction=guess.prediction or _column(found, PREDICTIONS, _is_number),
            score=None,
            positive_label="",
            score_is_probability=False,
        )
    if task is Task.MULTICLASS:
        return replace(guess, task=task.value, score=None, positive_label="", score_is_probability=False)
    return guess


def classes_of(found: Preflight, mapping: ColumnMapping) -> tuple[str, ...]:
    """The classes that label and prediction hold; none where there are more than twenty."""
    columns = [column for column in found.columns if column.name in (mapping.label, mapping.prediction)]
    if any(column.distinct > MOST_CLASSES for column in columns):
        return ()
    return tuple(dict.fromkeys(value for column in columns for value in column.examples))


def probability_column(found: Preflight, class_: str) -> str | None:
    """The column of numbers that is named after a class: `setosa`, `p_setosa`, `setosa_probability`."""
    name = plain_name(class_)
    before = [f"{word}_{name}" for word in ("p", "prob", "proba", "probability")]
    after = [f"{name}_{word}" for word in ("probability", "prob", "proba", "score")]
    return _column(found, [name, *before, *after], _is_number) if name else None


def possible_inputs(names: Sequence[str], mapping: ColumnMapping) -> tuple[str, ...]:
    """Columns that may be inputs of the model: those without a role."""
    roles = {mapping.label, mapping.prediction, mapping.score, mapping.row_id, *mapping.probability_columns.values()}
    return tuple(name for name in names if name not in roles)


def likely_inputs(names: Sequence[str], mapping: ColumnMapping, training: Iterable[str]) -> tuple[str, ...]:
    """What the training data knows too and is no sensitive attribute."""
    known = set(training) - set(mapping.sensitive)
    return tuple(name for name in possible_inputs(names, mapping) if name in known)


def audit_columns(names: Sequence[str]) -> tuple[str | None, str | None]:
    """The sex and the race or ethnicity of a bias audit under NYC Local Law 144, by name."""
    return _named(names, SEX), _named(names, RACE)


def likely_row_id(names: Sequence[str]) -> str | None:
    """The column that is named like a row number."""
    return _named(names, IDS)


def columns_of(table: Path) -> tuple[str, ...]:
    """The names of the columns of a stored table."""
    return tuple(pq.read_schema(table).names)


def _known(name: str | None, names: Sequence[str]) -> str | None:
    return name if name in names else None


def _named(names: Sequence[str], wanted: Iterable[str]) -> str | None:
    plain = {plain_name(name): name for name in reversed(names)}
    return next((plain[name] for name in wanted if name in plain), None)


def _column(found: Preflight, wanted: Iterable[str], fits: Callable[[ColumnPreview], bool]) -> str | None:
    return _named([column.name for column in found.columns if fits(column)], wanted)


def _is_number(column: ColumnPreview) -> bool:
    return column.inferred_type in NUMBERS and column.missing == 0
