"""Links between our records and a registry's, and what the registry says of them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.inventory.importing.registry.mapping import FOLLOWED, Rules, model_texts
from core.inventory.importing.registry.planning import Entry
from core.inventory.importing.registry.values import SeenModel, SeenVersion
from core.inventory.importing.tables import RegistryModel, RegistryVersion
from core.inventory.tables import Model, ModelVersion
from core.store import Transaction

Facts = Mapping[str, object]


def model_facts(model: SeenModel) -> str:
    """What the registry says of a model, as it is kept: JSON with description, tags and aliases."""
    said = {"description": model.description, "tags": dict(model.tags), "aliases": dict(model.aliases)}
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def version_facts(version: SeenVersion, before: str = "") -> str:
    """What the registry says of a version; the details as they were `before` where they were not read again."""
    said: dict[str, object] = {
        "description": version.description,
        "tags": dict(version.tags),
        "aliases": list(version.aliases),
        "source": version.source,
        "run_id": version.run_id,
        "updated_at": version.updated_at.isoformat(),
    }
    if version.run is not None or version.signature:
        said |= {"run": _run(version), "signature": version.signature}
    elif before:
        kept = json.loads(before)
        said |= {key: kept[key] for key in ("run", "signature") if key in kept}
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def agreed_json(rules: Rules, model: SeenModel) -> str:
    """What the registry said of the fields that a person may edit here, when both sides last agreed."""
    said = model_texts(rules, model)
    return json.dumps({key: said[key] for key in FOLLOWED if key in said}, sort_keys=True, ensure_ascii=False)


def digest_of(text: str) -> str:
    """SHA-256 of facts as they are kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_links(
    tx: Transaction, server: str, models: Iterable[SeenModel], entries: Iterable[Entry], rules: Rules,
    *, actor: Actor, at: datetime,
) -> tuple[str, ...]:  # fmt: skip
    """Link every entry that has no link yet with the version that its import registered; answers with our numbers."""
    session = tx.session
    by_name = {model.name: model for model in models}
    numbers: dict[str, None] = {}
    links: dict[str, RegistryModel] = {}
    for entry in entries:
        if not entry.version:
            continue
        seen = by_name[entry.name]
        link = links.get(entry.name) or _link(session, server, seen)
        if link is None:
            model = session.exec(select(Model).where(Model.name == entry.name.strip())).one()
            link = RegistryModel(
                server=server,
                name=entry.name,
                model_id=model.id or 0,
                agreed=agreed_json(rules, seen),
                facts=model_facts(seen),
                seen_at=at,
                linked_by=actor.acting_as,
                linked_at=at,
            )
            session.add(link)
            session.flush()
        links[entry.name] = link
        model_row = session.get_one(Model, link.model_id)
        numbers[model_row.number] = None
        _add_version(session, link, entry, seen, at)
    session.flush()
    return tuple(numbers)


def _link(session: Session, server: str, seen: SeenModel) -> RegistryModel | None:
    wanted = select(RegistryModel).where(RegistryModel.server == server, RegistryModel.name == seen.name)
    return session.exec(wanted).first()


def _add_version(session: Session, link: RegistryModel, entry: Entry, seen: SeenModel, at: datetime) -> None:
    version = session.exec(
        select(ModelVersion).where(
            col(ModelVersion.model_id) == link.model_id, col(ModelVersion.version) == entry.version
        )
    ).one()
    facts = version_facts(next(one for one in seen.versions if one.version == entry.external))
    session.add(
        RegistryVersion(
            registry_model_id=link.id or 0,
            external=entry.external,
            version_id=version.id or 0,
            facts=facts,
            facts_digest=digest_of(facts),
            seen_at=at,
        )
    )


def _run(version: SeenVersion) -> dict[str, object]:
    if version.run is None:
        return {}
    said = asdict(version.run)
    said["metrics"] = {key: repr(value) for key, value in version.run.metrics.items()}  # NaN is no JSON
    return said
