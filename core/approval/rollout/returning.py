"""Goes back to the last approved version at once, with one reason; and rehearses that, without moving anything."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from core.access.deciding import deciding
from core.access.rules import SYSTEM, Actor, Permission, permission_refusals
from core.approval.facts import key_of, load_change
from core.approval.hooks.announcing import announce
from core.approval.rollout.facts import WayBack, execution, lock_model, open_rollout, way_back
from core.approval.rollout.moving import supersede
from core.approval.rollout.rules import return_refusals, seen_refusals
from core.approval.rollout.stepping import abort_open
from core.approval.rollout.texts import check_reason, refuse
from core.approval.tables import ChangeRequest
from core.errors import GovernanceError, NotFound
from core.inventory.deployments.rules import PRODUCTION, DrillOutcome, Ending
from core.inventory.deployments.service import Stay, check_environment, open_stay, slots_of, standing
from core.inventory.deployments.tables import Deployment, Drill
from core.inventory.moves import load_model, move, record_part
from core.inventory.rules import Action, Duty
from core.inventory.tables import Model
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import Phase
from core.store import Store, Transaction

ACT = "return to the last approved version"
REHEARSE = "rehearse the rollback"


@dataclass(frozen=True)
class Returned:
    """Which version stands now in place of which, and the ledger entry that says so."""

    model: str
    environment: str
    former: str
    now: str
    entry: int


@dataclass(frozen=True)
class Rehearsed:
    """What a rehearsal came to: `found` says what stood against it, one line each."""

    model: str
    outcome: DrillOutcome
    current: str | None
    former: str | None
    found: tuple[str, ...]
    microseconds: int
    entry: int


def return_to_former(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    reason: str,
    environment: str = PRODUCTION,
    seen: str | None = None,
    actor: Actor,
    at: datetime,
) -> Returned:
    """Bring back the version that stood before, and mark the one that stands as rolled back; an open rollout ends.

    `seen` is the version that stood when the actor decided: where another one stands by now, nothing moves.
    """
    check_reason(reason)
    with deciding(store, ledger, ACT, entity=Entity("model", model), actor=actor, at=at) as tx:
        row = locked_model(tx, model)
        check_environment(tx.session, environment)
        back = way_back(tx.session, row, environment, at=at)
        refuse((*seen_refusals(back.facts, seen), *return_refusals(back.facts, actor, reason=reason)))
        return return_within(tx, ledger, back, environment, reason=reason, actor=actor, at=at)


def return_within(
    tx: Transaction, ledger: Ledger, back: WayBack, environment: str, *, reason: str, actor: Actor, at: datetime
) -> Returned:
    """As `return_to_former`, inside a transaction that has locked the model and asked the rules."""
    _abort_open(tx, ledger, back.model, environment, reason=reason, actor=actor, at=at)
    return _returned(tx, ledger, back, environment, reason=reason, actor=actor, at=at)


def rehearse(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    environment: str = PRODUCTION,
    registry: Callable[[str], str | None] | None = None,
    also: Callable[[Transaction, Rehearsed], None] | None = None,
    actor: Actor,
    at: datetime,
) -> Rehearsed:
    """Play the rollback: the rules are asked as for the real one and the registry whether it answers; nothing moves.

    `registry` is asked with the model's number and answers with what went wrong, or None. The time that it takes is
    that of reading, deciding and asking. Whoever may roll back may rehearse it, and so does the system on schedule.
    `also` is done in the transaction that keeps the record.
    """
    started = time.perf_counter()
    found, back = _played(store, model, environment, registry, actor, at)
    took = round((time.perf_counter() - started) * 1_000_000)
    with deciding(store, ledger, REHEARSE, entity=Entity("model", model), actor=actor, at=at) as tx:
        refuse(() if actor == SYSTEM else permission_refusals(actor, Permission.PRODUCTION_RETURN))
        outcome = DrillOutcome.FAILED if found else DrillOutcome.PASSED
        tx.session.add(
            Drill(
                model_id=key_of(back.model),
                environment=environment,
                from_version_id=back.current.id if back.current else None,
                to_version_id=back.former.id if back.former else None,
                outcome=outcome,
                found="\n".join(found)[:8000],
                microseconds=took,
                at=at,
                by=actor.acting_as,
            )
        )
        entry = ledger.record(
            tx,
            Event.ROLLBACK_REHEARSED,
            entity=Entity("model", model),
            actor=actor,
            at=at,
            payload={
                "environment": environment,
                "from": back.facts.current or "",
                "to": back.facts.former or "",
                "outcome": outcome.value,
                "found": list(found),
            },
        )
        done = Rehearsed(model, outcome, back.facts.current, back.facts.former, found, took, entry.index)
        if also is not None:
            also(tx, done)
        return done


def _played(
    store: Store, model: str, environment: str, registry: Callable[[str], str | None] | None, actor: Actor, at: datetime
) -> tuple[tuple[str, ...], WayBack]:
    with store.reading() as session:
        check_environment(session, environment)
        back = way_back(session, load_model(session, model), environment, at=at)
        found = [str(reason) for reason in return_refusals(back.facts, actor)]
    if registry is not None:
        try:
            said = registry(model)
        except GovernanceError as error:
            said = str(error)
        found += [f"The model registry: {said}"] if said else []
    return tuple(" ".join(line.split()) for line in found), back


def locked_model(tx: Transaction, model: str) -> Model:
    """The model, locked before it is read, so that whatever moves its versions comes before or after; `NotFound`."""
    found = tx.session.execute(select(Model.id).where(Model.number == model)).scalar_one_or_none()
    if found is None:
        raise NotFound("model", model)
    lock_model(tx, found)
    return load_model(tx.session, model)


def _abort_open(
    tx: Transaction, ledger: Ledger, model: Model, environment: str, *, reason: str, actor: Actor, at: datetime
) -> None:
    rollout = open_rollout(tx.session, key_of(model), environment)
    if rollout is None:
        return
    number = tx.session.exec(select(ChangeRequest.number).where(ChangeRequest.id == rollout.change_id)).one()
    found = execution(tx.session, load_change(tx.session, number, to_decide=True))
    abort_open(tx, ledger, found, rollout, reason=reason, actor=actor, at=at)


def _returned(
    tx: Transaction, ledger: Ledger, back: WayBack, environment: str, *, reason: str, actor: Actor, at: datetime
) -> Returned:
    model, current, former = back.model, back.current, back.former
    assert current is not None  # the rules have asked for both
    assert former is not None
    if environment == PRODUCTION:
        move(tx, former, Action.RETURN)
        supersede(tx, ledger, model.number, current, by=former.version, actor=actor, at=at)
    if actor != SYSTEM:  # duties are of people
        record_part(tx, former, actor, Duty.EXECUTION, at)
    part = Stay(
        Phase.FULL, 100, slot=_slot(tx, model, former.id), reason=reason, ending=Ending.ROLLED_BACK, because=reason
    )
    stay = open_stay(tx, model, former, environment, part, actor=actor, at=at)
    entry = ledger.record(
        tx,
        Event.PRODUCTION_RETURNED,
        entity=Entity("model", model.number),
        actor=actor,
        at=at,
        payload={
            "environment": environment,
            "from": current.version,
            "to": former.version,
            "evidence": former.evidence_digest,
            "reason": reason,
        },
    ).index
    announce(tx, model, former, stay, entry=entry, at=at)
    return Returned(model.number, environment, current.version, former.version, entry)


def _slot(tx: Transaction, model: Model, version_id: int | None) -> str:
    """The place in which the version still stands ready, in a blue-green set-up."""
    for slot in slots_of(tx.session):
        stay: Deployment | None = standing(tx.session, key_of(model), slot, Phase.FULL)
        if stay is not None and stay.version_id == version_id:
            return slot
    return ""
