"""People say how long the data of a record are kept, and hold them while something needs them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Conflict, Refusal, Refused
from core.inventory.classes.gaps import keeping_in_force
from core.inventory.classes.queries import classes_met, holder_entity
from core.inventory.classes.rules import DAYS_KEPT, Where, policy_days, retention_refusals
from core.inventory.history import Difference, write_history
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Ledger, Recorded
from core.privacy.classes.noting import locked_holder
from core.store import Store

PRODUCTION = (Where.INFERENCES, Where.LABELS, Where.REFERENCE)  # sensitive attributes may go earlier by the policy


def keep_data_for(
    store: Store,
    ledger: Ledger,
    *,
    holder: str,
    days: int | None,
    reason: str,
    expected_revision: int | None = None,
    actor: Actor,
    at: datetime,
) -> Recorded:
    """Say for how many days the data of a dataset or model are kept; None: as the policy says. Raises `Refused`."""
    with store.reading() as session:
        entity, _, _ = holder_entity(session, holder)
    with deciding(store, ledger, "set a retention", entity=entity, actor=actor, at=at) as tx:
        row = locked_holder(tx, holder, at=at)
        most = longest_days(tx.session, holder, at=at)
        _refuse(retention_refusals(days, reason, most, entity.kind == "dataset", actor))
        if expected_revision is not None and expected_revision != row.revision:
            raise Conflict(f"revision {expected_revision}", f"revision {row.revision}", "The retention")
        before, row.days, row.days_reason = row.days, days, reason.strip()[:1000]
        row.days_by, row.days_at, row.revision = actor.acting_as, at, row.revision + 1
        tx.session.add(row)
        found = [Difference(DAYS_KEPT, _said(before), _said(days))]
        write_history(tx, entity, found, reason=reason, revision=row.revision, actor=actor, at=at)
        payload: dict[str, JsonValue] = {"days": days or 0, "before": before or 0, "reason": row.days_reason}
        return ledger.record(tx, Event.RETENTION_SET, entity=entity, actor=actor, at=at, payload=payload)


def hold_data(store: Store, ledger: Ledger, *, holder: str, reason: str, actor: Actor, at: datetime) -> Recorded:
    """Let nothing of a record be removed until the hold is lifted, such as for legal claims (GDPR 17(3)(e))."""
    with store.reading() as session:
        entity, _, _ = holder_entity(session, holder)
    with deciding(store, ledger, "hold data", entity=entity, actor=actor, at=at) as tx:
        row = locked_holder(tx, holder, at=at)
        _refuse((*hold_refusals(bool(row.hold_reason), actor), *reason_refusals(reason)))
        row.hold_reason, row.hold_by, row.hold_at = reason.strip()[:1000], actor.acting_as, at
        row.revision += 1
        tx.session.add(row)
        payload: dict[str, JsonValue] = {"reason": row.hold_reason}
        return ledger.record(tx, Event.HOLD_SET, entity=entity, actor=actor, at=at, payload=payload)


def lift_hold(store: Store, ledger: Ledger, *, holder: str, reason: str, actor: Actor, at: datetime) -> Recorded:
    """Let the timers act again; what is past its time goes with the next run."""
    with store.reading() as session:
        entity, _, _ = holder_entity(session, holder)
    with deciding(store, ledger, "lift a hold on data", entity=entity, actor=actor, at=at) as tx:
        row = locked_holder(tx, holder, at=at)
        _refuse((*lift_refusals(bool(row.hold_reason), actor), *reason_refusals(reason)))
        row.hold_reason, row.hold_by, row.hold_at = "", "", None
        row.revision += 1
        tx.session.add(row)
        payload: dict[str, JsonValue] = {"reason": reason.strip()}
        return ledger.record(tx, Event.HOLD_LIFTED, entity=entity, actor=actor, at=at, payload=payload)


def longest_days(session: Session, holder: str, *, at: datetime) -> int | None:
    """For how many days the policy keeps the production data of a record at most; None: it says no end."""
    policy, classes = keeping_in_force(session, at=at), classes_met(session, holder)
    terms = [policy_days(where, classes.get(where, frozenset()), policy) for where in PRODUCTION]
    return min((one for one in terms if one is not None), default=None)


def hold_refusals(held: bool, actor: Actor) -> tuple[Refusal, ...]:
    """Why data cannot be held."""
    reasons = list(permission_refusals(actor, Permission.PERSONAL_DATA_DECIDE))
    if held:
        reasons.append(Refusal("held", "A hold stands already", "retention", "Lift it first to change its reason."))
    return tuple(reasons)


def lift_refusals(held: bool, actor: Actor) -> tuple[Refusal, ...]:
    """Why a hold cannot be lifted."""
    reasons = list(permission_refusals(actor, Permission.PERSONAL_DATA_DECIDE))
    if not held:
        reasons.append(Refusal("not-held", "Nothing holds these data", "retention", "Nothing to do."))
    return tuple(reasons)


def _said(days: int | None) -> str:
    return "as the policy says" if days is None else f"{days:,} days"


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
