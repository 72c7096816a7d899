"""Adds environments beside production, and places versions in them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.approval.facts import key_of
from core.approval.hooks.announcing import announce
from core.approval.rollout.facts import lock_model
from core.approval.rollout.rules import place_refusals
from core.approval.rollout.texts import check_reason, refuse
from core.errors import NotFound, Problem, Refusal, Unreadable
from core.inventory.deployments.rules import PRODUCTION, name_problems
from core.inventory.deployments.service import Stay, open_stay, serving
from core.inventory.deployments.tables import Environment
from core.inventory.moves import load_model, load_version
from core.inventory.tables import ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import Phase
from core.store import Store

PLACE, ADD = "place a version", "add an environment"


@dataclass(frozen=True)
class Placed:
    """Where a version stands now, in place of which, and the ledger entry that says so."""

    model: str
    version: str
    environment: str
    former: str
    entry: int


@dataclass(frozen=True)
class PlacingPage:
    """An environment beside production as it is for one model; `refusals` stand against placing each version there."""

    environment: str
    serves: bool
    note: str
    current: str | None
    refusals: Mapping[str, tuple[Refusal, ...]]


def add_environment(
    store: Store,
    ledger: Ledger,
    *,
    name: str,
    slot_of: str = "",
    serves: bool = False,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> int:
    """Add a place where versions can stand; `slot_of` makes it one of the two that take turns. Its ledger entry."""
    check_reason(note)
    problems = list(name_problems(name))
    if slot_of not in ("", PRODUCTION):
        problems.append(Problem("not an environment with places", column="slot_of", found=slot_of, expected=PRODUCTION))
    if problems:
        raise Unreadable(problems)
    with deciding(store, ledger, ADD, entity=Entity("environment", name), actor=actor, at=at) as tx:
        reasons = list(permission_refusals(actor, Permission.HOOK_MANAGE))
        if name == PRODUCTION or _row(tx.session, name) is not None:
            reasons.append(Refusal("environment-known", f"There is an environment {name} already", "environments"))
        refuse(reasons)
        tx.session.add(
            Environment(
                name=name, slot_of=slot_of, serves=serves, note=note.strip(), added_by=actor.acting_as, added_at=at
            )
        )
        return ledger.record(
            tx,
            Event.ENVIRONMENT_ADDED,
            entity=Entity("environment", name),
            actor=actor,
            at=at,
            payload={"slot_of": slot_of, "serves": serves, "note": note.strip()},
        ).index


def place_version(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    version: str,
    environment: str,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> Placed:
    """Let a version stand in an environment beside production; production itself takes a change request."""
    check_reason(reason)
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, PLACE, entity=entity, actor=actor, at=at) as tx:
        place = _beside(tx.session, environment)
        lock_model(tx, key_of(load_version(tx.session, model, version)[0]))
        model_row, row = load_version(tx.session, model, version)
        tx.session.refresh(row)
        former = serving(tx.session, key_of(model_row), environment)
        refuse(_against(place, row, former, actor))
        stay = open_stay(
            tx, model_row, row, environment, Stay(Phase.FULL, 100, reason=reason.strip()), actor=actor, at=at
        )
        entry = ledger.record(
            tx,
            Event.VERSION_PLACED,
            entity=entity,
            actor=actor,
            at=at,
            payload={
                "environment": environment,
                "from": former.version if former else "",
                "to": version,
                "reason": reason.strip(),
                "evidence": row.evidence_digest,
            },
        ).index
        announce(tx, model_row, row, stay, entry=entry, at=at)
        return Placed(model, version, environment, former.version if former else "", entry)


def placing_page(
    session: Session, model: str, versions: Collection[str], environment: str, viewer: Actor
) -> PlacingPage:
    """What stands in this environment and what is against placing each of these versions; raises `NotFound`."""
    place, row = _beside(session, environment), load_model(session, model)
    former = serving(session, key_of(row), environment)
    found = session.exec(
        select(ModelVersion).where(ModelVersion.model_id == row.id, col(ModelVersion.version).in_(versions))
    ).all()
    against = {one.version: _against(place, one, former, viewer) for one in found}
    return PlacingPage(environment, place.serves, place.note, former.version if former else None, against)


def _against(place: Environment, row: ModelVersion, former: ModelVersion | None, actor: Actor) -> tuple[Refusal, ...]:
    stands = former is not None and former.id == row.id
    return place_refusals(row.stage, serves=place.serves, takes_turns=bool(place.slot_of), stands=stands, actor=actor)


def _beside(session: Session, name: str) -> Environment:
    row = _row(session, name)
    if row is None:
        raise NotFound("environment beside production", name)
    return row


def _row(session: Session, name: str) -> Environment | None:
    return session.exec(select(Environment).where(Environment.name == name)).first()
