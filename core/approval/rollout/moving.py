"""What a step of a rollout does: stays begin and end, the version comes into production, the former one goes."""

from datetime import datetime

from core.access.rules import Actor
from core.approval.facts import ChangeRecord, key_of
from core.approval.hooks.announcing import announce
from core.approval.rollout.facts import Execution
from core.approval.rollout.rules import RolloutStatus, Strategy, plan_from
from core.approval.rollout.tables import Rollout
from core.approval.rules import ChangeStatus
from core.errors import NotFound
from core.inventory.deployments.rules import PRODUCTION, Ending
from core.inventory.deployments.service import Stay, end_stay, open_stay, serving, standing
from core.inventory.deployments.tables import Deployment
from core.inventory.moves import move, record_part
from core.inventory.rules import Action, Duty, Stage
from core.inventory.tables import ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import Phase, RolloutStep
from core.store import Transaction


def begin_slot(tx: Transaction, record: ChangeRecord, rollout: Rollout, *, actor: Actor, at: datetime) -> None:
    """Blue-green: the version is set up whole in the place that does not serve."""
    stay = Stay(Phase.FULL, 100, change=record.change.number)
    open_stay(tx, record.model, record.version, rollout.slot, stay, actor=actor, at=at)


def take_step(
    tx: Transaction, ledger: Ledger, found: Execution, rollout: Rollout, *, actor: Actor, at: datetime
) -> int:
    """Carry out the step at which the rollout now is; answers with the ledger entry that says so."""
    record, step = found.record, plan_from(rollout.plan)[rollout.step]
    if step.phase is Phase.FULL:
        return bring_into_production(tx, ledger, record, rollout, actor=actor, at=at)
    for phase in (Phase.SHADOW, Phase.CANARY):
        before = standing(tx.session, key_of(record.model), PRODUCTION, phase)
        if before is not None:
            end_stay(tx, before, Ending.ADVANCED, actor=actor, at=at)
    part = Stay(step.phase, step.percent, change=record.change.number, slot=rollout.slot)
    stay = open_stay(tx, record.model, record.version, PRODUCTION, part, actor=actor, at=at)
    first = rollout.step == 0
    event = Event.ROLLOUT_BEGUN if first else Event.ROLLOUT_ADVANCED
    entry = tell(tx, ledger, record, rollout, event, actor=actor, at=at)
    announce(tx, record.model, record.version, stay, entry=entry, at=at)
    return entry


def bring_into_production(
    tx: Transaction, ledger: Ledger, record: ChangeRecord, rollout: Rollout, *, actor: Actor, at: datetime
) -> int:
    """The version serves in full, the one that was there is superseded, and the change is executed."""
    move(tx, record.version, Action.EXECUTE)
    record_part(tx, record.version, actor, Duty.EXECUTION, at)
    former = serving(tx.session, key_of(record.model))
    if former is not None:
        supersede(tx, ledger, record.model.number, former, by=record.version.version, actor=actor, at=at)
    for phase in (Phase.SHADOW, Phase.CANARY):
        before = standing(tx.session, key_of(record.model), PRODUCTION, phase)
        if before is not None:
            end_stay(tx, before, Ending.ADVANCED, actor=actor, at=at)
    part = Stay(Phase.FULL, 100, change=record.change.number, slot=rollout.slot)
    stay = open_stay(tx, record.model, record.version, PRODUCTION, part, actor=actor, at=at)
    rollout.former_version_id = former.id if former else None
    close(tx, rollout, RolloutStatus.COMPLETED, actor=actor, at=at)
    settle_executed(tx, record, former, actor=actor, at=at)
    entry = ledger.record(
        tx,
        Event.CHANGE_EXECUTED,
        entity=Entity("change", record.change.number),
        actor=actor,
        at=at,
        payload={
            "model": record.model.number,
            "environment": PRODUCTION,
            "from": former.version if former else "",
            "to": record.version.version,
            "evidence": record.version.evidence_digest,
        },
    ).index
    announce(tx, record.model, record.version, stay, entry=entry, at=at)
    return entry


def withdraw_from_production(
    tx: Transaction, record: ChangeRecord, rollout: Rollout, *, reason: str, entry: int, actor: Actor, at: datetime
) -> None:
    """End every stay that the rollout began; the version in full serves as before."""
    places = [(PRODUCTION, Phase.SHADOW), (PRODUCTION, Phase.CANARY)]
    if rollout.slot:
        places.append((rollout.slot, Phase.FULL))
    for environment, phase in places:
        stay = standing(tx.session, rollout.model_id, environment, phase)
        if stay is not None and stay.version_id == rollout.version_id:
            end_stay(tx, stay, Ending.ABORTED, because=reason, actor=actor, at=at)
            announce(tx, record.model, record.version, stay, entry=entry, at=at)


def supersede(
    tx: Transaction, ledger: Ledger, model: str, former: ModelVersion, *, by: str, actor: Actor, at: datetime
) -> None:
    """The version that was in production no longer is; one that was retired meanwhile stays so."""
    if former.stage is not Stage.IN_PRODUCTION:
        return
    move(tx, former, Action.SUPERSEDE)
    ledger.record(
        tx,
        Event.VERSION_STAGE_CHANGED,
        entity=Entity("version", f"{model} {former.version}"),
        actor=actor,
        at=at,
        payload={"stage": former.stage.value, "by": by},
    )


def settle_executed(
    tx: Transaction, record: ChangeRecord, former: ModelVersion | None, *, actor: Actor, at: datetime
) -> None:
    """A locked change is executed."""
    change = record.change
    change.executed_by, change.executed_at = actor.id, at
    change.replaced_version_id = former.id if former else None
    change.status = ChangeStatus.EXECUTED
    change.revision += 1
    tx.session.add(change)
    tx.session.flush()


def close(tx: Transaction, rollout: Rollout, status: RolloutStatus, *, actor: Actor, at: datetime) -> None:
    """The rollout is over."""
    rollout.status, rollout.ended_by, rollout.ended_at = status, actor.acting_as, at
    rollout.revision += 1
    tx.session.add(rollout)
    tx.session.flush()


def tell(
    tx: Transaction,
    ledger: Ledger,
    record: ChangeRecord,
    rollout: Rollout,
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> int:
    """Put an act of a rollout on record."""
    step: RolloutStep = plan_from(rollout.plan)[rollout.step]
    payload = {
        "model": record.model.number,
        "version": record.version.version,
        "environment": rollout.environment,
        "phase": step.phase.value,
        "share": step.percent,
        "strategy": rollout.strategy.value,
    }
    if rollout.strategy is Strategy.BLUE_GREEN:
        payload["slot"] = rollout.slot
    if reason:
        payload["reason"] = reason
    return ledger.record(
        tx, event, entity=Entity("change", record.change.number), actor=actor, at=at, payload=payload
    ).index


def idle_slot(tx: Transaction, model_id: int, slots: tuple[str, ...]) -> str:
    """The place of the two that does not serve production now."""
    serves: Deployment | None = standing(tx.session, model_id, PRODUCTION, Phase.FULL)
    idle = next((slot for slot in slots if serves is None or slot != serves.slot), None)
    if idle is None:
        raise NotFound("environment", f"place of {PRODUCTION}")
    return idle
