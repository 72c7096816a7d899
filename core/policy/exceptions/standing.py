"""Which exceptions stand for a version at a moment."""

from datetime import datetime

from sqlmodel import Session, and_, col, or_, select

from core.policy.exceptions.rules import Standing
from core.policy.exceptions.tables import PolicyException


def standing_exceptions(session: Session, *, version_id: int, model_id: int, at: datetime) -> tuple[Standing, ...]:
    """The exceptions in force for this version, or for every version of its model, the oldest first."""
    rows = session.exec(
        select(PolicyException)
        .where(
            or_(
                col(PolicyException.version_id) == version_id,
                and_(col(PolicyException.model_id) == model_id, col(PolicyException.whole_model)),
            ),
            col(PolicyException.starts_at) <= at,
            col(PolicyException.ends_at) > at,
            or_(col(PolicyException.ended_at).is_(None), col(PolicyException.ended_at) > at),
        )
        .order_by(col(PolicyException.id))
    ).all()
    return tuple(
        Standing(row.number, row.clause, row.direction, row.figure, row.starts_at, row.ends_at)
        for row in rows
        if row.starts_at is not None
    )
