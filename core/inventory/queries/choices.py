"""What can be chosen in forms and filters, and how many models there are."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.inventory.queries.page import DatasetFacts, dataset_facts
from core.inventory.tables import Dataset, Model


def model_count(session: Session) -> int:
    """How many models the inventory holds."""
    return session.exec(select(func.count()).select_from(Model)).one()


def business_lines(session: Session) -> tuple[str, ...]:
    """Every business line in use, in order."""
    return tuple(session.exec(select(Model.business_line).distinct().order_by(col(Model.business_line))).all())


def vendors(session: Session) -> tuple[str, ...]:
    """Every vendor in use, in order."""
    found = select(Model.vendor).where(Model.vendor != "").distinct().order_by(col(Model.vendor))
    return tuple(session.exec(found).all())


def datasets(session: Session) -> tuple[DatasetFacts, ...]:
    """Every dataset, newest first, for forms."""
    return tuple(dataset_facts(row) for row in session.exec(select(Dataset).order_by(col(Dataset.id).desc())).all())


def owners(session: Session) -> tuple[str, ...]:
    """Everybody who owns a model, by number."""
    return tuple(session.exec(select(Model.owner).distinct()).all())


def developers(session: Session) -> tuple[str, ...]:
    """Everybody who develops a model, by number."""
    return tuple(session.exec(select(Model.developer).distinct()).all())
