"""Looks at a registry and notes what it shows that the record does not hold; never changes the record itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import SYSTEM, Actor
from core.errors import Unreadable
from core.inventory.importing.discovering import discover
from core.inventory.importing.registry.differences import readable
from core.inventory.importing.registry.linking import digest_of, model_facts, version_facts
from core.inventory.importing.registry.mapping import FOLLOWED, Rules, model_texts
from core.inventory.importing.registry.noting import note, withdraw
from core.inventory.importing.registry.service import rules_of
from core.inventory.importing.registry.values import Registry, RegistryTrouble, SeenModel, SeenVersion
from core.inventory.importing.rules import DifferenceKind
from core.inventory.importing.tables import Discovery, RegistryModel, RegistrySync, RegistryVersion
from core.inventory.tables import Model
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

REGISTRY_JOB = "registry sync"


@dataclass
class Synced:
    """What one look found: models and versions there, facts that changed, differences and discoveries that are new."""

    models: int = 0
    versions: int = 0
    facts: int = 0
    differences: int = 0
    discoveries: int = 0

    @property
    def anything(self) -> bool:
        """Whether there is something to put on record."""
        return bool(self.facts or self.differences or self.discoveries)


def sync_registry(store: Store, ledger: Ledger, *, registry: Registry, at: datetime, actor: Actor = SYSTEM) -> Synced:
    """Look at the whole registry once; a failure is kept as the state of the server and raised as `RegistryTrouble`.

    Facts that only the registry holds (tags, aliases, figures) are refreshed. A field that a person may edit here is
    never overwritten: a value that changed there becomes a difference, in conflict where ours changed too.
    """
    try:
        models = tuple(_detailed(store, registry, model) for model in registry.models())
    except RegistryTrouble as trouble:
        with store.transaction() as tx:
            _state(tx, registry.name, at).error = trouble.reason
        raise
    with store.transaction() as tx:
        found = _compare_all(tx, ledger, registry.name, models, at)
        state = _state(tx, registry.name, at)
        state.error, state.read_at, state.models, state.versions = "", at, found.models, found.versions
        if found.anything:
            ledger.record(
                tx,
                Event.REGISTRY_READ,
                entity=Entity("registry", registry.name),
                actor=actor,
                at=at,
                payload={
                    "models": found.models,
                    "versions": found.versions,
                    "facts": found.facts,
                    "differences": found.differences,
                    "discoveries": found.discoveries,
                },
            )
        return found


def _detailed(store: Store, registry: Registry, model: SeenModel) -> SeenModel:
    """Details only of linked versions that changed there since: one call a version would take minutes."""
    with store.reading() as session:
        known = {
            row.external: row.facts
            for row in session.exec(
                select(RegistryVersion)
                .join(RegistryModel, col(RegistryModel.id) == col(RegistryVersion.registry_model_id))
                .where(RegistryModel.server == registry.name, RegistryModel.name == model.name)
            ).all()
        }
    versions = (
        registry.details(model.name, one)
        if one.version in known and json.loads(known[one.version]).get("updated_at") != one.updated_at.isoformat()
        else one
        for one in model.versions
    )
    return replace(model, versions=tuple(versions)) if known else model


def _compare_all(tx: Transaction, ledger: Ledger, server: str, models: Sequence[SeenModel], at: datetime) -> Synced:
    found = Synced(len(models), sum(len(model.versions) for model in models))
    rules = rules_of(tx.session, server)
    links = {
        row.name: row for row in tx.session.exec(select(RegistryModel).where(RegistryModel.server == server)).all()
    }
    for model in models:
        link = links.pop(model.name, None)
        if link is None:
            found.discoveries += _discovered(tx, ledger, server, model, at)
        else:
            _compare(tx, ledger, link, model, rules, found, at)
    for link in links.values():
        if link.gone_at is None:
            link.gone_at = at
            tx.session.add(link)
            found.differences += note(tx, ledger, link, DifferenceKind.GONE, at=at, agreed=link.name)
    return found


def _discovered(tx: Transaction, ledger: Ledger, server: str, model: SeenModel, at: datetime) -> int:
    source = f"mlflow:{server}"
    known = tx.session.exec(
        select(Discovery.id).where(Discovery.source == source, Discovery.name == model.name, Discovery.version == "")
    ).first()
    discover(tx, ledger, source=source, name=model.name, at=at)
    return 0 if known else 1


def _compare(
    tx: Transaction, ledger: Ledger, link: RegistryModel, model: SeenModel, rules: Rules, found: Synced, at: datetime
) -> None:
    facts = model_facts(model)
    if facts != link.facts or link.gone_at is not None:
        if link.gone_at is not None:
            withdraw(tx, link, DifferenceKind.GONE, at=at)
        link.facts, link.gone_at = facts, None
        found.facts += 1
    link.seen_at = at
    tx.session.add(link)
    found.differences += _compare_fields(tx, ledger, link, model, rules, at)
    known = {
        row.external: row
        for row in tx.session.exec(select(RegistryVersion).where(RegistryVersion.registry_model_id == link.id)).all()
    }
    for version in model.versions:
        row = known.pop(version.version, None)
        if row is None:
            found.differences += note(
                tx,
                ledger,
                link,
                DifferenceKind.NEW_VERSION,
                at=at,
                external=version.version,
                theirs=version.description,
            )
        else:
            if row.gone_at is not None:
                withdraw(tx, link, DifferenceKind.GONE, at=at, external=row.external)
            found.facts += _refresh(tx, row, version, at)
    for row in known.values():
        if row.gone_at is None:
            row.gone_at = at
            tx.session.add(row)
            found.differences += note(tx, ledger, link, DifferenceKind.GONE, at=at, external=row.external)


def _refresh(tx: Transaction, row: RegistryVersion, version: SeenVersion, at: datetime) -> int:
    facts = version_facts(version, row.facts)
    changed = digest_of(facts) != row.facts_digest or row.gone_at is not None
    row.facts, row.facts_digest, row.seen_at, row.gone_at = facts, digest_of(facts), at, None
    tx.session.add(row)
    return int(changed)


def _compare_fields(
    tx: Transaction, ledger: Ledger, link: RegistryModel, seen: SeenModel, rules: Rules, at: datetime
) -> int:
    model = tx.session.get_one(Model, link.model_id)
    agreed: dict[str, str] = json.loads(link.agreed or "{}")
    new = 0
    for field, theirs in model_texts(rules, seen).items():
        if field not in FOLLOWED:
            continue
        ours = str(getattr(model, field))
        if theirs == agreed.get(field) or _same(tx.session, field, theirs, ours):
            withdraw(tx, link, DifferenceKind.CHANGED, at=at, field=field)
            if theirs != agreed.get(field):
                agreed[field] = theirs
            continue
        new += note(
            tx, ledger, link, DifferenceKind.CHANGED, at=at, field=field, agreed=agreed.get(field, ""), ours=ours,
            theirs=theirs,
        )  # fmt: skip
    link.agreed = json.dumps(agreed, sort_keys=True, ensure_ascii=False)
    return new


def _same(session: Session, field: str, theirs: str, ours: str) -> bool:
    try:
        return readable(session, field, theirs) == ours
    except Unreadable:
        return False


def _state(tx: Transaction, server: str, at: datetime) -> RegistrySync:
    row = tx.session.exec(select(RegistrySync).where(RegistrySync.server == server)).first()
    row = row or RegistrySync(server=server, tried_at=at)
    row.tried_at = at
    tx.session.add(row)
    return row
