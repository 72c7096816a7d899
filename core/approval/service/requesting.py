"""Requests a change of any kind, withdraws the request, and resumes it after a new validation or a return."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.rules import Actor
from core.approval.facts import change_facts, load_change
from core.approval.rules import (
    ASIDE,
    ChangeStatus,
    refusals,
    restriction_refusals,
    told_kind,
)
from core.approval.service.against import standing_against_request, used_before
from core.approval.service.exceptions import NewException, exception_refusals, exception_row
from core.approval.service.recording import change_row, particulars
from core.approval.service.steps import Changed, check_text, name_of, proceed, refuse, settle, void_votes
from core.errors import NotFound, Refusal
from core.inventory.deployments.queries import restriction_of
from core.inventory.moves import change as keep
from core.inventory.moves import load_version, move, record_part
from core.inventory.rules import Action, Duty
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import ChangeKind
from core.policy.service import policy_by_id
from core.store import Store, Transaction
from core.validation.rules import reason_refusals

__all__ = ["Changed", "check_text", "name_of", "refuse", "settle", "void_votes"]


def request_change(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    version: str,
    rationale: str,
    kind: ChangeKind | None = None,
    restriction: str = "",
    lifts: str = "",
    exception: NewException | None = None,
    also: Callable[[Transaction, Changed], None] | None = None,
    actor: Actor,
    at: datetime,
) -> Changed:
    """Request a change; its kind, checklist and path (quorum, functions, rollout) stay as the policy says now.

    Without a kind, a validated version is to go into production. `restriction` belongs to a restricted use, or
    `lifts`, the change whose restriction is to end; `exception` belongs to a policy exception. `also` is done in the
    same transaction, for what led to the request.
    """
    check_text("rationale", rationale)
    check_text("restriction", restriction)
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, Action.REQUEST_CHANGE, entity=entity, actor=actor, at=at) as tx:
        model_row, row = load_version(tx.session, model, version)
        asked = kind or told_kind(used_before=used_before(tx.session, model_row))
        clause = exception.clause if exception else ""
        reasons = standing_against_request(tx.session, model, version, actor, kind=asked, clause=clause, lifts=lifts)
        reasons += () if lifts else _about(tx.session, model_row, row, asked, restriction, exception, at)
        refuse((*reasons, *reason_refusals(rationale, "The rationale")))
        if asked in ASIDE:
            keep(tx, row, {})  # of two requests at the same moment, the second finds another revision
        else:
            move(tx, row, Action.REQUEST_CHANGE)
        if asked not in ASIDE or asked is ChangeKind.POLICY_EXCEPTION:
            record_part(tx, row, actor, Duty.DEVELOPMENT, at)
        bound = restriction_of(tx.session, lifts) if lifts else None
        said = bound.text if bound else restriction
        change = change_row(tx, model_row, row, asked, rationale, said, lifts, actor=actor, at=at)
        granted = exception_row(tx, change.number, model_row, row, exception, at=at) if exception else None
        payload = particulars(change, f"{model} {version}", row, granted)
        entry = ledger.record(
            tx, Event.CHANGE_REQUESTED, entity=Entity("change", change.number), actor=actor, at=at, payload=payload
        )
        done = Changed(change.number, change.status, entry.index)
        if also is not None:
            also(tx, done)
        return done


def _about(
    session: Session,
    model: Model,
    version: ModelVersion,
    kind: ChangeKind,
    restriction: str,
    exception: NewException | None,
    at: datetime,
) -> tuple[Refusal, ...]:
    if kind is ChangeKind.RESTRICTED_USE:
        return restriction_refusals(restriction)
    if kind is not ChangeKind.POLICY_EXCEPTION:
        return ()
    if exception is None:
        raise NotFound("clause to be excepted in", "the request")
    return exception_refusals(session, model, version, exception, at=at)


def withdraw_change(store: Store, ledger: Ledger, *, change: str, reason: str, actor: Actor, at: datetime) -> Changed:
    """Take an open request back; a version in approval is then validated as before."""
    check_text("reason", reason)
    with deciding(store, ledger, Action.WITHDRAW_CHANGE, entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        standing = refusals(change_facts(tx.session, record, actor.id, at=at), Action.WITHDRAW_CHANGE, actor)
        refuse((*standing, *reason_refusals(reason, "The reason")))
        proceed(tx, record, Action.WITHDRAW_CHANGE)
        void_votes(tx, ledger, record, actor=actor, at=at)
        settle(tx, record.change, ChangeStatus.WITHDRAWN, decided_at=at)
        entry = ledger.record(
            tx,
            Event.CHANGE_WITHDRAWN,
            entity=Entity("change", change),
            actor=actor,
            at=at,
            payload={"version": name_of(record), "reason": reason},
        )
        return Changed(change, ChangeStatus.WITHDRAWN, entry.index)


def resume_change(store: Store, ledger: Ledger, *, change: str, actor: Actor, at: datetime) -> Changed:
    """Bring an open request back to the approvers, its version validated again or what was asked put right.

    Votes begin anew, and so does the time in which they are due.
    """
    with deciding(store, ledger, Action.RESUME_CHANGE, entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        refuse(refusals(change_facts(tx.session, record, actor.id, at=at), Action.RESUME_CHANGE, actor))
        proceed(tx, record, Action.RESUME_CHANGE)
        if record.change.kind not in ASIDE:
            record_part(tx, record.version, actor, Duty.DEVELOPMENT, at)
        void_votes(tx, ledger, record, actor=actor, at=at)
        for answer in record.answers:
            answer.frozen_at = None
        policy = policy_by_id(tx.session, record.change.policy_version_id).policy
        record.change.due_at = at + timedelta(days=policy.decision_days(record.model.tier))
        record.change.returned_by, record.change.returned_at = None, None
        settle(tx, record.change, ChangeStatus.REQUESTED)
        payload = {"version": name_of(record), "evidence": record.version.evidence_digest}
        entry = ledger.record(
            tx, Event.CHANGE_RETURNED, entity=Entity("change", change), actor=actor, at=at, payload=payload
        )
        return Changed(change, ChangeStatus.REQUESTED, entry.index)
