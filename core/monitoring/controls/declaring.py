"""The controls that a model declares for itself, beside those of the policy and never looser."""

import tomllib
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor
from core.errors import Conflict, NotFound, Refused, Unreadable
from core.inventory.moves import load_model
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.controls.rules import declare_refusals, tighter_refusals
from core.monitoring.controls.tables import OwnControl
from core.policy.controls.editing import control_values
from core.policy.controls.reading import control_of
from core.policy.controls.rules import EVERY_TIER, Control, for_tier
from core.policy.controls.words import control_said
from core.policy.places import places_of
from core.policy.reader import Reader, Wrong
from core.policy.service import policy_in_force
from core.policy.toml_text import with_table
from core.store import Store
from core.store.numbers import next_number

OWN = "own"  # the clause in its text; its number stands for it


def declare_control(
    store: Store, ledger: Ledger, *, model: str, control: Control, reason: str, actor: Actor, at: datetime
) -> str:
    """Declare a control of this model; its number, which is its clause. It holds from the next batch on.

    Raises `Unreadable` with every problem of the control, `Refused` where it is looser than the policy.
    """
    entity = Entity("model", model)
    with deciding(store, ledger, "declare a control", entity=entity, actor=actor, at=at) as tx:
        row = load_model(tx.session, model)
        text = with_table("", "control", control_values(replace(control, clause=OWN, tiers=EVERY_TIER))).lstrip()
        read_control(text)
        policy = policy_in_force(tx.session, at=at).policy
        reasons = (
            *declare_refusals(actor),
            *reason_refusals(reason),
            *tighter_refusals(control, for_tier(policy.controls, row.tier)),
        )
        if reasons:
            raise Refused(reasons)
        own = OwnControl(
            number=next_number(tx.session, "OC"), model_id=row.id or 0, body=text, reason=reason.strip(),
            declared_by=actor.acting_as, declared_at=at,
        )  # fmt: skip
        tx.session.add(own)
        payload = {"control": own.number, "says": f"{control.title}: {control_said(control)}", "reason": own.reason}
        ledger.record(tx, Event.CONTROL_DECLARED, entity=entity, actor=actor, at=at, payload=dict(payload))
        return own.number


def end_control(store: Store, ledger: Ledger, *, control: str, reason: str, actor: Actor, at: datetime) -> None:
    """End a model's own control; those of the policy go on. Raises `NotFound`, `Conflict` where it was ended."""
    entity = Entity("control", control)
    with deciding(store, ledger, "end a control", entity=entity, actor=actor, at=at) as tx:
        row = tx.session.exec(select(OwnControl).where(OwnControl.number == control).with_for_update()).first()
        if row is None:
            raise NotFound("control", control)
        if reasons := (*declare_refusals(actor), *reason_refusals(reason)):
            raise Refused(reasons)
        if row.ended_at is not None:
            raise Conflict("a control that holds", "one that was ended", "The control")
        row.ended_by, row.ended_at, row.ended_reason = actor.acting_as, at, reason.strip()
        tx.session.add(row)
        payload = {"control": control, "reason": row.ended_reason}
        ledger.record(tx, Event.CONTROL_ENDED, entity=entity, actor=actor, at=at, payload=dict(payload))


def own_controls(session: Session, model_id: int) -> tuple[Control, ...]:
    """The controls that the model declares now, each with its number as its clause."""
    query = select(OwnControl).where(OwnControl.model_id == model_id, col(OwnControl.ended_at).is_(None))
    return tuple(own_control(row) for row in session.exec(query.order_by(col(OwnControl.id))))


def own_control(row: OwnControl) -> Control:
    """What the row says, with its number as its clause."""
    return replace(read_control(row.body), clause=row.number)


def read_control(text: str) -> Control:
    """The one control of this text; raises `Unreadable`."""
    wrong = Wrong(places_of(text))
    reader = Reader(tomllib.loads(text), "", wrong)
    (part,) = reader.tables("control")
    control = control_of(part)
    reader.finish()
    if wrong.problems:
        raise Unreadable(wrong.problems)
    return control
