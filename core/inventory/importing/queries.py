"""Reads of imports, of what registries show of our models, and of models nobody registered."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.inventory.importing.tables import RegistryModel, RegistryVersion
from core.inventory.tables import Model, ModelVersion


@dataclass(frozen=True)
class RegistryTarget:
    """Where a version of ours stands on an MLflow server: its name there and the number it has there."""

    server: str
    name: str
    version: str


def registry_targets(session: Session, model: str, version: str) -> tuple[RegistryTarget, ...]:
    """Every place where this version is registered in MLflow, as far as it came from there or was linked."""
    rows = session.exec(
        select(RegistryModel.server, RegistryModel.name, RegistryVersion.external)
        .join(RegistryVersion, col(RegistryVersion.registry_model_id) == col(RegistryModel.id))
        .join(ModelVersion, col(ModelVersion.id) == col(RegistryVersion.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(Model.number == model, ModelVersion.version == version)
        .order_by(col(RegistryModel.server), col(RegistryModel.name))
    ).all()
    return tuple(RegistryTarget(server, name, external) for server, name, external in rows)
