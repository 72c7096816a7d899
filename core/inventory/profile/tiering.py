"""The use cases that put another tier in force than the rule's: one person proposes, another confirms."""

from collections.abc import Sequence
from datetime import datetime

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import NotFound, Refusal, Refused
from core.inventory.changing.service import apply, change_refusals
from core.inventory.checking import retired_refusals
from core.inventory.history import Difference
from core.inventory.profile.deciding import check_readable, open_model
from core.inventory.profile.overrides import end_override, override_of
from core.inventory.profile.rules import OverrideStatus, decide_tier_refusals, propose_tier_refusals
from core.inventory.rules import materiality
from core.inventory.tables import Model, TierOverride
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


def propose_tier(
    store: Store, ledger: Ledger, *, model: str, tier: int, reason: str, actor: Actor, at: datetime
) -> int:
    """Propose another tier than the one in force; nothing changes until another person confirms it."""
    with deciding(store, ledger, "propose a tier", entity=Entity("model", model), actor=actor, at=at) as tx:
        row = open_model(tx.session, model)
        check_readable(reason)
        pending = override_of(tx.session, row, OverrideStatus.PROPOSED) is not None
        against = propose_tier_refusals(tier, row.tier, pending=pending, reason=reason)
        _refuse((*change_refusals(actor, row), *against))
        rule_tier = materiality(row.exposure, row.purpose_class)
        tx.session.add(
            TierOverride(
                model_id=row.id or 0,
                tier=tier,
                rule_tier=rule_tier,
                reason=reason.strip(),
                proposed_by=actor.id,
                proposed_at=at,
            )
        )
        payload: dict[str, JsonValue] = {
            "tier": tier,
            "in force": row.tier,
            "rule": rule_tier,
            "reason": reason.strip(),
        }
        entity = Entity("model", model)
        return ledger.record(tx, Event.TIER_PROPOSED, entity=entity, actor=actor, at=at, payload=payload).index


def against_deciding_tier(actor: Actor, model: Model, waiting: TierOverride) -> tuple[Refusal, ...]:
    """Why this actor cannot confirm or decline the tier that waits."""
    return (
        *permission_refusals(actor, Permission.TIER_CONFIRM),
        *retired_refusals(model),
        *decide_tier_refusals(waiting.status, waiting.proposed_by, actor.id),
    )


def decide_tier(
    store: Store, ledger: Ledger, *, model: str, confirm: bool, rationale: str, actor: Actor, at: datetime
) -> int:
    """Confirm the tier that waits, which puts it in force, or decline it; answers with the ledger entry.

    Confirming the tier that the rule gives ends the override in force.
    """
    with deciding(store, ledger, "decide on a tier", entity=Entity("model", model), actor=actor, at=at) as tx:
        row = open_model(tx.session, model)
        check_readable(rationale)
        waiting = override_of(tx.session, row, OverrideStatus.PROPOSED)
        if waiting is None:
            raise NotFound(f"proposed tier of {model}", "any")
        _refuse((*against_deciding_tier(actor, row, waiting), *reason_refusals(rationale)))
        former = override_of(tx.session, row, OverrideStatus.CONFIRMED)
        waiting.status = OverrideStatus.CONFIRMED if confirm else OverrideStatus.DECLINED
        waiting.decided_by, waiting.decided_at, waiting.decision = actor.id, at, rationale.strip()
        tx.session.add(waiting)
        tx.session.flush()
        entity = Entity("model", model)
        payload: dict[str, JsonValue] = {"tier": waiting.tier, "confirmed": confirm, "rationale": rationale.strip()}
        entry = ledger.record(tx, Event.TIER_DECIDED, entity=entity, actor=actor, at=at, payload=payload).index
        return _put_in_force(tx, ledger, row, waiting, former, actor, at) if confirm else entry


def withdraw_tier(store: Store, ledger: Ledger, *, model: str, reason: str, actor: Actor, at: datetime) -> int:
    """Take back the proposal that waits; only who proposed it does."""
    with deciding(store, ledger, "withdraw a tier", entity=Entity("model", model), actor=actor, at=at) as tx:
        row = open_model(tx.session, model)
        check_readable(reason)
        waiting = override_of(tx.session, row, OverrideStatus.PROPOSED)
        if waiting is None:
            raise NotFound(f"proposed tier of {model}", "any")
        theirs = Refusal("not-yours", "Somebody else proposed it", "materiality", "Ask them, or have it declined.")
        _refuse((*([] if waiting.proposed_by == actor.id else [theirs]), *reason_refusals(reason)))
        waiting.status, waiting.ended_at, waiting.ended_by = OverrideStatus.WITHDRAWN, at, actor.acting_as
        waiting.ended_reason = reason.strip()
        tx.session.add(waiting)
        payload: dict[str, JsonValue] = {"tier": waiting.tier, "withdrawn": True, "reason": reason.strip()}
        entity = Entity("model", model)
        return ledger.record(tx, Event.TIER_ENDED, entity=entity, actor=actor, at=at, payload=payload).index


def _put_in_force(
    tx: Transaction,
    ledger: Ledger,
    row: Model,
    confirmed: TierOverride,
    former: TierOverride | None,
    actor: Actor,
    at: datetime,
) -> int:
    for ended in (former, confirmed if confirmed.tier == materiality(row.exposure, row.purpose_class) else None):
        if ended is not None:
            end_override(tx, ended, f"Tier {confirmed.tier} was confirmed", actor=actor, at=at)
    found = [Difference("tier", str(row.tier), str(confirmed.tier))]
    done = apply(tx, ledger, row, {"tier": confirmed.tier}, found, reason=confirmed.reason, actor=actor, at=at)
    return done.entry or 0


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
