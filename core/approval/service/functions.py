"""Administrators grant and withdraw functions, with reason and end, as they grant roles."""

from datetime import UTC, datetime

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.grants import load_person
from core.access.people import manage_refusals, reason_refusals
from core.access.rules import Actor
from core.approval.people import function_grants, functions_of
from core.approval.rules import function_grant_refusals, function_withdrawal_refusals
from core.approval.service.steps import check_text, refuse
from core.approval.tables import FunctionGrant
from core.errors import Refusal
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import Function
from core.store import Store

__all__ = ["against_function", "grant_function", "manage_refusals", "withdraw_function"]


def against_function(
    session: Session, person: str, function: Function, actor: Actor, *, at: datetime
) -> tuple[Refusal, ...]:
    """Every reason against granting this function, for the button as for the use case."""
    return function_grant_refusals(actor, person, functions_of(session, person, at=at), function)


def grant_function(
    store: Store,
    ledger: Ledger,
    *,
    person: str,
    function: Function,
    reason: str,
    ends_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Let a person's votes speak for a function, for good or until `ends_at`; raises Refused with every reason."""
    check_text("reason", reason, longest=1000)
    with deciding(store, ledger, "grant a function", entity=Entity("person", person), actor=actor, at=at) as tx:
        row = load_person(tx.session, person)
        reasons = [*against_function(tx.session, person, function, actor, at=at), *reason_refusals(reason)]
        if row.disabled_at is not None:
            reasons.append(Refusal("disabled", "This person is disabled"))
        if ends_at is not None and ends_at <= at:
            reasons.append(Refusal("ended", "The function would end before it begins", way_out="Choose a later end."))
        refuse(reasons)
        given = FunctionGrant(
            person=person, function=function, reason=reason, granted_by=actor.id, granted_at=at, ends_at=ends_at
        )
        tx.session.add(given)
        tx.session.flush()
        ends = ends_at.astimezone(UTC).isoformat() if ends_at else ""
        payload = {"function": function.value, "grant": str(given.id), "ends_at": ends}
        ledger.record(tx, Event.FUNCTION_GRANTED, entity=Entity("person", person), actor=actor, at=at, payload=payload)


def withdraw_function(
    store: Store, ledger: Ledger, *, person: str, function: Function, reason: str, actor: Actor, at: datetime
) -> None:
    """End a function now; the grant, and what votes spoke for before, stay on record."""
    check_text("reason", reason, longest=1000)
    with deciding(store, ledger, "withdraw a function", entity=Entity("person", person), actor=actor, at=at) as tx:
        held = functions_of(tx.session, person, at=at)
        refuse((*function_withdrawal_refusals(actor, held, function), *reason_refusals(reason)))
        ended = [one for one in function_grants(tx.session, [person], at=at) if one.function is function]
        for grant in ended:
            grant.withdrawn_by, grant.withdrawn_at = actor.id, at
            tx.session.add(grant)
        payload = {"function": function.value, "grants": " ".join(str(one.id) for one in ended)}
        ledger.record(
            tx, Event.FUNCTION_WITHDRAWN, entity=Entity("person", person), actor=actor, at=at, payload=payload
        )
