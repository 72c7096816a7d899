"""Which columns are inputs of models in use, as declared for their production data."""

from collections import defaultdict
from collections.abc import Mapping

from sqlmodel import Session, col, select

from core.inventory.tables import Model
from core.monitoring.intake.rules import MonitoredData
from core.monitoring.intake.tables import MonitoredModel


def declared_inputs(session: Session, model: str | None = None) -> Mapping[str, frozenset[str]]:
    """By number of the model, the features that are declared in any environment; of one model, or of all."""
    query = select(Model.number, MonitoredModel.mapping).join(Model, col(Model.id) == col(MonitoredModel.model_id))
    if model is not None:
        query = query.where(Model.number == model)
    found: dict[str, set[str]] = defaultdict(set)
    for number, mapping in session.exec(query):
        found[number] |= set(MonitoredData.from_json(mapping).features)
    return {number: frozenset(names) for number, names in found.items()}
