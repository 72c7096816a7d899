"""Where the importances come from: attributions that were handed in, or a surrogate."""

from dataclasses import dataclass, replace
from pathlib import Path

from core.frames.attributions import (
    Attributions,
    Shape,
    by_group,
    contributions,
    grouping,
    open_attributions,
    residual_variance,
)
from core.frames.places import named
from core.frames.roles import Roles
from core.frames.source import open_table
from core.frames.surrogate import Fitted, imitate, partial_dependence, permutation, shown_class, unfaithful
from core.metrics.explanation import (
    Contribution,
    Importance,
    ReasonsByGroup,
    Source,
    SurrogateModel,
    importances,
    reasons_by_group,
    top_feature_share,
)
from core.metrics.figure import Figure, missing

UPLOADED = "Attributions were handed in, so no surrogate was needed"
NO_FEATURES = "No features are named, so there is nothing to explain from"
NO_OUTPUT = "There is no prediction or score to explain"
NO_ATTRIBUTES = "No sensitive attribute is named"
PER_CASE = "Reasons by group need attributions for each case"


@dataclass(frozen=True)
class Reasons:
    """Features by importance with all that came along; `reason` says why there are none."""

    source: Source | None
    contributions: tuple[Contribution, ...]
    importances: tuple[Importance, ...]
    figures: tuple[Figure, ...]  # top_feature_share, surrogate_fidelity, reason_rank_correlation …
    rows: int = 0
    unmatched: int = 0
    reason: str = ""
    groups: tuple[ReasonsByGroup, ...] = ()
    groups_reason: str = ""
    model: SurrogateModel | None = None
    model_reason: str = ""
    notes: tuple[str, ...] = ()


def from_attributions(
    path: Path | str, table: Path | str, roles: Roles, minimum_group: int, row_id: str | None
) -> Reasons:
    """Sum up a file of attributions, over all cases and group by group; `row_id` is the column of its row ids."""
    with named("attributions"), open_attributions(path, row_id=row_id, sensitive=roles.sensitive) as found:
        sums = contributions(found)
        ordered = importances(sums)
        rows = sums[0].n
        variance = residual_variance(found, ordered[0].feature, ordered[0].share) if ordered[0].share else None
        share = top_feature_share(ordered, n=rows or len(ordered), residual_variance=variance)
        groups, figures, groups_reason, unmatched = _groups(found, table, roles, minimum_group)
        notes = [f"Column “{name}” of the attributions is no feature and was left out" for name in found.left_out]
        whole = found.shape is Shape.IMPORTANCES
    if unmatched:
        notes.append(f"{unmatched} cases of the attributions have no row among the predictions")
    return Reasons(
        source=Source.IMPORTANCES if whole else Source.ATTRIBUTIONS,
        contributions=sums,
        importances=ordered,
        figures=(share, missing("surrogate_fidelity", UPLOADED), *figures),
        rows=rows,
        unmatched=unmatched,
        groups=groups,
        groups_reason=groups_reason,
        model_reason=UPLOADED,
        notes=tuple(notes),
    )


def previous_contributions(path: Path | str, row_id: str | None) -> tuple[Contribution, ...]:
    """The sums of the last version's attributions."""
    with named("previous attributions"), open_attributions(path, row_id=row_id) as found:
        return contributions(found)


Grouped = tuple[tuple[ReasonsByGroup, ...], tuple[Figure, ...], str, int]


def _groups(found: Attributions, table: Path | str, roles: Roles, minimum_group: int) -> Grouped:
    metric = "reason_rank_correlation"
    reason = PER_CASE if found.shape is Shape.IMPORTANCES else "" if roles.sensitive else NO_ATTRIBUTES
    if reason:
        return (), (missing(metric, reason),), reason, 0
    joined = grouping(found, table, roles.row_id, roles.sensitive)
    results: list[ReasonsByGroup] = []
    figures: list[Figure] = []
    for name in roles.sensitive:
        if name in joined.reasons:
            results.append(ReasonsByGroup(name, (), reason=joined.reasons[name]))
            figures.append(missing(metric, joined.reasons[name], subject=name))
            continue
        sums = by_group(found, joined.expressions[name], joined.source)
        apart = sums.pop(None, ())
        groups = {value: own for value, own in sums.items() if value is not None}
        result, figure = reasons_by_group(
            name, groups, minimum_group=minimum_group, missing_rows=apart[0].n if apart else 0
        )
        results.append(result)
        figures.append(figure)
    return tuple(results), tuple(figures), "", joined.unmatched


def from_surrogate(path: Path | str, roles: Roles) -> Reasons:
    """Imitate the model's score (else its prediction) from its features, and explain the imitation."""
    reason = NO_FEATURES if not roles.features else "" if roles.score or roles.prediction else NO_OUTPUT
    if reason:
        return _nothing(reason)
    with open_table(path) as table:
        fitted = imitate(table, roles)
    return _nothing(fitted) if isinstance(fitted, str) else _explained(fitted, roles)


def _explained(fitted: Fitted, roles: Roles) -> Reasons:
    fidelity = Figure(
        "surrogate_fidelity", fitted.fidelity, fitted.interval, len(fitted.y), f"{fitted.target.measure}, bootstrap"
    )
    notes = tuple(f"Left out of the surrogate: {words}" for words in fitted.features.left_out)
    if not fitted.faithful:
        reason = unfaithful(fitted)
        figures = (missing("top_feature_share", reason, n=len(fitted.y)), fidelity, *_no_groups())
        model = describe(fitted, reason=reason)
        return Reasons(None, (), (), figures, reason=reason, groups_reason=PER_CASE, model=model, notes=notes)
    sums = permutation(fitted)
    ordered = importances(sums)
    method = f"permutation, by a surrogate of {fitted.target.measure} {fitted.fidelity:.3f}"
    share = top_feature_share(ordered, n=len(fitted.y), method=method)
    shown = partial_dependence(fitted, ordered, shown_class(fitted, roles))
    return Reasons(
        source=Source.SURROGATE,
        contributions=sums,
        importances=ordered,
        figures=(share, fidelity, *_no_groups()),
        rows=len(fitted.y),
        groups_reason=PER_CASE,
        model=replace(describe(fitted), partial_dependence=shown),
        notes=notes,
    )


def describe(fitted: Fitted, reason: str = "") -> SurrogateModel:
    """A surrogate as a result tells of it."""
    return SurrogateModel(
        target=fitted.target.name,
        measure=fitted.target.measure,
        fidelity=fitted.fidelity,
        interval=fitted.interval,
        chance=fitted.chance,
        floor=fitted.floor,
        training_rows=fitted.training_rows,
        holdout_rows=len(fitted.y),
        left_out=fitted.features.left_out,
        reason=reason,
    )


def _no_groups() -> tuple[Figure, ...]:
    return (missing("reason_rank_correlation", PER_CASE),)


def _nothing(reason: str) -> Reasons:
    figures = (missing("top_feature_share", reason), missing("surrogate_fidelity", reason), *_no_groups())
    return Reasons(None, (), (), figures, reason=reason, groups_reason=PER_CASE, model_reason=reason)
