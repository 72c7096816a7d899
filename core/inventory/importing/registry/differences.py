"""Where a registry and the record differ: found by a look at the registry, decided by a person."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Conflict, NotFound, Problem, Refusal, Refused, Unreadable
from core.inventory.changing.service import change_within
from core.inventory.importing.plan.known import known_of
from core.inventory.importing.registry.planning import Entry
from core.inventory.importing.rules import DifferenceKind, DifferenceStatus
from core.inventory.importing.tables import Difference, RegistryModel
from core.inventory.rules import Exposure, Purpose
from core.inventory.tables import Model
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


def decision_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot decide on a difference."""
    return permission_refusals(actor, Permission.MODEL_EDIT)


def take_over_refusals(actor: Actor, kind: DifferenceKind) -> tuple[Refusal, ...]:
    """Why what the registry shows cannot be taken over with one click."""
    if kind is DifferenceKind.CHANGED:
        return decision_refusals(actor)
    reason = {
        DifferenceKind.NEW_VERSION: ("A new version is taken over by an import", "Import the model again."),
        DifferenceKind.GONE: ("What is gone there stays on record here", "Keep the record, or retire it."),
    }[kind]
    return (*decision_refusals(actor), Refusal("not-by-decision", reason[0], "import", reason[1]))


def take_over(store: Store, ledger: Ledger, *, difference: int, reason: str, actor: Actor, at: datetime) -> None:
    """Change the record to what the registry shows; raises `Conflict` when it or the difference changed meanwhile."""
    entity = Entity("difference", str(difference))
    with deciding(store, ledger, "take over a difference", entity=entity, actor=actor, at=at) as tx:
        row, link, model = _load(tx.session, difference)
        _refuse((*take_over_refusals(actor, row.kind), *reason_refusals(reason)))
        _open(row)
        if _ours(model, row.field) != row.ours:
            raise Conflict(row.ours, _ours(model, row.field), "The record")
        change_within(
            tx,
            ledger,
            model=model.number,
            changes={row.field: readable(tx.session, row.field, row.theirs)},
            reason=reason,
            expected_revision=model.revision,
            actor=actor,
            at=at,
        )
        _settle(tx, ledger, row, link, DifferenceStatus.TAKEN, reason, actor=actor, at=at)


def keep_ours(store: Store, ledger: Ledger, *, difference: int, reason: str, actor: Actor, at: datetime) -> None:
    """Leave the record as it is; the same difference is not raised again until the registry changes once more."""
    entity = Entity("difference", str(difference))
    with deciding(store, ledger, "keep our record", entity=entity, actor=actor, at=at) as tx:
        row, link, _ = _load(tx.session, difference)
        _refuse((*decision_refusals(actor), *reason_refusals(reason)))
        _open(row)
        _settle(tx, ledger, row, link, DifferenceStatus.KEPT, reason, actor=actor, at=at)


def settle_new_versions(tx: Transaction, server: str, entries: Iterable[Entry], *, actor: Actor, at: datetime) -> None:
    """Open differences about versions that an import has just registered are taken."""
    imported = {(entry.name, entry.external) for entry in entries if entry.version}
    rows = tx.session.exec(
        select(Difference, RegistryModel.name)
        .join(RegistryModel, col(RegistryModel.id) == col(Difference.registry_model_id))
        .where(
            RegistryModel.server == server,
            Difference.kind == DifferenceKind.NEW_VERSION,
            Difference.status == DifferenceStatus.OPEN,
        )
    ).all()
    for row, name in rows:
        if (name, row.external) in imported:
            row.status, row.decided_by, row.decided_at = DifferenceStatus.TAKEN, actor.acting_as, at
            tx.session.add(row)


def readable(session: Session, field: str, said: str) -> str:
    """A field as the record keeps it: people by number, choices in our words; raises `Unreadable`."""
    if field in ("owner", "developer"):
        found = known_of(session, numbers=(), names=(), datasets=()).person(said)
        if isinstance(found, Problem):
            raise Unreadable([Problem(found.reason, None, field, found.found, found.expected)])
        return found
    for kind in (Exposure, Purpose):
        if field == {Exposure: "exposure", Purpose: "purpose_class"}[kind]:
            words = {one.value: one.value for one in kind} | {one.name.casefold(): one.value for one in kind}
            return words.get(said.casefold().strip(), said)
    return said


def _load(session: Session, difference: int) -> tuple[Difference, RegistryModel, Model]:
    found = session.exec(
        select(Difference, RegistryModel, Model)
        .join(RegistryModel, col(RegistryModel.id) == col(Difference.registry_model_id))
        .join(Model, col(Model.id) == col(RegistryModel.model_id))
        .where(Difference.id == difference)
        .with_for_update(of=Difference)
    ).first()
    if found is None:
        raise NotFound("difference", difference)
    return found[0], found[1], found[2]


def _open(row: Difference) -> None:
    if row.status is not DifferenceStatus.OPEN:
        raise Conflict(DifferenceStatus.OPEN, row.status, "The difference")


def _ours(model: Model, field: str) -> str:
    return str(getattr(model, field, ""))


def _settle(
    tx: Transaction, ledger: Ledger, row: Difference, link: RegistryModel, status: DifferenceStatus, reason: str,
    *, actor: Actor, at: datetime,
) -> None:  # fmt: skip
    row.status, row.decided_by, row.decided_at, row.reason = status, actor.acting_as, at, reason.strip()
    tx.session.add(row)
    if row.kind is DifferenceKind.CHANGED:
        agreed: Mapping[str, str] = json.loads(link.agreed or "{}")
        link.agreed = json.dumps({**agreed, row.field: row.theirs}, sort_keys=True, ensure_ascii=False)
        tx.session.add(link)
    ledger.record(
        tx,
        Event.DIFFERENCE_DECIDED,
        entity=Entity("difference", str(row.id)),
        actor=actor,
        at=at,
        payload={
            "server": link.server,
            "model": link.name,
            "kind": row.kind.value,
            "field": row.field,
            "version": row.external,
            "decision": status.value,
            "reason": reason.strip(),
        },
    )


def _refuse(reasons: tuple[Refusal, ...]) -> None:
    if reasons:
        raise Refused(reasons)
