"""What was decided for columns of the same name in the records beside a dataset or model."""

from collections.abc import Mapping

from sqlalchemy import or_
from sqlmodel import Session, col, select

from core.inventory.classes.tables import DataColumn
from core.inventory.tables import Dataset, Model, ModelVersion
from core.policy.keeping.rules import DataClass


def decided_elsewhere(session: Session, holder: str) -> Mapping[str, tuple[DataClass, str]]:
    """By name, the strictest class that was decided for such a column of a record beside this one, and of which."""
    order, found = tuple(DataClass), dict[str, tuple[DataClass, str]]()
    rows = select(DataColumn.name, DataColumn.data_class, DataColumn.holder).where(
        col(DataColumn.holder).in_(_beside(session, holder)), col(DataColumn.data_class).is_not(None)
    )
    for name, data_class, other in session.exec(rows.order_by(col(DataColumn.id))):
        known, one = found.get(name), DataClass(str(data_class))
        if known is None or order.index(one) > order.index(known[0]):
            found[name] = (one, other)
    return found


def _beside(session: Session, holder: str) -> frozenset[str]:
    """Datasets of a model's versions; of a dataset its other versions, and the models made or tested with it."""
    used = (col(ModelVersion.training_dataset_id), col(ModelVersion.test_dataset_id))
    dataset = session.exec(select(Dataset).where(Dataset.number == holder)).first()
    if dataset is not None:
        siblings = select(Dataset.number).where(Dataset.name == dataset.name, Dataset.number != holder)
        models = (
            select(Model.number)
            .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
            .where(or_(*(one == dataset.id for one in used)))
        )
        return frozenset([*session.exec(siblings), *session.exec(models)])
    datasets = (
        select(Dataset.number)
        .join(ModelVersion, or_(*(one == col(Dataset.id) for one in used)))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(Model.number == holder)
    )
    return frozenset(session.exec(datasets))
