"""The validation run that judged the evidence at hand, for every version of the scope."""

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.coverage.gathering.scope import Scope
from core.validation.rules import RunStatus
from core.validation.tables import Evidence, Run


def current_runs(scope: Scope) -> Subquery:
    """`model`, `run`, `number` and `finished` of the newest finished run, where no file came in after it was asked for.

    As `run_is_current` of the validation says for one version, over all of them: a new file of a kind replaces the one
    before it, so that a run whose predictions stand and after which nothing came in judged the files at hand.
    """
    pairs = scope.pairs
    newest = (
        select(pairs.c.model, func.max(col(Run.id)).label("run"))
        .join(Run, col(Run.version_id) == pairs.c.version)
        .where(col(Run.status) == RunStatus.FINISHED)
        .group_by(pairs.c.model)
        .subquery("newest_run")
    )
    judged, later = aliased(Evidence), aliased(Evidence)
    came_later = (
        select(col(later.id))
        .where(
            col(later.version_id) == col(Run.version_id),
            col(later.replaced_at).is_(None),
            col(later.uploaded_at) > col(Run.requested_at),
        )
        .exists()
    )
    return (
        select(
            newest.c.model,
            col(Run.id).label("run"),
            col(Run.number).label("number"),
            col(Run.finished_at).label("finished"),
        )
        .join(Run, col(Run.id) == newest.c.run)
        .join(judged, col(judged.id) == col(Run.evidence_id))
        .where(col(judged.replaced_at).is_(None), ~came_later)
        .subquery("current_run")
    )
