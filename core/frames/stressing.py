"""How a model holds up, from its files: perturbed answers, scenarios, re-weighted groups and the worst slice.

stress_file(predictions, roles, *, perturbations=None, scenarios=None, slices=(), …) -> RobustnessResult
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.perturbations import Columns, perturbed
from core.frames.places import named
from core.frames.roles import Roles
from core.frames.scenarios import Scenario, ScenarioKind, read_scenarios
from core.frames.slices import Attribute, Outcomes, attributes_of, outcomes_of, slice_sums, weighted_cells
from core.frames.source import Table, open_table
from core.frames.surrogate import disturb, imitate
from core.metrics.figure import Figure, missing
from core.metrics.robustness import (
    Reweighting,
    RobustnessResult,
    ScenarioResult,
    Slice,
    reweigh,
    worst_drop,
    worst_flips,
    worst_slices,
)
from core.metrics.robustness.worst import NO_SCENARIOS

MINIMUM_SLICE = 50
DEPTH = 2
NO_LABEL = "There is no label column, so errors cannot be counted"
NO_OUTPUT = "There is no prediction or score"
NO_POSITIVE = "No positive label is named, so a score is neither right nor wrong"
NO_ATTRIBUTES = "No attribute is named to look for slices in"
NO_ROWS = "There are no rows"


def stress_file(
    predictions: Path | str,
    roles: Roles,
    *,
    perturbations: Path | str | None = None,
    perturbed_columns: Columns | None = None,
    scenarios: Path | str | None = None,
    slices: Sequence[str] = (),
    minimum_slice: int = MINIMUM_SLICE,
    depth: int = DEPTH,
) -> RobustnessResult:
    """Everything that can be said about how a model holds up.

    `perturbations` are its answers to disturbed inputs (see `core.frames.perturbations`), joined by row id; `scenarios`
    a JSON file (see `core.frames.scenarios`): disturbed inputs are answered by a surrogate of the prediction, and
    marked so, re-weightings are computed on the predictions. The worst slice is looked for among the values of `slices`
    (default: the sensitive attributes), up to `depth` crossed, with at least `minimum_slice` rows each. Raises
    Unreadable with every place of a file that cannot be accepted, a further file named first; what cannot be computed
    is a reason in the result.
    """
    roles = replace(roles, features=roles.inputs)
    given: tuple[Scenario, ...] = ()
    if scenarios is not None:
        with named("scenarios"):
            given = read_scenarios(scenarios)
    with open_table(predictions) as table:
        _refuse_unknown(table, given)
        disturbances, unmatched = _disturbed(table, roles, given, perturbations, perturbed_columns)
        outcomes = outcomes_of(table, roles)
        attributes = attributes_of(table, tuple(dict.fromkeys(slices or roles.sensitive)))
        searched = _searched(table, roles, outcomes, attributes, minimum_slice, depth)
        reweightings = tuple(
            _reweighted(table, roles, outcomes, one) for one in given if one.kind is ScenarioKind.REWEIGHT
        )
        rows = table.count("true")
    return RobustnessResult(
        rows=rows,
        loss=searched.loss,
        scenarios=disturbances,
        scenarios_reason="" if disturbances else NO_SCENARIOS,
        unmatched=unmatched,
        reweightings=reweightings,
        slices=searched.slices,
        searched=searched.count,
        minimum_slice=minimum_slice,
        slices_reason=searched.reason,
        notes=searched.notes,
        figures=(worst_flips(disturbances), worst_drop(disturbances), searched.figure),
    )


def _refuse_unknown(table: Table, scenarios: Sequence[Scenario]) -> None:
    problems = [
        Problem("scenarios: no such column among the predictions", line=one.line, column=name)
        for one in scenarios
        for name in one.columns
        if name not in table.columns
    ]
    if problems:
        raise Unreadable(problems)


def _disturbed(
    table: Table,
    roles: Roles,
    scenarios: Sequence[Scenario],
    perturbations: Path | str | None,
    columns: Columns | None,
) -> tuple[tuple[ScenarioResult, ...], int]:
    found: tuple[ScenarioResult, ...] = ()
    unmatched = 0
    if perturbations is not None:
        with named("perturbed predictions"):
            found, unmatched = perturbed(table, roles, perturbations, names=columns)
    on_inputs = [one for one in scenarios if one.kind is not ScenarioKind.REWEIGHT]
    if on_inputs:
        surrogate = imitate(table, roles, decisions=True)
        found = (*found, *(disturb(surrogate, one, roles) for one in on_inputs))
    return found, unmatched


@dataclass(frozen=True)
class _Searched:
    """What the search for slices found."""

    slices: tuple[Slice, ...]
    figure: Figure
    reason: str
    loss: float | None = None
    count: int = 0
    notes: tuple[str, ...] = ()


def _searched(
    table: Table, roles: Roles, outcomes: Outcomes, attributes: Sequence[Attribute], minimum: int, depth: int
) -> _Searched:
    metric = "worst_slice_error_ratio" if roles.numbers else "worst_slice_accuracy"
    loss = outcomes.loss if roles.numbers else f"CASE WHEN {outcomes.right} THEN 0.0 ELSE 1.0 END"
    reason = _why_not(table, roles, outcomes)
    if reason or loss is None:
        return _Searched((), missing(metric, reason), reason)
    usable = [one for one in attributes if not one.reason]
    cube = slice_sums(table, usable, loss, depth=depth, minimum=minimum)
    found, figure = worst_slices(
        cube.slices, cube.overall, numbers=roles.numbers, reason="" if attributes else NO_ATTRIBUTES
    )
    return _Searched(
        found,
        figure,
        figure.reason if not found else "",
        cube.overall.total / cube.overall.n,
        sum(one.n < cube.overall.n for one in cube.slices),
        tuple(f"Not searched for slices: {one.name}. {one.reason}" for one in attributes if one.reason),
    )


def _why_not(table: Table, roles: Roles, outcomes: Outcomes) -> str:
    if not table.count("true"):
        return NO_ROWS
    if roles.label is None:
        return NO_LABEL
    if roles.prediction is None and roles.score is None:
        return NO_OUTPUT
    return NO_POSITIVE if outcomes.right is None and not roles.numbers else ""


def _reweighted(table: Table, roles: Roles, outcomes: Outcomes, scenario: Scenario) -> Reweighting:
    """A re-weighting on the predictions; for numbers, or without any outcome, only the groups' shares are told."""
    names = tuple(dict.fromkeys((scenario.columns[0], *roles.sensitive)))
    attributes = attributes_of(table, names)
    usable = [one for one in attributes if not one.reason]
    if attributes[0].reason:
        reason = f"“{attributes[0].name}” cannot be re-weighted: {attributes[0].reason}"
        return Reweighting(
            scenario.name, scenario.columns[0], dict(scenario.weights), 0, None, None, None, None, (), reason
        )
    cells = weighted_cells(table, usable, outcomes)
    return reweigh(scenario.name, scenario.columns[0], scenario.weights, [one.name for one in usable], cells)
