"""Begins the rollout of an approved change, brings it further, halts it and takes it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.access.deciding import deciding
from core.access.rules import Actor
from core.approval.facts import key_of
from core.approval.rollout.facts import Execution, lock_execution, rollout_facts
from core.approval.rollout.kinds import carry_out_at_once, is_rolled_out
from core.approval.rollout.moving import begin_slot, close, idle_slot, take_step, tell, withdraw_from_production
from core.approval.rollout.rules import (
    Act,
    RolloutStatus,
    Strategy,
    plan_from,
    plan_of,
    plan_text,
    rollout_refusals,
    slot_refusals,
)
from core.approval.rollout.tables import Rollout
from core.approval.rollout.texts import check_reason, refuse
from core.approval.rules import ChangeStatus
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


@dataclass(frozen=True)
class Stepped:
    """How far an execution is after an act, and the ledger entry that says so; no status: it took no rollout."""

    change: str
    status: ChangeStatus
    rollout: RolloutStatus | None
    step: int
    entry: int


def begin(
    store: Store,
    ledger: Ledger,
    *,
    change: str,
    strategy: Strategy = Strategy.STEPWISE,
    actor: Actor,
    at: datetime,
) -> Stepped:
    """Take the first step of the plan that the policy gives; a plan of one step brings the version in at once."""
    with deciding(store, ledger, Act.BEGIN, entity=Entity("change", change), actor=actor, at=at) as tx:
        found = lock_execution(tx, change)
        facts = rollout_facts(tx.session, found, actor.id, at)
        against = rollout_refusals(facts, Act.BEGIN, actor)
        if strategy is Strategy.BLUE_GREEN:
            against = (*against, *slot_refusals(facts.slots))
        refuse(against)
        if not is_rolled_out(found.record):
            entry = carry_out_at_once(tx, ledger, found.record, actor=actor, at=at)
            return Stepped(change, found.record.change.status, None, 0, entry)
        rollout = _opened(tx, found, strategy, facts.slots, actor=actor, at=at)
        entry = take_step(tx, ledger, found, rollout, actor=actor, at=at)
        return _said(found, rollout, entry)


def advance(store: Store, ledger: Ledger, *, change: str, actor: Actor, at: datetime) -> Stepped:
    """Take the next step, once the hold has ended and nothing stands against the version."""
    with deciding(store, ledger, Act.ADVANCE, entity=Entity("change", change), actor=actor, at=at) as tx:
        found = lock_execution(tx, change)
        refuse(rollout_refusals(rollout_facts(tx.session, found, actor.id, at), Act.ADVANCE, actor))
        rollout = _open(found)
        rollout.step += 1
        _hold(rollout, at)
        tx.session.add(rollout)
        entry = take_step(tx, ledger, found, rollout, actor=actor, at=at)
        return _said(found, rollout, entry)


def halt(store: Store, ledger: Ledger, *, change: str, reason: str, actor: Actor, at: datetime) -> Stepped:
    """Stop where it is: the share stays, and no step follows until it is resumed."""
    return _turn(store, ledger, Act.HALT, RolloutStatus.HALTED, change=change, reason=reason, actor=actor, at=at)


def resume(store: Store, ledger: Ledger, *, change: str, actor: Actor, at: datetime) -> Stepped:
    """Go on after a halt; the hold of the step begins anew, for what was observed before may no longer hold."""
    return _turn(store, ledger, Act.RESUME, RolloutStatus.UNDER_WAY, change=change, actor=actor, at=at)


def abort(store: Store, ledger: Ledger, *, change: str, reason: str, actor: Actor, at: datetime) -> Stepped:
    """Take the version out again; the former one serves as before, and the change stays approved."""
    with deciding(store, ledger, Act.ABORT, entity=Entity("change", change), actor=actor, at=at) as tx:
        check_reason(reason)
        found = lock_execution(tx, change)
        refuse(rollout_refusals(rollout_facts(tx.session, found, actor.id, at), Act.ABORT, actor, reason=reason))
        rollout = _open(found)
        entry = abort_open(tx, ledger, found, rollout, reason=reason, actor=actor, at=at)
        return _said(found, rollout, entry)


def abort_open(
    tx: Transaction, ledger: Ledger, found: Execution, rollout: Rollout, *, reason: str, actor: Actor, at: datetime
) -> int:
    """As `abort`, inside a transaction that has asked the rules."""
    rollout.said = reason
    close(tx, rollout, RolloutStatus.ABORTED, actor=actor, at=at)
    entry = tell(tx, ledger, found.record, rollout, Event.ROLLOUT_ABORTED, actor=actor, at=at, reason=reason)
    withdraw_from_production(tx, found.record, rollout, reason=reason, entry=entry, actor=actor, at=at)
    return entry


def _turn(
    store: Store,
    ledger: Ledger,
    act: Act,
    status: RolloutStatus,
    *,
    change: str,
    reason: str | None = None,
    actor: Actor,
    at: datetime,
) -> Stepped:
    with deciding(store, ledger, act, entity=Entity("change", change), actor=actor, at=at) as tx:
        check_reason(reason or "")
        found = lock_execution(tx, change)
        refuse(rollout_refusals(rollout_facts(tx.session, found, actor.id, at), act, actor, reason=reason))
        rollout = _open(found)
        rollout.status, rollout.said = status, reason or ""
        rollout.revision += 1
        if status is RolloutStatus.UNDER_WAY:
            _hold(rollout, at)
        tx.session.add(rollout)
        event = Event.ROLLOUT_HALTED if act is Act.HALT else Event.ROLLOUT_RESUMED
        entry = tell(tx, ledger, found.record, rollout, event, actor=actor, at=at, reason=reason or "")
        return _said(found, rollout, entry)


def _opened(
    tx: Transaction, found: Execution, strategy: Strategy, slots: tuple[str, ...], *, actor: Actor, at: datetime
) -> Rollout:
    record, blue_green = found.record, strategy is Strategy.BLUE_GREEN
    rollout = Rollout(
        change_id=key_of(record.change),
        model_id=key_of(record.model),
        version_id=key_of(record.version),
        strategy=strategy,
        slot=idle_slot(tx, key_of(record.model), slots) if blue_green else "",
        plan=plan_text(plan_of(found.path.rollout, strategy)),
        clause=found.path.clause,
        step=0,
        step_since=at,
        hold_until=at,
        status=RolloutStatus.UNDER_WAY,
        begun_by=actor.acting_as,
        begun_at=at,
    )
    _hold(rollout, at)
    tx.session.add(rollout)
    tx.session.flush()
    if blue_green:
        begin_slot(tx, record, rollout, actor=actor, at=at)
    return rollout


def _hold(rollout: Rollout, at: datetime) -> None:
    rollout.step_since = at
    rollout.hold_until = at + timedelta(hours=plan_from(rollout.plan)[rollout.step].hold_hours)
    rollout.revision += 1


def _open(found: Execution) -> Rollout:
    """The open rollout, which the rules have asked for."""
    assert found.rollout is not None
    return found.rollout


def _said(found: Execution, rollout: Rollout, entry: int) -> Stepped:
    return Stepped(found.record.change.number, found.record.change.status, rollout.status, rollout.step, entry)
