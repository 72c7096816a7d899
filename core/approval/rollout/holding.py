"""Holds a version on its way into production for a breach, and releases it when a person says why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.approval.facts import ChangeRecord, key_of, load_change
from core.approval.hooks.announcing import announce
from core.approval.rollout.facts import lock_execution, open_hold, open_rollout, rollout_facts
from core.approval.rollout.moving import tell
from core.approval.rollout.rules import Act, plan_from, rollout_refusals
from core.approval.rollout.stepping import Stepped
from core.approval.rollout.tables import Rollout, RolloutHold
from core.approval.rollout.texts import check_reason, refuse
from core.approval.tables import ChangeRequest
from core.inventory.deployments.rules import PRODUCTION, Ending
from core.inventory.deployments.service import Stay, open_stay, standing
from core.inventory.deployments.tables import Deployment
from core.inventory.tables import Model
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import Phase
from core.store import Store, Transaction


@dataclass(frozen=True)
class Held:
    """A breach as it holds a version: what failed in which chunk, how severe, and the clause that holds it."""

    what: str
    monitor: str
    chunk: str
    severity: str
    clause: str
    stops: bool  # the share of cases goes to 0, where the step has one


def hold_within(
    tx: Transaction, ledger: Ledger, model: Model, held: Held, *, actor: Actor, at: datetime
) -> tuple[RolloutHold, str] | None:
    """Hold the open rollout of a locked model; None where none is open or it is held already.

    Answers with the hold and the number of the change. The share stays, or goes to 0 and every webhook is told.
    """
    rollout = open_rollout(tx.session, key_of(model))
    if rollout is None or open_hold(tx.session, rollout) is not None:
        return None
    number = tx.session.exec(select(ChangeRequest.number).where(ChangeRequest.id == rollout.change_id)).one()
    record = load_change(tx.session, number)
    canary = standing(tx.session, key_of(model), PRODUCTION, Phase.CANARY)
    before = canary.share if canary else 0
    row = RolloutHold(
        rollout_id=key_of(rollout),
        step=rollout.step,
        what=held.what[:300],
        monitor=held.monitor,
        chunk=held.chunk,
        severity=held.severity,
        clause=held.clause,
        share_before=before,
        share=0 if held.stops else before,
        held_at=at,
    )
    tx.session.add(row)
    rollout.revision += 1
    tx.session.add(rollout)
    tx.session.flush()
    reason = f"{held.what}, chunk {held.chunk}"
    entry = tell(tx, ledger, record, rollout, Event.ROLLOUT_HELD, actor=actor, at=at, reason=reason)
    if canary is not None and row.share != before:
        _share(tx, record, canary, row.share, reason, entry, actor=actor, at=at)
    return row, number


def release_hold(store: Store, ledger: Ledger, *, change: str, reason: str, actor: Actor, at: datetime) -> Stepped:
    """Let the rollout go on after a breach: the share is as the step says, and the hold of the step begins anew."""
    with deciding(store, ledger, Act.RELEASE, entity=Entity("change", change), actor=actor, at=at) as tx:
        check_reason(reason)
        found = lock_execution(tx, change)
        facts = rollout_facts(tx.session, found, actor.id, at)
        refuse(rollout_refusals(facts, Act.RELEASE, actor, reason=reason))
        rollout, hold = found.rollout, open_hold(tx.session, found.rollout) if found.rollout else None
        assert rollout is not None  # the rules have asked for both
        assert hold is not None
        hold.released_at, hold.released_by, hold.released_because = at, actor.acting_as, reason.strip()
        tx.session.add(hold)
        _step_anew(tx, rollout, at)
        entry = tell(tx, ledger, found.record, rollout, Event.ROLLOUT_RELEASED, actor=actor, at=at, reason=reason)
        canary = standing(tx.session, rollout.model_id, PRODUCTION, Phase.CANARY)
        if canary is not None and canary.share != hold.share_before:
            _share(tx, found.record, canary, hold.share_before, reason.strip(), entry, actor=actor, at=at)
        return Stepped(change, found.record.change.status, rollout.status, rollout.step, entry)


def _step_anew(tx: Transaction, rollout: Rollout, at: datetime) -> None:
    """What was observed before the breach may no longer hold."""
    rollout.step_since = at
    rollout.hold_until = at + timedelta(hours=plan_from(rollout.plan)[rollout.step].hold_hours)
    rollout.revision += 1
    tx.session.add(rollout)
    tx.session.flush()


def _share(
    tx: Transaction,
    record: ChangeRecord,
    canary: Deployment,
    share: int,
    reason: str,
    entry: int,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """The same version stands on in canary, with another share of the cases from now on."""
    part = Stay(
        Phase.CANARY, share, change=canary.change, reason=reason[:2000], ending=Ending.ADVANCED, because=reason[:2000]
    )
    stay = open_stay(tx, record.model, record.version, PRODUCTION, part, actor=actor, at=at)
    announce(tx, record.model, record.version, stay, entry=entry, at=at)
