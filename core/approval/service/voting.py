"""Approvers sign their votes; the one that completes the quorum, or rejects, decides the change."""

from collections.abc import Sequence
from datetime import datetime

from core.access.deciding import deciding
from core.access.grants import actor_of
from core.access.reach.belonging import about_models
from core.access.rules import Actor
from core.access.signing import authenticated_at, signing_refusals
from core.approval.facts import ChangeRecord, change_facts, functions_text, key_of, load_change
from core.approval.meaning import APPROVE, DISSENT, REJECT, meaning
from core.approval.people import delegates_to, functions_of
from core.approval.rules import (
    ACTION_OF,
    ASIDE,
    ChangeStatus,
    Choice,
    Represented,
    dissent_refusals,
    quorum_reached,
    return_refusals,
    vote_refusals,
)
from core.approval.service.answering import freeze
from core.approval.service.conditions import NewCondition, check_conditions, rejection_refusals, set_conditions
from core.approval.service.exceptions import grant_exception
from core.approval.service.steps import Changed, check_text, name_of, proceed, refuse, settle, void_votes
from core.approval.tables import Dissent, Vote
from core.errors import NotFound
from core.inventory.moves import record_part
from core.inventory.rules import Action, Duty
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import Function
from core.store import Store, Transaction


def vote(
    store: Store,
    ledger: Ledger,
    *,
    change: str,
    choice: Choice,
    rationale: str,
    conditions: Sequence[NewCondition] = (),
    seen_digest: str,
    session_id: str,
    on_behalf_of: str = "",
    actor: Actor,
    at: datetime,
) -> Changed:
    """Sign a vote on the evidence `seen_digest`; the last one that the path needs, or any rejection, decides.

    `session_id` is the sign-in in which the person proved within five minutes who they are. The vote speaks for the
    functions that the voter holds at this moment; `on_behalf_of` is an approver who delegated their vote to the
    actor, and then it speaks for theirs. Refused with every reason; `Conflict` when the evidence or stage changed
    while the vote was cast; in both cases nothing is stored.
    """
    check_text("rationale", rationale)
    action = ACTION_OF[choice]
    with deciding(store, ledger, action, entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        represented = _represented(tx, on_behalf_of, record, actor, at)
        functions = functions_of(tx.session, on_behalf_of or actor.id, at=at)
        stands = vote_refusals(
            change_facts(tx.session, record, actor.id, at=at),
            action,
            actor,
            rationale=rationale,
            seen_digest=seen_digest,
            represented=represented,
        )
        signs = signing_refusals(tx.session, session_id=session_id, actor=actor, at=at)
        refuse((*stands, *signs, *rejection_refusals(choice, conditions)))
        check_conditions(tx.session, conditions, at)
        decision = _decision(record, choice, functions)
        proceed(tx, record, decision)
        record_part(tx, record.version, actor, Duty.APPROVAL, at)
        row = _cast(record, choice, rationale, functions, on_behalf_of, actor=actor, at=at)
        row.authenticated_at = authenticated_at(tx.session, session_id=session_id, person=actor.id, at=at)
        entry = _on_record(tx, ledger, record, row, conditions, actor=actor, at=at)
        status = _decide(tx, ledger, record, decision, actor=actor, at=at)
        return Changed(change, status, entry)


def dissent(
    store: Store,
    ledger: Ledger,
    *,
    change: str,
    text: str,
    seen_digest: str,
    session_id: str,
    actor: Actor,
    at: datetime,
) -> Changed:
    """Sign a written dissent in place of a vote: it stops and counts for nothing, and stays beside the decision."""
    check_text("dissent", text)
    with deciding(store, ledger, "dissent", entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        stands = dissent_refusals(
            change_facts(tx.session, record, actor.id, at=at), actor, text=text, seen_digest=seen_digest
        )
        refuse((*stands, *signing_refusals(tx.session, session_id=session_id, actor=actor, at=at)))
        proceed(tx, record, Action.VOTE_APPROVE)
        record_part(tx, record.version, actor, Duty.APPROVAL, at)
        row = Dissent(
            change_id=key_of(record.change),
            person=actor.id,
            text=text,
            functions=functions_text(functions_of(tx.session, actor.id, at=at)),
            meaning=meaning(record, DISSENT),
            evidence_digest=record.version.evidence_digest,
            written_at=at,
        )
        tx.session.add(row)
        settle(tx, record.change, ChangeStatus.IN_REVIEW)
        payload = {"text": text, "meaning": row.meaning, "evidence": row.evidence_digest}
        entry = ledger.record(
            tx, Event.DISSENT_WRITTEN, entity=Entity("change", change), actor=actor, at=at, payload=payload
        )
        return Changed(change, record.change.status, entry.index)


def return_change(
    store: Store, ledger: Ledger, *, change: str, reason: str, to_validation: bool = False, actor: Actor, at: datetime
) -> Changed:
    """Send a change back to its requester: votes are void, and the version is validated, or in validation again."""
    check_text("reason", reason)
    action = Action.RETURN_TO_VALIDATION if to_validation else Action.RETURN_CHANGE
    with deciding(store, ledger, action, entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        facts = change_facts(tx.session, record, actor.id, at=at)
        refuse(return_refusals(facts, action, actor, reason=reason))
        proceed(tx, record, action)
        record_part(tx, record.version, actor, Duty.APPROVAL, at)
        void_votes(tx, ledger, record, actor=actor, at=at)
        record.change.returned_by, record.change.returned_at, record.change.return_reason = actor.id, at, reason
        settle(tx, record.change, ChangeStatus.REQUESTED)
        payload = {"version": name_of(record), "reason": reason, "stage": record.version.stage.value}
        entry = ledger.record(
            tx, Event.CHANGE_SENT_BACK, entity=Entity("change", change), actor=actor, at=at, payload=payload
        )
        return Changed(change, record.change.status, entry.index)


def _represented(tx: Transaction, person: str, record: ChangeRecord, actor: Actor, at: datetime) -> Represented | None:
    if not person:
        return None
    other = actor_of(tx.session, person, at=at)
    if other is None:
        raise NotFound("active person", person)
    about = about_models(tx.session, [record.model.number])
    return Represented(other, delegates_to(tx.session, person, actor.id, about=about, at=at))


def _decision(record: ChangeRecord, choice: Choice, functions: frozenset[Function]) -> Action:
    if choice is Choice.REJECT:
        return Action.REJECT
    enough = quorum_reached((*record.ballots, functions), record.change.quorum, record.required)
    return Action.APPROVE if enough else Action.VOTE_APPROVE


def _cast(
    record: ChangeRecord,
    choice: Choice,
    rationale: str,
    functions: frozenset[Function],
    on_behalf_of: str,
    *,
    actor: Actor,
    at: datetime,
) -> Vote:
    return Vote(
        change_id=key_of(record.change),
        person=actor.id,
        choice=choice,
        functions=functions_text(functions),
        on_behalf_of=on_behalf_of or None,
        meaning=meaning(record, APPROVE if choice is Choice.APPROVE else REJECT, on_behalf_of=on_behalf_of),
        rationale=rationale,
        evidence_digest=record.version.evidence_digest,
        cast_at=at,
    )


def _on_record(
    tx: Transaction,
    ledger: Ledger,
    record: ChangeRecord,
    row: Vote,
    conditions: Sequence[NewCondition],
    *,
    actor: Actor,
    at: datetime,
) -> int:
    """Store the vote with its conditions, freeze the voter's answers, and return the ledger entry of the vote."""
    entity = Entity("change", record.change.number)
    tx.session.add(row)
    tx.session.flush()
    frozen = {"answers": freeze(tx, record, actor, at)}
    ledger.record(tx, Event.CHECKLIST_FROZEN, entity=entity, actor=actor, at=at, payload=frozen)
    cast: dict[str, JsonValue] = {
        "choice": row.choice.value,
        "evidence": row.evidence_digest,
        "rationale": row.rationale,
        "meaning": row.meaning,
        "functions": row.functions,
    }
    if row.authenticated_at:
        cast["authenticated"] = row.authenticated_at.isoformat()
    if row.on_behalf_of:
        cast["for"] = row.on_behalf_of
    entry = ledger.record(tx, Event.VOTE_CAST, entity=entity, actor=actor, at=at, payload=cast)
    set_conditions(tx, ledger, record, key_of(row), conditions, actor=actor, at=at)
    return entry.index


def _decide(
    tx: Transaction, ledger: Ledger, record: ChangeRecord, decision: Action, *, actor: Actor, at: datetime
) -> ChangeStatus:
    change = record.change
    if decision is Action.VOTE_APPROVE:
        settle(tx, change, ChangeStatus.IN_REVIEW)
        return change.status
    approved = decision is Action.APPROVE
    if approved:
        change.approved_digest = record.version.evidence_digest
    settle(tx, change, ChangeStatus.APPROVED if approved else ChangeStatus.REJECTED, decided_at=at)
    payload: dict[str, JsonValue] = {
        "version": name_of(record),
        "evidence": record.version.evidence_digest,
        "quorum": change.quorum,
    }
    if change.kind in ASIDE:
        payload["kind"] = change.kind.value
    ledger.record(
        tx,
        Event.CHANGE_APPROVED if approved else Event.CHANGE_REJECTED,
        entity=Entity("change", change.number),
        actor=actor,
        at=at,
        payload=payload,
    )
    if approved and record.exception is not None:
        grant_exception(tx, ledger, record.exception, actor=actor, at=at)
    return change.status
