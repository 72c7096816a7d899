"""Imports chosen models from a registry: a dry run that shows all of it, then the same whole or not at all."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Conflict, Problem, Refused, Unreadable
from core.inventory.importing.discovering import settle_discoveries
from core.inventory.importing.plan.applying import apply_steps
from core.inventory.importing.recording import record_import
from core.inventory.importing.registry.differences import settle_new_versions
from core.inventory.importing.registry.linking import model_facts, write_links
from core.inventory.importing.registry.mapping import DEFAULT_RULES, Rule, Rules, check_rules, parse_rules, rules_json
from core.inventory.importing.registry.planning import RegistryPlan, linked, plan_registry, with_details
from core.inventory.importing.registry.values import Registry, SeenModel
from core.inventory.importing.rules import ImportKind
from core.inventory.importing.service import Imported, Say, import_refusals, silent
from core.inventory.importing.tables import RegistryRules
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store

MOST_AT_ONCE = 500


@dataclass(frozen=True)
class RegistryDryRun:
    """What an import of the chosen models would do now, and what the registry showed of them."""

    server: str
    models: tuple[SeenModel, ...]
    found: RegistryPlan

    @property
    def possible(self) -> bool:
        """Whether nothing stands against the import and there is something to do."""
        links = any(row.says for row in self.found.plan.rows)
        return not self.found.plan.counts.refused and (bool(self.found.plan.steps) or links)


def rules_of(session: Session, server: str) -> dict[str, Rule]:
    """The rules in force for a server; those of the fields' own names until somebody says otherwise."""
    row = session.exec(select(RegistryRules).where(RegistryRules.server == server)).first()
    return parse_rules(row.body) if row else dict(DEFAULT_RULES)


def rules_revision(session: Session, server: str) -> int:
    """How often the rules of a server were changed; 0 while they are the ones that ship."""
    return session.exec(select(RegistryRules.revision).where(RegistryRules.server == server)).first() or 0


def change_rules(
    store: Store, ledger: Ledger, *, server: str, rules: Rules, expected_revision: int, actor: Actor, at: datetime
) -> int:
    """Say anew how the fields are filled; answers with the new revision. Raises `Conflict` when somebody else did."""
    entity = Entity("registry", server)
    with deciding(store, ledger, "change a registry's rules", entity=entity, actor=actor, at=at) as tx:
        _refuse(actor)
        check_rules(rules)
        row = tx.session.exec(select(RegistryRules).where(RegistryRules.server == server).with_for_update()).first()
        found = row.revision if row else 0
        if found != expected_revision:
            raise Conflict(f"revision {expected_revision}", f"revision {found}", "The rules")
        body = rules_json({**DEFAULT_RULES, **rules})
        row = row or RegistryRules(server=server, body="", changed_by="", changed_at=at, revision=0)
        row.body, row.changed_by, row.changed_at, row.revision = body, actor.acting_as, at, found + 1
        tx.session.add(row)
        digest = hashlib.sha256(body.encode()).hexdigest()
        payload: dict[str, JsonValue] = {"revision": row.revision, "sha256": digest}
        ledger.record(tx, Event.REGISTRY_RULES_CHANGED, entity=entity, actor=actor, at=at, payload=payload)
        return row.revision


def look_at_registry(
    store: Store, *, registry: Registry, names: Sequence[str], actor: Actor, at: datetime, say: Say = silent
) -> RegistryDryRun:
    """What an import of these models would do; stores nothing. Raises `RegistryTrouble`, `NotFound`, `Refused`."""
    _refuse(actor)
    _few_enough(names)
    models = _read(store, registry, names, say)
    with store.reading() as session:
        rules = rules_of(session, registry.name)
        return RegistryDryRun(
            registry.name, models, plan_registry(session, registry.name, models, rules, at=at, lock=False)
        )


def import_from_registry(
    store: Store,
    ledger: Ledger,
    *,
    registry: Registry,
    names: Sequence[str],
    expected: str,
    actor: Actor,
    at: datetime,
    say: Say = silent,
) -> Imported:
    """Do what the dry run with the plan digest `expected` showed, all or nothing, and link what it registered."""
    _few_enough(names)
    models = _read(store, registry, names, say)
    server = registry.name
    with deciding(store, ledger, "import models", entity=Entity("registry", server), actor=actor, at=at) as tx:
        _refuse(actor)
        digest = hashlib.sha256("\n".join(map(model_facts, models)).encode()).hexdigest()
        record = record_import(tx, ImportKind.MLFLOW, server, digest, actor=actor, at=at)
        rules = rules_of(tx.session, server)
        found = plan_registry(tx.session, server, models, rules, at=at, lock=True)
        if found.plan.problems:
            raise Unreadable(found.plan.problems)
        if found.plan.digest != expected:
            raise Conflict(expected[:8], found.plan.digest[:8], "The registry or the inventory")
        apply_steps(tx, ledger, found.plan.steps, f"Import {record.number}", actor=actor, at=at, say=say)
        write_links(tx, server, models, found.entries, rules, actor=actor, at=at)
        settle_new_versions(tx, server, found.entries, actor=actor, at=at)
        settle_discoveries(tx, f"mlflow:{server}", names, actor=actor, at=at)
        return Imported(
            record.number, found.plan.counts, record.settle(tx, ledger, found.plan.counts, actor=actor, at=at)
        )


def _read(store: Store, registry: Registry, names: Sequence[str], say: Say) -> tuple[SeenModel, ...]:
    with store.reading() as session:
        known = linked(session, registry.name)
    found: list[SeenModel] = []
    for done, name in enumerate(dict.fromkeys(names), start=1):
        found += with_details(registry, [name], known)
        say("Reading the registry", done, len(names))
    return tuple(found)


def _few_enough(names: Sequence[str]) -> None:
    if not names:
        raise Unreadable([Problem("no model is chosen", expected="at least one")])
    if len(names) > MOST_AT_ONCE:
        raise Unreadable(
            [Problem("too many models at once", found=str(len(names)), expected=f"at most {MOST_AT_ONCE}")]
        )


def _refuse(actor: Actor) -> None:
    reasons = import_refusals(actor)
    if reasons:
        raise Refused(reasons)
