"""The whole explanation of one table of predictions."""

from dataclasses import replace
from pathlib import Path

from core.frames.explaining.importance import (
    NO_ATTRIBUTES,
    Reasons,
    from_attributions,
    from_surrogate,
    previous_contributions,
)
from core.frames.roles import Roles
from core.frames.slices.bands import attributes_of
from core.frames.source import open_table
from core.frames.surrogate import screen
from core.metrics.explanation import ExplanationResult, ProxyScreen, Source, VersionComparison, compare_versions
from core.metrics.figure import Figure, missing

DEFAULT_MINIMUM_GROUP = 30
NO_PREVIOUS = "There are no attributions of the last version"
NO_FEATURES = "No features are named, so they cannot be screened"


def explain_file(
    predictions: Path | str,
    roles: Roles,
    *,
    attributions: Path | str | None = None,
    previous: Path | str | None = None,
    row_id: str | None = None,
    previous_row_id: str | None = None,
    minimum_group: int = DEFAULT_MINIMUM_GROUP,
) -> ExplanationResult:
    """Explain the model behind a table of predictions (CSV or Parquet).

    With `attributions` (Parquet, CSV or JSON; see `core.frames.attributions`) these are summed up, over all cases and
    by sensitive attribute; else a surrogate of the score, or of the prediction, is explained, and marked as such.
    `previous` are the last version's attributions. `row_id` and `previous_row_id` name the column of row ids in these
    files where it is called otherwise than among the predictions. The features are screened for proxies of each
    sensitive attribute in either case. Raises Unreadable with every place of a file that cannot be accepted, the file
    named first; what cannot be computed is a reason in the result.
    """
    roles = replace(roles, features=roles.inputs)
    reasons = (
        from_attributions(attributions, predictions, roles, minimum_group, row_id or roles.row_id)
        if attributions
        else from_surrogate(predictions, roles)
    )
    comparison, comparison_reason, compared = _comparison(reasons, previous, previous_row_id or roles.row_id)
    screens, screens_reason, screened = _screens(predictions, roles)
    return ExplanationResult(
        source=reasons.source,
        surrogate=reasons.source is Source.SURROGATE,
        rows=reasons.rows,
        unmatched=reasons.unmatched,
        importances=reasons.importances,
        importances_reason=reasons.reason,
        groups=reasons.groups,
        groups_reason=reasons.groups_reason,
        comparison=comparison,
        comparison_reason=comparison_reason,
        model=reasons.model,
        model_reason=reasons.model_reason,
        screens=screens,
        screens_reason=screens_reason,
        notes=reasons.notes,
        figures=(*reasons.figures, compared, *screened),
    )


def _comparison(
    reasons: Reasons, previous: Path | str | None, row_id: str | None
) -> tuple[VersionComparison | None, str, Figure]:
    metric = "importance_rank_correlation"
    before = previous_contributions(previous, row_id) if previous else ()
    reason = reasons.reason if before and not reasons.contributions else "" if before else NO_PREVIOUS
    if reason:
        return None, reason, missing(metric, reason)
    comparison, figure = compare_versions(reasons.contributions, before)
    if reasons.source is Source.SURROGATE:
        figure = Figure(
            metric,
            figure.value,
            figure.interval,
            reasons.rows,
            f"{figure.method or 'Spearman'}, by a surrogate",
            figure.reason,
        )
    return comparison, "", figure


def _screens(table: Path | str, roles: Roles) -> tuple[tuple[ProxyScreen, ...], str, tuple[Figure, ...]]:
    reason = NO_ATTRIBUTES if not roles.sensitive else "" if roles.features else NO_FEATURES
    if reason:
        return (), reason, (missing("sensitive_attribute_auc", reason),)
    with open_table(table) as opened:
        opened.keys(*roles.features, *roles.sensitive)
        found = [screen(opened, attribute, roles.features) for attribute in attributes_of(opened, roles.sensitive)]
    return tuple(result for result, _ in found), "", tuple(figure for _, figure in found)
