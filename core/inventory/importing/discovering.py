"""Models that were seen at work or in a registry and that the inventory does not know."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, or_, select

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import SYSTEM, Actor, Permission, permission_refusals
from core.errors import Conflict, NotFound, Problem, Refusal, Refused, Unreadable
from core.inventory.importing.rules import DiscoveryStatus
from core.inventory.importing.tables import Discovery, RegistryModel, RegistryVersion
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number

LONGEST_NAME, LONGEST_VERSION, LONGEST_SOURCE = 500, 100, 200


def discovery_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot decide on a discovery."""
    return permission_refusals(actor, Permission.MODEL_REGISTER)


def seen_inference(store: Store, ledger: Ledger, *, model: str, version: str, source: str, at: datetime) -> str | None:
    """Something answered as `version` of `model`; a discovery's number where the inventory knows no such version.

    `model` is a number, a name here or a name in a registry, `version` ours or a registry's. The first sight is put
    on record, later ones are counted. Raises `Unreadable` for a name that cannot be kept.
    """
    with store.transaction() as tx:
        if is_known(tx.session, model.strip(), version.strip()):
            return None
        return discover(tx, ledger, source=source, name=model, version=version, at=at)


def discover(tx: Transaction, ledger: Ledger, *, source: str, name: str, version: str = "", at: datetime) -> str:
    """Note a sight of an unknown model; answers with the discovery's number, the same for every sight of it."""
    source, name, version = source.strip(), name.strip(), version.strip()
    _accept(source, name, version)
    row = tx.session.exec(
        select(Discovery)
        .where(Discovery.source == source, Discovery.name == name, Discovery.version == version)
        .with_for_update()
    ).first()
    if row is not None:
        row.last_seen, row.sightings = max(row.last_seen, at), row.sightings + 1
        if row.status is DiscoveryStatus.REGISTERED:
            row.status = DiscoveryStatus.OPEN  # it was registered, and yet is not known now
        tx.session.add(row)
        return row.number
    row = Discovery(
        number=next_number(tx.session, "U"), source=source, name=name, version=version, first_seen=at, last_seen=at
    )
    tx.session.add(row)
    tx.session.flush()
    payload = {"source": source, "name": name, "version": version}
    ledger.record(
        tx, Event.MODEL_DISCOVERED, entity=Entity("discovery", row.number), actor=SYSTEM, at=at, payload=payload
    )
    return row.number


def ignore(store: Store, ledger: Ledger, *, discovery: str, reason: str, actor: Actor, at: datetime) -> None:
    """Leave a discovery out of the inventory, with the reason; it is counted on, and can be taken up again."""
    _decide(store, ledger, discovery, DiscoveryStatus.IGNORED, reason=reason, model="", actor=actor, at=at)


def take_up_again(store: Store, ledger: Ledger, *, discovery: str, reason: str, actor: Actor, at: datetime) -> None:
    """Put an ignored discovery back on the list."""
    _decide(store, ledger, discovery, DiscoveryStatus.OPEN, reason=reason, model="", actor=actor, at=at)


def registered_as(
    store: Store, ledger: Ledger, *, discovery: str, model: str, reason: str, actor: Actor, at: datetime
) -> None:
    """Say as which model of the inventory a discovery is registered; raises `NotFound`."""
    _decide(store, ledger, discovery, DiscoveryStatus.REGISTERED, reason=reason, model=model, actor=actor, at=at)


def settle_discoveries(tx: Transaction, source: str, names: Iterable[str], *, actor: Actor, at: datetime) -> None:
    """Discoveries of a registry that an import has just registered are closed."""
    rows = tx.session.exec(
        select(Discovery, Model.number)
        .join(RegistryModel, col(RegistryModel.name) == col(Discovery.name))
        .join(Model, col(Model.id) == col(RegistryModel.model_id))
        .where(Discovery.source == source, col(Discovery.name).in_(list(names)))
    ).all()
    for row, number in rows:
        row.status, row.model = DiscoveryStatus.REGISTERED, number
        row.decided_by, row.decided_at, row.reason = actor.acting_as, at, "Imported."
        tx.session.add(row)


def is_known(session: Session, model: str, version: str) -> bool:
    """Whether the inventory holds this version of this model, by any name that either has."""
    named = select(Model.id).where(or_(Model.number == model, Model.name == model))
    ours = select(ModelVersion.id).where(col(ModelVersion.model_id).in_(named))
    theirs = (
        select(RegistryVersion.id)
        .join(RegistryModel, col(RegistryModel.id) == col(RegistryVersion.registry_model_id))
        .where(or_(RegistryModel.name == model, col(RegistryModel.model_id).in_(named)))
    )
    if version:
        ours, theirs = ours.where(ModelVersion.version == version), theirs.where(RegistryVersion.external == version)
    return session.exec(ours.limit(1)).first() is not None or session.exec(theirs.limit(1)).first() is not None


def _decide(
    store: Store, ledger: Ledger, number: str, status: DiscoveryStatus, *, reason: str, model: str, actor: Actor,
    at: datetime,
) -> None:  # fmt: skip
    entity = Entity("discovery", number)
    with deciding(store, ledger, "decide on a discovery", entity=entity, actor=actor, at=at) as tx:
        row = tx.session.exec(select(Discovery).where(Discovery.number == number).with_for_update()).first()
        if row is None:
            raise NotFound("discovery", number)
        reasons = (*discovery_refusals(actor), *reason_refusals(reason))
        if reasons:
            raise Refused(reasons)
        if row.status is status:
            raise Conflict("another decision", status.value, "The discovery")
        if model and tx.session.exec(select(Model.id).where(Model.number == model)).first() is None:
            raise NotFound("model", model)
        row.status, row.model, row.reason = status, model, reason.strip()
        row.decided_by, row.decided_at = actor.acting_as, at
        tx.session.add(row)
        payload = {"decision": status.value, "model": model, "reason": reason.strip()}
        ledger.record(tx, Event.DISCOVERY_DECIDED, entity=entity, actor=actor, at=at, payload=payload)


def _accept(source: str, name: str, version: str) -> None:
    limits = (("source", source, LONGEST_SOURCE), ("name", name, LONGEST_NAME), ("version", version, LONGEST_VERSION))
    problems = [
        Problem("too long", column=field, found=f"{len(text):,} characters", expected=f"at most {most}")
        for field, text, most in limits
        if len(text) > most
    ]
    problems += [Problem("nothing entered", column=field) for field, text, _ in limits[:2] if not text]
    if problems:
        raise Unreadable(problems)
