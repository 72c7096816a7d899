"""Requests a change of any kind, withdraws the request, and resumes it after a new validation or a return."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.approval.facts import change_facts, load_change, open_change
from core.approval.rules import (
    ASIDE,
    OPEN,
    ChangeStatus,
    lifting_refusals,
    refusals,
    request_refusals,
    restriction_refusals,
    told_kind,
)
from core.approval.service.exceptions import NewException, exception_refusals, exception_row
from core.approval.service.recording import change_row, particulars
from core.approval.service.steps import Changed, check_text, name_of, proceed, refuse, settle, void_votes
from core.approval.tables import ChangeRequest
from core.errors import NotFound, Refusal
from core.inventory.deployments.queries import restriction_of
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.moves import change as keep
from core.inventory.moves import facts_of, load_version, move, record_part
from core.inventory.rules import Action, Duty
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.exceptions.tables import PolicyException
from core.policy.rules import ChangeKind
from core.policy.service import policy_by_id
from core.store import Store
from core.validation.rules import reason_refusals

__all__ = ["Changed", "check_text", "name_of", "refuse", "settle", "void_votes"]


def standing_against_request(
    session: Session,
    model: str,
    version: str,
    actor: Actor,
    *,
    kind: ChangeKind | None = None,
    clause: str = "",
    lifts: str = "",
) -> tuple[Refusal, ...]:
    """Every reason against requesting this kind of change, for the button as for the use case.

    Without a kind, the request is that the version go into production, for the first time or not as the record says.
    `clause` is that of an exception, `lifts` the change whose restriction is to end.
    """
    model_row, row = load_version(session, model, version)
    before = used_before(session, model_row)
    asked = kind or told_kind(used_before=before)
    pending = _pending(session, row, asked, clause, lifts)
    reasons = request_refusals(
        facts_of(session, row),
        pending.number if pending else None,
        actor,
        kind=asked,
        used_before=before,
        lifts=bool(lifts),
    )
    return (*reasons, *lifting_refusals(stands=_stands(session, row, asked, lifts))) if lifts else reasons


def _stands(session: Session, version: ModelVersion, kind: ChangeKind, lifts: str) -> bool:
    """Whether the restriction of that change is in force on this version, and a restricted use is asked for."""
    bound = restriction_of(session, lifts)
    here = bound is not None and bound.version_id == version.id and bound.until is None
    return here and kind is ChangeKind.RESTRICTED_USE


def against_kinds(session: Session, model: str, version: str, actor: Actor) -> Mapping[ChangeKind, tuple[Refusal, ...]]:
    """For each kind of change, what stands against requesting it for this version, before anything is entered."""
    return {kind: standing_against_request(session, model, version, actor, kind=kind) for kind in ChangeKind}


def used_before(session: Session, model: Model) -> bool:
    """Whether a version of the model is, or ever was, in production; a stay in another environment is no use."""
    executed = (
        select(ChangeRequest.id)
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .where(ModelVersion.model_id == model.id, col(ChangeRequest.executed_at).is_not(None))
        .limit(1)
    )
    pointed = select(ProductionPointer.id).where(
        ProductionPointer.model_id == model.id, ProductionPointer.environment == PRODUCTION
    )
    return session.exec(executed).first() is not None or session.exec(pointed).first() is not None


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
    actor: Actor,
    at: datetime,
) -> Changed:
    """Request a change; its kind, checklist and path (quorum, functions, rollout) stay as the policy says now.

    Without a kind, a validated version is to go into production. `restriction` belongs to a restricted use, or
    `lifts`, the change whose restriction is to end; `exception` belongs to a policy exception.
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
        return Changed(change.number, change.status, entry.index)


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


def _pending(
    session: Session, version: ModelVersion, kind: ChangeKind, clause: str, lifts: str
) -> ChangeRequest | None:
    """The open request that a new one would repeat: one to bring into use, one of each other kind, one for a clause.

    To lift a restriction is asked for once for each, and apart from putting another in force.
    """
    if kind not in ASIDE:
        return open_change(session, version)
    to_come = OPEN if kind is ChangeKind.POLICY_EXCEPTION else OPEN | {ChangeStatus.APPROVED}
    query = select(ChangeRequest).where(
        ChangeRequest.version_id == version.id,
        ChangeRequest.kind == kind,
        ChangeRequest.lifts == lifts,
        col(ChangeRequest.status).in_(to_come),
    )
    if kind is ChangeKind.POLICY_EXCEPTION:
        query = query.join(PolicyException, col(PolicyException.change) == col(ChangeRequest.number)).where(
            PolicyException.clause == clause
        )
    return session.exec(query).first()


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
