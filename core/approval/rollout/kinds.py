"""Carries out the changes that take no rollout: a restricted use, a retirement, a rollback under votes."""

from datetime import datetime

from sqlmodel import col, select

from core.access.rules import Actor
from core.approval.facts import ChangeRecord, key_of
from core.approval.hooks.announcing import announce
from core.approval.rollout.moving import settle_executed, supersede
from core.errors import NotFound
from core.inventory.deployments.queries import restriction_of
from core.inventory.deployments.rules import PRODUCTION, Ending
from core.inventory.deployments.service import Stay, end_stay, open_stay, serving, unpoint
from core.inventory.deployments.tables import Deployment, Restriction
from core.inventory.moves import move, record_part
from core.inventory.rules import Action, Duty
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import ChangeKind, Phase
from core.store import Transaction

ROLLED_OUT = frozenset({ChangeKind.FIRST_USE, ChangeKind.NEW_VERSION})


def is_rolled_out(record: ChangeRecord) -> bool:
    """Whether the change brings a version into production step by step."""
    return record.change.kind in ROLLED_OUT


def carry_out_at_once(tx: Transaction, ledger: Ledger, record: ChangeRecord, *, actor: Actor, at: datetime) -> int:
    """Carry out an approved change of another kind; answers with its ledger entry."""
    match record.change.kind:
        case ChangeKind.RETIREMENT:
            event, payload = _retire(tx, ledger, record, actor=actor, at=at)
        case ChangeKind.RESTRICTED_USE:
            turn = _lift if record.change.lifts else _restrict
            event, payload = turn(tx, record, actor=actor, at=at)
        case ChangeKind.ROLLBACK:
            event, payload = _return(tx, ledger, record, actor=actor, at=at)
        case _:  # an exception is in force by its approval; its execution is on record and moves nothing
            event, payload = Event.CHANGE_EXECUTED, {}
    if event is not Event.CHANGE_EXECUTED:
        entity = Entity("version", f"{record.model.number} {record.version.version}")
        ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=payload)
    settle_executed(tx, record, None, actor=actor, at=at)
    said = {"model": record.model.number, "version": record.version.version, **payload}
    entity = Entity("change", record.change.number)
    return ledger.record(tx, Event.CHANGE_EXECUTED, entity=entity, actor=actor, at=at, payload=said).index


def _retire(
    tx: Transaction, ledger: Ledger, record: ChangeRecord, *, actor: Actor, at: datetime
) -> tuple[Event, dict[str, str]]:
    """The version serves nowhere any more; nothing leads out of retirement."""
    move(tx, record.version, Action.RETIRE)
    record_part(tx, record.version, actor, Duty.EXECUTION, at)
    entity = Entity("version", f"{record.model.number} {record.version.version}")
    entry = ledger.record(
        tx, Event.VERSION_STAGE_CHANGED, entity=entity, actor=actor, at=at,
        payload={"stage": record.version.stage.value, "by": record.change.number},
    ).index  # fmt: skip
    left = []
    for stay in tx.session.exec(
        select(Deployment).where(Deployment.version_id == record.version.id, col(Deployment.until).is_(None))
    ).all():
        end_stay(tx, stay, Ending.RETIRED, because=record.change.rationale[:2000], actor=actor, at=at)
        if stay.phase is Phase.FULL:
            unpoint(tx, key_of(record.model), stay.environment)
        announce(tx, record.model, record.version, stay, entry=entry, at=at)
        left.append(stay.environment)
    return Event.VERSION_RETIRED, {"environments": ", ".join(sorted(set(left)))}


def _restrict(tx: Transaction, record: ChangeRecord, *, actor: Actor, at: datetime) -> tuple[Event, dict[str, str]]:
    """The bound is in force from now on, shown with the model and answered to whoever asks for production."""
    text = record.change.restriction or record.change.rationale
    tx.session.add(
        Restriction(
            model_id=key_of(record.model),
            version_id=key_of(record.version),
            text=text,
            change=record.change.number,
            since=at,
            set_by=actor.acting_as,
        )
    )
    tx.session.flush()
    return Event.USE_RESTRICTED, {"restriction": text}


def _lift(tx: Transaction, record: ChangeRecord, *, actor: Actor, at: datetime) -> tuple[Event, dict[str, str]]:
    """The bound that an earlier change put in force binds no longer; it stays on record with both changes."""
    bound = restriction_of(tx.session, record.change.lifts)
    if bound is None:
        raise NotFound("restriction of change", record.change.lifts)
    bound.until, bound.lifted_by, bound.lifted_change = at, actor.acting_as, record.change.number
    tx.session.add(bound)
    tx.session.flush()
    return Event.RESTRICTION_LIFTED, {"restriction": bound.text, "of": bound.change}


def _return(
    tx: Transaction, ledger: Ledger, record: ChangeRecord, *, actor: Actor, at: datetime
) -> tuple[Event, dict[str, str]]:
    """A superseded version comes back because approvers voted for it."""
    former = serving(tx.session, key_of(record.model))
    move(tx, record.version, Action.RETURN)
    record_part(tx, record.version, actor, Duty.EXECUTION, at)
    if former is not None:
        supersede(tx, ledger, record.model.number, former, by=record.version.version, actor=actor, at=at)
    part = Stay(
        Phase.FULL, 100, change=record.change.number, reason=record.change.rationale[:2000], ending=Ending.ROLLED_BACK,
        because=record.change.rationale[:2000],
    )  # fmt: skip
    stay = open_stay(tx, record.model, record.version, PRODUCTION, part, actor=actor, at=at)
    entity = Entity("model", record.model.number)
    payload = {"from": former.version if former else "", "to": record.version.version, "environment": PRODUCTION}
    entry = ledger.record(tx, Event.PRODUCTION_RETURNED, entity=entity, actor=actor, at=at, payload=payload).index
    announce(tx, record.model, record.version, stay, entry=entry, at=at)
    return Event.VERSION_STAGE_CHANGED, {"stage": record.version.stage.value, **payload}
