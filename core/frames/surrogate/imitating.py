"""A surrogate of the model behind a table of predictions, by the roles of its columns."""

from dataclasses import replace

import numpy as np

from core.frames.cells import guess_positive
from core.frames.roles import Roles
from core.frames.slices.outcomes import Outcomes, outcomes_of
from core.frames.source import Table
from core.frames.surrogate.encoding import MOST_FEATURES, expressions_of, features_of
from core.frames.surrogate.fitting import Fitted, Target, fit
from core.frames.surrogate.sampling import sample_of
from core.metrics.cells import canonical

NO_FEATURES = "No features are named, so there is nothing to explain from"
NO_OUTPUT = "There is no prediction or score to imitate"
TARGET, TRUTH = "\0target", "\0truth"  # no column can have these names


def imitate(table: Table, roles: Roles, *, decisions: bool = False) -> Fitted | str:
    """A surrogate of the model's score, or of its prediction where there is no score; the reason where none can be.

    With `decisions` the prediction goes first, and the sample holds what happened as `TRUTH`, if there is a label.
    Raises Unreadable where a prediction is missing or a score is no finite number.
    """
    reason = NO_FEATURES if not roles.features else "" if roles.score or roles.prediction else NO_OUTPUT
    if len(roles.features) > MOST_FEATURES:
        reason = f"{len(roles.features)} features are more than the {MOST_FEATURES} that a surrogate takes"
    if reason:
        return reason
    imitated = _imitated(roles, decisions)
    outcomes = outcomes_of(table, imitated)
    name = str(imitated.prediction or imitated.score)
    classes = outcomes.classes if imitated.prediction and not imitated.numbers else ()
    expressions = expressions_of(table, roles.features)
    numbers = {**expressions.numbers, TARGET: _output(table, outcomes, imitated)}
    if truth := _truth(outcomes, imitated):
        numbers[TRUTH] = f"CAST({truth} AS DOUBLE)"
    sample = sample_of(table, numbers, expressions.texts)
    return fit(sample, features_of(sample, expressions, roles.features), Target(name, sample.numbers[TARGET], classes))


def _imitated(roles: Roles, decisions: bool) -> Roles:
    """The roles that count: the label only where decisions are held against it, one output of the two."""
    if roles.numbers:
        chosen = replace(roles, prediction=roles.prediction or roles.score, score=None)
    elif roles.score and not (decisions and roles.prediction):
        chosen = replace(roles, prediction=None)
    else:
        chosen = replace(roles, score=None)
    return chosen if decisions else replace(chosen, label=None)


def _output(table: Table, outcomes: Outcomes, roles: Roles) -> str:
    if roles.prediction is None:
        return f"CAST({table.key(str(roles.score))} AS DOUBLE)"
    return f"CAST({outcomes.predicted} AS DOUBLE)"


def _truth(outcomes: Outcomes, roles: Roles) -> str | None:
    """What happened: a class number or a number; beside a score alone, 1 for the positive label and 0 for another."""
    if roles.numbers or roles.prediction or outcomes.truth is None:
        return outcomes.truth
    positive = positive_class(outcomes.classes, roles)
    return None if positive is None else f"({outcomes.truth} = {positive})"


def unfaithful(fitted: Fitted) -> str:
    """By how much a surrogate fails its floor, in words."""
    measure = fitted.target.measure.replace("_", " ")
    return f"The surrogate imitates the model too poorly: {measure} {fitted.fidelity:.3f}, below {fitted.floor:.3f}"


def shown_class(fitted: Fitted, roles: Roles) -> int:
    """The number of the class whose probability is shown: the positive one, else the most frequent one."""
    names = fitted.target.classes
    if not names:
        return 0
    positive = positive_class(names, roles)
    return int(np.bincount(fitted.y.astype(np.int64)).argmax()) if positive is None else positive


def positive_class(names: tuple[str, ...], roles: Roles) -> int | None:
    """The place of the positive label among the classes; None where nobody named it and it is not obvious."""
    positive = roles.positive or guess_positive(names) or ""
    return next((at for at, name in enumerate(names) if canonical(name) == canonical(positive)), None)
