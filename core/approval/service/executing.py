"""Executes an approved change: the production pointer moves, the former version is superseded."""

from datetime import datetime

from sqlmodel import select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.approval.facts import ChangeRecord, change_facts, key_of, load_change
from core.approval.rules import ChangeStatus, refusals
from core.approval.service.requesting import Changed, refuse, settle
from core.inventory.moves import move, record_part
from core.inventory.rules import Action, Duty, Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

ENVIRONMENT = "production"


def execute_change(store: Store, ledger: Ledger, *, change: str, actor: Actor, at: datetime) -> Changed:
    """Bring the approved version into production and supersede the one that was there; happens once."""
    with deciding(store, ledger, Action.EXECUTE, entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        # two changes of one model are executed one after the other, or both would find the same former version
        tx.session.exec(select(Model).where(Model.id == record.model.id).with_for_update()).one()
        refuse(refusals(change_facts(tx.session, record, actor.id), Action.EXECUTE, actor))
        move(tx, record.version, Action.EXECUTE)
        record_part(tx, record.version, actor, Duty.EXECUTION, at)
        former = _point(tx, record, actor, at)
        if former is not None:
            _supersede(tx, ledger, record, former, actor=actor, at=at)
        record.change.executed_by, record.change.executed_at = actor.id, at
        record.change.replaced_version_id = former.id if former else None
        settle(tx, record.change, ChangeStatus.EXECUTED)
        entry = ledger.record(
            tx,
            Event.CHANGE_EXECUTED,
            entity=Entity("change", change),
            actor=actor,
            at=at,
            payload={
                "model": record.model.number,
                "environment": ENVIRONMENT,
                "from": former.version if former else "",
                "to": record.version.version,
                "evidence": record.version.evidence_digest,
            },
        )
        return Changed(change, ChangeStatus.EXECUTED, entry.index)


def _point(tx: Transaction, record: ChangeRecord, actor: Actor, at: datetime) -> ModelVersion | None:
    """Move the pointer of the model and return the version that it pointed at."""
    pointer = tx.session.exec(
        select(ProductionPointer).where(
            ProductionPointer.model_id == record.model.id, ProductionPointer.environment == ENVIRONMENT
        )
    ).first()
    if pointer is None:
        tx.session.add(
            ProductionPointer(
                model_id=key_of(record.model), version_id=key_of(record.version), since=at, moved_by=actor.acting_as
            )
        )
        return None
    former = tx.session.get(ModelVersion, pointer.version_id)
    pointer.version_id, pointer.since, pointer.moved_by = key_of(record.version), at, actor.acting_as
    tx.session.add(pointer)
    return former


def _supersede(
    tx: Transaction, ledger: Ledger, record: ChangeRecord, former: ModelVersion, *, actor: Actor, at: datetime
) -> None:
    if former.stage is not Stage.IN_PRODUCTION:  # retired meanwhile: it stays so
        return
    move(tx, former, Action.SUPERSEDE)
    ledger.record(
        tx,
        Event.VERSION_STAGE_CHANGED,
        entity=Entity("version", f"{record.model.number} {former.version}"),
        actor=actor,
        at=at,
        payload={"stage": former.stage.value, "by": record.version.version},
    )
