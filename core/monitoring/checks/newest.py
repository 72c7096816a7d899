"""The newest figures of a model that have a verdict."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.metrics.verdicts import Verdict
from core.monitoring.checks.subject import Subject
from core.monitoring.checks.tables import MonitorResult


def newest_decided(session: Session, subject: Subject) -> Sequence[MonitorResult]:
    """The newest figure with a verdict by clause and subject."""
    rank = func.row_number().over(
        partition_by=[col(MonitorResult.clause), col(MonitorResult.subject)],
        order_by=[col(MonitorResult.ends_at).desc(), col(MonitorResult.id).desc()],
    )
    ranked = (
        select(MonitorResult.id, rank.label("rank"))
        .where(
            MonitorResult.model_id == subject.model_id,
            MonitorResult.environment == subject.environment,
            col(MonitorResult.newest).is_(True),
            col(MonitorResult.verdict) != Verdict.INSUFFICIENT,
        )
        .subquery()
    )
    return session.exec(
        select(MonitorResult).join(ranked, ranked.c.id == MonitorResult.id).where(ranked.c.rank == 1)
    ).all()
