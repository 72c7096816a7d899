"""Which models a review is about: those of a business line, those that are named, or the one of its version."""

from sqlalchemy import Select, select
from sqlmodel import Session, col

from core.improvement.reviews.rules import ReviewKind
from core.improvement.reviews.tables import Review
from core.inventory.tables import Model, ModelVersion


def models_in(row: Review) -> Select[int | None]:
    """The row numbers of its models, as a subquery; retired ones are left out of a business line."""
    query = select(col(Model.id))
    if row.kind is ReviewKind.POST_LAUNCH:
        return select(col(ModelVersion.model_id)).where(col(ModelVersion.id) == row.version_id)
    if row.models:
        return query.where(col(Model.number).in_(row.models.split()))
    lined = query.where(col(Model.retired_at).is_(None))
    return lined.where(col(Model.business_line) == row.business_line) if row.business_line else lined


def model_numbers(row: Review) -> Select[str]:
    """The same by number."""
    return select(col(Model.number)).where(col(Model.id).in_(models_in(row)))


def scope_said(session: Session, row: Review) -> str:
    """“business line Lending”, “M0001, M0002”, “M0001 v1.0.0” or “every model”."""
    if row.kind is ReviewKind.POST_LAUNCH:
        query = select(col(Model.number), col(ModelVersion.version)).join(
            ModelVersion, col(ModelVersion.model_id) == col(Model.id)
        )
        found = session.execute(query.where(col(ModelVersion.id) == row.version_id)).first()
        return f"{found[0]} v{found[1]}" if found else ""
    if row.models:
        return ", ".join(row.models.split())
    return f"business line {row.business_line}" if row.business_line else "every model"
