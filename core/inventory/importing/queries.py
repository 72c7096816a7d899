"""Reads of imports, of what registries show of our models, and of models nobody registered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.inventory.importing.registry.planning import linked
from core.inventory.importing.rules import DifferenceKind, DifferenceStatus, DiscoveryStatus, ImportKind
from core.inventory.importing.tables import (
    Difference,
    Discovery,
    ImportRecord,
    RegistryModel,
    RegistrySync,
    RegistryVersion,
)
from core.inventory.tables import Model, ModelVersion
from core.store.paging import Page


@dataclass(frozen=True)
class RegistryTarget:
    """Where a version of ours stands on an MLflow server: its name there and the number it has there."""

    server: str
    name: str
    version: str


@dataclass(frozen=True)
class RegistryFacts:
    """What an MLflow server says of a version of ours; figures and parameters as text, `signature` as JSON."""

    server: str
    name: str
    version: str
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    metrics: Mapping[str, str]
    params: Mapping[str, str]
    signature: str
    run_id: str
    seen_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True)
class DifferenceRow:
    """Something a server shows that our record does not hold; in conflict where ours was edited too."""

    id: int
    server: str
    name: str
    model: str
    model_name: str
    owner: str
    kind: DifferenceKind
    external: str
    field: str
    agreed: str
    ours: str
    theirs: str
    found_at: datetime

    @property
    def conflict(self) -> bool:
        """Whether both sides changed since they agreed."""
        return self.kind is DifferenceKind.CHANGED and self.ours != self.agreed


@dataclass(frozen=True)
class DiscoveryRow:
    """A model, or a version, that was seen and is not in the inventory."""

    number: str
    source: str
    name: str
    version: str
    first_seen: datetime
    last_seen: datetime
    sightings: int
    status: DiscoveryStatus
    reason: str
    model: str

    @property
    def server(self) -> str:
        """The registry that showed it; empty for what was seen at work."""
        return self.source.removeprefix("mlflow:") if self.source.startswith("mlflow:") else ""


@dataclass(frozen=True)
class ImportRow:
    """An import that was made."""

    number: str
    kind: ImportKind
    source: str
    digest: str
    imported_by: str
    imported_at: datetime
    models: int
    versions: int
    datasets: int
    changed: int
    same: int


@dataclass(frozen=True)
class SyncState:
    """The last look at a server, and the last that succeeded."""

    server: str
    tried_at: datetime
    read_at: datetime | None
    error: str
    models: int
    versions: int


def registry_targets(session: Session, model: str, version: str) -> tuple[RegistryTarget, ...]:
    """Every place where this version is registered in MLflow, as far as it came from there or was linked."""
    return tuple(RegistryTarget(one.server, one.name, one.version) for one in registry_facts(session, model, version))


def registry_facts(session: Session, model: str, version: str) -> tuple[RegistryFacts, ...]:
    """What every linked server says of this version."""
    rows = session.exec(
        select(RegistryModel, RegistryVersion)
        .join(RegistryVersion, col(RegistryVersion.registry_model_id) == col(RegistryModel.id))
        .join(ModelVersion, col(ModelVersion.id) == col(RegistryVersion.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(Model.number == model, ModelVersion.version == version)
        .order_by(col(RegistryModel.server), col(RegistryModel.name))
    ).all()
    return tuple(_facts(link, row) for link, row in rows)


def known_names(session: Session, server: str) -> Mapping[str, tuple[str, frozenset[str]]]:
    """Our number and the linked versions for each model of a server that is linked."""

    found = linked(session, server)
    return {name: (number, found.versions.get(name, frozenset())) for name, number in found.numbers.items()}


def differences(
    session: Session, *, model: str | None = None, owner: str | None = None, limit: int, offset: int
) -> Page[DifferenceRow]:
    """Open differences, conflicts not apart, the oldest first; of one model, or of one person's models."""
    query = (
        select(Difference, RegistryModel, Model)
        .join(RegistryModel, col(RegistryModel.id) == col(Difference.registry_model_id))
        .join(Model, col(Model.id) == col(RegistryModel.model_id))
        .where(Difference.status == DifferenceStatus.OPEN)
    )
    query = query.where(Model.number == model) if model else query
    query = query.where(Model.owner == owner) if owner else query
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    rows = session.exec(query.order_by(col(Difference.id)).limit(limit).offset(offset)).all()
    return Page(tuple(_difference(row, link, of) for row, link, of in rows), total)


def discoveries(
    session: Session, *, status: DiscoveryStatus = DiscoveryStatus.OPEN, limit: int, offset: int
) -> Page[DiscoveryRow]:
    """Models that were seen and are not known, or what became of them; the last seen first."""
    query = select(Discovery).where(Discovery.status == status)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    rows = session.exec(
        query.order_by(col(Discovery.last_seen).desc(), col(Discovery.id)).limit(limit).offset(offset)
    ).all()
    return Page(tuple(_discovery(row) for row in rows), total)


def discovery(session: Session, number: str) -> DiscoveryRow | None:
    """One discovery."""
    row = session.exec(select(Discovery).where(Discovery.number == number)).first()
    return _discovery(row) if row else None


def imports(session: Session, *, limit: int, offset: int) -> Page[ImportRow]:
    """Imports that were made, the newest first."""
    total = session.exec(select(func.count()).select_from(ImportRecord)).one()
    rows = session.exec(select(ImportRecord).order_by(col(ImportRecord.id).desc()).limit(limit).offset(offset)).all()
    return Page(tuple(ImportRow(**{key: getattr(row, key) for key in _IMPORT}) for row in rows), total)


def sync_states(session: Session) -> tuple[SyncState, ...]:
    """How the last look at each server went."""
    rows = session.exec(select(RegistrySync).order_by(col(RegistrySync.server))).all()
    return tuple(SyncState(row.server, row.tried_at, row.read_at, row.error, row.models, row.versions) for row in rows)


_IMPORT = tuple(ImportRow.__dataclass_fields__)


def _facts(link: RegistryModel, row: RegistryVersion) -> RegistryFacts:
    said = json.loads(row.facts or "{}")
    run = said.get("run", {})
    return RegistryFacts(
        server=link.server,
        name=link.name,
        version=row.external,
        aliases=tuple(said.get("aliases", ())),
        tags=said.get("tags", {}),
        metrics=run.get("metrics", {}),
        params=run.get("params", {}),
        signature=said.get("signature", ""),
        run_id=said.get("run_id", ""),
        seen_at=row.seen_at,
        gone_at=row.gone_at,
    )


def _difference(row: Difference, link: RegistryModel, model: Model) -> DifferenceRow:
    return DifferenceRow(
        id=row.id or 0,
        server=link.server,
        name=link.name,
        model=model.number,
        model_name=model.name,
        owner=model.owner,
        kind=row.kind,
        external=row.external,
        field=row.field,
        agreed=row.agreed,
        ours=row.ours,
        theirs=row.theirs,
        found_at=row.found_at,
    )


def _discovery(row: Discovery) -> DiscoveryRow:
    return DiscoveryRow(
        row.number,
        row.source,
        row.name,
        row.version,
        row.first_seen,
        row.last_seen,
        row.sightings,
        row.status,
        row.reason,
        row.model,
    )
