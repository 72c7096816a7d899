"""Why a model decides as it does, from what was handed in: attributions, or a surrogate; and what the inputs betray."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.frames.attributions import (
    Attributions,
    Shape,
    by_group,
    contributions,
    open_attributions,
    residual_variance,
)
from core.frames.attributions.shapes import group_text
from core.frames.expressions import types_of, written
from core.frames.roles import Roles
from core.frames.slices import outcomes_of
from core.frames.slices.bands import text
from core.frames.source import Table, open_table
from core.frames.surrogate import Imitation, imitate, sample_of, screen_attribute
from core.metrics.explanation import (
    Contribution,
    ExplanationResult,
    Importance,
    ProxyScreen,
    ReasonsByGroup,
    Source,
    SurrogateModel,
    VersionComparison,
    compare_versions,
    importances,
    reasons_by_group,
    top_feature_share,
)
from core.metrics.figure import Figure, missing

MINIMUM_GROUP = 30
NO_FEATURES = "No inputs of the model are named, so there is nothing to explain it by"
NO_ATTRIBUTIONS = "No attributions are handed in"
NO_PREVIOUS = "The last approved version has no attributions"
NO_ATTRIBUTES = "No sensitive attribute is declared"
NOT_NEEDED = "Attributions of the model itself are handed in"
BY_SURROGATE = "Importances come from a surrogate, a model of ours that imitates the model: they explain it only as far"


@dataclass
class _Found:
    """What was found so far."""

    source: Source | None = None
    rows: int = 0
    unmatched: int = 0
    importances: tuple[Importance, ...] = ()
    reason: str = ""
    groups: tuple[ReasonsByGroup, ...] = ()
    groups_reason: str = NO_ATTRIBUTIONS
    comparison: VersionComparison | None = None
    comparison_reason: str = NO_ATTRIBUTIONS
    model: SurrogateModel | None = None
    model_reason: str = ""
    screens: tuple[ProxyScreen, ...] = ()
    screens_reason: str = ""
    notes: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)


def explain_file(
    predictions: Path | str,
    roles: Roles,
    *,
    attributions: Path | str | None = None,
    previous: Path | str | None = None,
    minimum_group: int = MINIMUM_GROUP,
) -> ExplanationResult:
    """Everything that can be said about the reasons of a model.

    With `attributions` (values per case and feature, or importances) those are summed up, held against `previous`, the
    last version's, and split by sensitive attribute. Without them a surrogate is fitted on `roles.features`. In both
    cases the features are tried against each sensitive attribute. Raises Unreadable with place and reason.
    """
    found = _Found()
    if attributions is not None:
        _attributed(found, predictions, roles, attributions, previous, minimum_group)
    with open_table(predictions) as table:
        if attributions is None:
            _imitated(found, table, roles)
        _screened(found, table, roles)
    return _result(found)


def _attributed(
    found: _Found,
    predictions: Path | str,
    roles: Roles,
    attributions: Path | str,
    previous: Path | str | None,
    minimum_group: int,
) -> None:
    found.model_reason = NOT_NEEDED
    with open_attributions(attributions, row_id=roles.row_id, sensitive=roles.sensitive) as given:
        now = contributions(given)
        found.source = Source.IMPORTANCES if given.shape is Shape.IMPORTANCES else Source.ATTRIBUTIONS
        found.rows = max((one.n for one in now), default=0)
        found.importances = importances(now)
        first = found.importances[0]
        variance = residual_variance(given, first.feature, first.share) if first.share is not None else None
        found.figures.append(top_feature_share(found.importances, n=found.rows or len(now), residual_variance=variance))
        _by_group(found, given, predictions, roles, minimum_group)
        if given.left_out:
            found.notes.append(f"Columns of the attributions that are no feature: {', '.join(given.left_out[:10])}")
    _compared(found, now, previous)


def _compared(found: _Found, now: Sequence[Contribution], previous: Path | str | None) -> None:
    if previous is None:
        found.comparison_reason = NO_PREVIOUS
        found.figures.append(missing("importance_rank_correlation", NO_PREVIOUS))
        return
    with open_attributions(previous) as before:
        found.comparison, figure = compare_versions(now, contributions(before))
    found.comparison_reason = ""
    found.figures.append(figure)


def _by_group(found: _Found, given: Attributions, predictions: Path | str, roles: Roles, minimum_group: int) -> None:
    """The reasons of each group: by the attribution file's own columns, or by the predictions of the same row."""
    if not roles.sensitive:
        found.groups_reason = NO_ATTRIBUTES
    elif given.shape is Shape.IMPORTANCES:
        found.groups_reason = "Importances are one number a feature, so groups cannot be told apart"
    elif not given.groups and (given.row is None or roles.row_id is None):
        found.groups_reason = "Attributions and predictions are not joined: both need a column of row numbers"
    else:
        found.groups_reason = ""
    for attribute in roles.sensitive:
        if found.groups_reason:
            found.figures.append(missing("reason_rank_correlation", found.groups_reason, subject=attribute))
            continue
        split, unmatched = _split(given, attribute, predictions, roles)
        found.unmatched = max(found.unmatched, unmatched)
        groups = {name: own for name, own in split.items() if name is not None}
        lost = max((one.n for one in split.get(None, ())), default=0)
        reasons, figure = reasons_by_group(attribute, groups, minimum_group=minimum_group, missing_rows=lost)
        found.groups = (*found.groups, reasons)
        found.figures.append(figure)


def _split(
    given: Attributions, attribute: str, predictions: Path | str, roles: Roles
) -> tuple[dict[str | None, tuple[Contribution, ...]], int]:
    if attribute in given.groups:
        return by_group(given, group_text(given, attribute)), 0
    table = given.table
    beside = table.beside(predictions)
    types = types_of(beside)
    row, value = (beside.key(name) for name in (roles.row_id or "", attribute))
    named = f"SELECT {written(row, types[row])} AS id, {text(value, types[value])} AS g FROM {beside.view}"  # noqa: S608
    joined = (
        f"(SELECT a.*, b.g AS attribute_of_row, b.id AS matched FROM {table.view} AS a "  # noqa: S608
        f"LEFT JOIN ({named}) AS b ON {given.row or 'NULL'} = b.id)"
    )
    unmatched = table.connection.execute(f"SELECT count(*) FROM {joined} WHERE matched IS NULL").fetchall()[0][0]  # noqa: S608
    per_case = len(given.features) if given.shape is Shape.LONG else 1
    return by_group(given, "attribute_of_row", joined), int(unmatched) // per_case


def _imitated(found: _Found, table: Table, roles: Roles) -> None:
    found.reason = NO_ATTRIBUTIONS
    for metric in ("importance_rank_correlation", "reason_rank_correlation"):
        found.figures.append(missing(metric, NO_ATTRIBUTIONS))
    features = _features(roles)
    if not features:
        found.model_reason = NO_FEATURES
        found.figures += [missing(metric, NO_FEATURES) for metric in ("surrogate_fidelity", "top_feature_share")]
        return
    target, output, by_class = _output(table, roles)
    sample = sample_of(table, features, numbers=[output])
    imitated = imitate(sample, sample.numbers[output], target=target, by_class=by_class)
    model = imitated.model if isinstance(imitated, Imitation) else imitated
    found.model, found.model_reason = model, model.reason
    found.figures.append(_fidelity(model))
    if not isinstance(imitated, Imitation):
        found.figures.append(missing("top_feature_share", model.reason, n=model.holdout_rows))
        return
    found.source, found.rows, found.importances, found.reason = Source.SURROGATE, model.holdout_rows, imitated.found, ""
    found.notes.append(f"{BY_SURROGATE}, here {model.measure.replace('_', ' ')} {model.fidelity or 0:.2f} on new rows")
    share = top_feature_share(imitated.found, n=model.holdout_rows, method="permutation, by a surrogate")
    found.figures.append(share)


def _fidelity(model: SurrogateModel) -> Figure:
    """How faithful the surrogate is, also where it is too little to explain anything."""
    if model.fidelity is None:
        return missing("surrogate_fidelity", model.reason, n=model.holdout_rows)
    words = f"{model.measure} on rows it did not learn from"
    return Figure("surrogate_fidelity", model.fidelity, model.interval, model.holdout_rows, words, subject=model.target)


def _features(roles: Roles) -> tuple[str, ...]:
    outputs = {roles.label, roles.prediction, roles.score, roles.row_id}
    return tuple(name for name in roles.features if name not in outputs)


def _output(table: Table, roles: Roles) -> tuple[str, str, bool]:
    """What the surrogate imitates: the score where there is one, else the prediction; as a class or as a number."""
    if roles.score is not None:
        return roles.score, f"TRY_CAST({table.key(roles.score)} AS DOUBLE)", False
    predicted = outcomes_of(table, roles).predicted or "NULL"
    return roles.prediction or "", predicted, not roles.numbers


def _screened(found: _Found, table: Table, roles: Roles) -> None:
    features = _features(roles)
    if not roles.sensitive or not features:
        found.screens_reason = NO_FEATURES if roles.sensitive else NO_ATTRIBUTES
        found.figures.append(missing("sensitive_attribute_auc", found.screens_reason))
        return
    types = types_of(table)
    columns = {name: text(table.key(name), types[table.key(name)]) for name in roles.sensitive}
    sample = sample_of(table, features, texts=list(columns.values()))
    for attribute, column in columns.items():
        screen, figure = screen_attribute(sample, attribute, column)
        found.screens = (*found.screens, screen)
        found.figures.append(figure)


def _result(found: _Found) -> ExplanationResult:
    return ExplanationResult(
        source=found.source,
        surrogate=found.source is Source.SURROGATE,
        rows=found.rows,
        unmatched=found.unmatched,
        importances=found.importances,
        importances_reason=found.reason or (found.model_reason if not found.importances else ""),
        groups=found.groups,
        groups_reason=found.groups_reason,
        comparison=found.comparison,
        comparison_reason=found.comparison_reason,
        model=found.model,
        model_reason=found.model_reason,
        screens=found.screens,
        screens_reason=found.screens_reason,
        notes=tuple(found.notes),
        figures=tuple(found.figures),
    )
