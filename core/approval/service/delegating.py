"""An approver lets another approver vote for them for a period, and takes that back."""

from datetime import datetime

from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.grants import actor_of
from core.access.people import reason_refusals
from core.access.rules import EVERYWHERE, Actor, Reach, Role, reach_refusals
from core.access.tables import Delegation
from core.approval.rules import delegation_refusals
from core.approval.service.steps import check_text, refuse
from core.errors import NotFound, Refusal
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store


def against_delegation(
    session: Session, delegate: str, actor: Actor, *, starts_at: datetime, ends_at: datetime, at: datetime
) -> tuple[Refusal, ...]:
    """Every reason against this delegation, for the button as for the use case; raises `NotFound`."""
    other = actor_of(session, delegate, at=at)
    if other is None:
        raise NotFound("active person", delegate)
    return delegation_refusals(actor, other, starts_at=starts_at, ends_at=ends_at, at=at)


def delegate_votes(
    store: Store,
    ledger: Ledger,
    *,
    delegate: str,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
    reach: Reach = EVERYWHERE,
    actor: Actor,
    at: datetime,
) -> int:
    """Let `delegate` vote for the actor in this period, on everything or on the models of `reach` alone.

    Answers with the number of the delegation's row.
    """
    check_text("reason", reason, longest=1000)
    entity = Entity("person", actor.id)
    with deciding(store, ledger, "delegate votes", entity=entity, actor=actor, at=at) as tx:
        against = against_delegation(tx.session, delegate, actor, starts_at=starts_at, ends_at=ends_at, at=at)
        refuse((*against, *reach_refusals(Role.APPROVER, reach), *reason_refusals(reason)))
        row = Delegation(
            approver=actor.id, delegate=delegate, reason=reason, starts_at=starts_at, ends_at=ends_at, given_at=at,
            reach=reach.text,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        payload = {
            "to": delegate, "from": starts_at.isoformat(), "until": ends_at.isoformat(), "reason": reason,
            "reach": reach.text,
        }  # fmt: skip
        ledger.record(tx, Event.VOTE_DELEGATED, entity=entity, actor=actor, at=at, payload=payload)
        return row.id or 0


def withdraw_delegation(store: Store, ledger: Ledger, *, delegation: int, actor: Actor, at: datetime) -> None:
    """Take a delegation back at once; votes that were cast under it stand."""
    entity = Entity("person", actor.id)
    with deciding(store, ledger, "withdraw a delegation", entity=entity, actor=actor, at=at) as tx:
        row = tx.session.exec(select(Delegation).where(Delegation.id == delegation)).first()
        if row is None:
            raise NotFound("delegation", delegation)
        mine = Refusal("not-yours", f"The delegation is {row.approver}'s", "delegation")
        refuse(() if row.approver == actor.id and not actor.token else (mine,))
        if row.withdrawn_at is not None:
            return
        row.withdrawn_at = at
        tx.session.add(row)
        ledger.record(tx, Event.DELEGATION_WITHDRAWN, entity=entity, actor=actor, at=at, payload={"to": row.delegate})
