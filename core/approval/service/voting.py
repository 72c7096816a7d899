"""Approvers answer the checklist and vote; the vote that completes the quorum, or rejects, decides the change."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.access.tables import Person
from core.approval.facts import ChangeRecord, change_facts, key_of, load_change
from core.approval.rules import (
    ACTION_OF,
    Answer,
    ChangeStatus,
    Choice,
    answer_refusals,
    quorum_reached,
    vote_refusals,
)
from core.approval.service.requesting import Changed, check_text, name_of, refuse, settle
from core.approval.tables import ChecklistAnswer, ChecklistItem, Condition, Vote
from core.errors import NotFound, Problem, Refusal, Unreadable
from core.inventory.intake import text_problems
from core.inventory.moves import move, record_part
from core.inventory.rules import Action, Duty
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

CONDITION_LENGTH = 2000


class NewCondition(NamedTuple):
    """A condition as entered: what, whose (a person's number), and until when."""

    text: str
    owner: str
    due: datetime


def answer_item(
    store: Store, ledger: Ledger, *, change: str, code: str, answer: Answer, reason: str, actor: Actor, at: datetime
) -> None:
    """Answer a checklist item for oneself, or answer it anew; refused once one has voted."""
    check_text("reason", reason, longest=2000)
    with deciding(store, ledger, Action.ANSWER_ITEM, entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        item = _item(record, code)
        facts = change_facts(tx.session, record, actor.id)
        refuse(answer_refusals(facts, actor, answer=answer, reason=reason))
        given = record.answers_of(actor.id).get(key_of(item))
        row = given or ChecklistAnswer(item_id=key_of(item), person=actor.id, answer=answer, answered_at=at)
        row.answer, row.reason, row.answered_at = answer, reason, at
        tx.session.add(row)
        settle(tx, record.change, ChangeStatus.IN_REVIEW)
        payload = {"item": code, "answer": answer.value, "reason": reason}
        ledger.record(
            tx, Event.CHECKLIST_ANSWERED, entity=Entity("change", change), actor=actor, at=at, payload=payload
        )


def vote(
    store: Store,
    ledger: Ledger,
    *,
    change: str,
    choice: Choice,
    rationale: str,
    conditions: Sequence[NewCondition] = (),
    seen_digest: str,
    actor: Actor,
    at: datetime,
) -> Changed:
    """Cast a vote on the evidence `seen_digest`; the last one that the quorum needs, or any rejection, decides.

    Refused with every reason; `Conflict` when the evidence or stage changed while the vote was cast; in both cases
    nothing is stored.
    """
    check_text("rationale", rationale)
    action = ACTION_OF[choice]
    with deciding(store, ledger, action, entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        facts = change_facts(tx.session, record, actor.id)
        stands = vote_refusals(facts, action, actor, rationale=rationale, seen_digest=seen_digest)
        refuse((*stands, *_condition_refusals(choice, conditions)))
        _check_conditions(tx.session, conditions, at)
        decision = _decision(record, choice)
        move(tx, record.version, decision)
        record_part(tx, record.version, actor, Duty.APPROVAL, at)
        entry = _cast(tx, ledger, record, choice, rationale, conditions, actor=actor, at=at)
        status = _decide(tx, ledger, record, decision, actor=actor, at=at)
        return Changed(change, status, entry)


def _decision(record: ChangeRecord, choice: Choice) -> Action:
    if choice is Choice.REJECT:
        return Action.REJECT
    return Action.APPROVE if quorum_reached(record.approvals + 1, record.change.quorum) else Action.VOTE_APPROVE


def _cast(
    tx: Transaction,
    ledger: Ledger,
    record: ChangeRecord,
    choice: Choice,
    rationale: str,
    conditions: Sequence[NewCondition],
    *,
    actor: Actor,
    at: datetime,
) -> int:
    """Store the vote with its conditions, freeze the voter's answers, and return the ledger entry of the vote."""
    evidence, entity = record.version.evidence_digest, Entity("change", record.change.number)
    row = Vote(
        change_id=key_of(record.change),
        person=actor.id,
        choice=choice,
        rationale=rationale,
        evidence_digest=evidence,
        cast_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    frozen = {"answers": _freeze(tx, record, actor, at)}
    ledger.record(tx, Event.CHECKLIST_FROZEN, entity=entity, actor=actor, at=at, payload=frozen)
    cast = {"choice": choice.value, "evidence": evidence, "rationale": rationale}
    entry = ledger.record(tx, Event.VOTE_CAST, entity=entity, actor=actor, at=at, payload=cast)
    for text, owner, due in conditions:
        tx.session.add(
            Condition(change_id=key_of(record.change), vote_id=key_of(row), text=text, owner=owner, due_at=due)
        )
        condition = {"text": text, "owner": owner, "due": due.isoformat()}
        ledger.record(tx, Event.CONDITION_SET, entity=entity, actor=actor, at=at, payload=condition)
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
    ledger.record(
        tx,
        Event.CHANGE_APPROVED if approved else Event.CHANGE_REJECTED,
        entity=Entity("change", change.number),
        actor=actor,
        at=at,
        payload={"version": name_of(record), "evidence": record.version.evidence_digest, "quorum": change.quorum},
    )
    return change.status


def _freeze(tx: Transaction, record: ChangeRecord, actor: Actor, at: datetime) -> str:
    """Freeze this voter's answers and say them in one line."""
    given = record.answers_of(actor.id)
    for answer in given.values():
        answer.frozen_at = at
        tx.session.add(answer)
    return "; ".join(f"{item.code}: {given[item.id].answer}" for item in record.items if item.id in given)


def _item(record: ChangeRecord, code: str) -> ChecklistItem:
    found = next((item for item in record.items if item.code == code), None)
    if found is None:
        raise NotFound(f"checklist item of {record.change.number}", code)
    return found


def _condition_refusals(choice: Choice, conditions: Sequence[NewCondition]) -> tuple[Refusal, ...]:
    if choice is Choice.APPROVE or not conditions:
        return ()
    return (Refusal("rejection-with-conditions", "A rejection carries no conditions", "conditions of approval"),)


def _check_conditions(session: Session, conditions: Sequence[NewCondition], at: datetime) -> None:
    owners = {owner for _, owner, _ in conditions}
    active = set(
        session.exec(
            select(Person.number).where(col(Person.number).in_(owners), col(Person.disabled_at).is_(None))
        ).all()
    )
    problems: list[Problem] = []
    for line, (text, owner, due) in enumerate(conditions, start=1):
        problems += text_problems(f"condition {line}", text, longest=CONDITION_LENGTH, required=True)
        if owner not in active:
            problems.append(Problem("nobody active has this number", column=f"condition {line}: owner", found=owner))
        if due <= at:
            problems.append(Problem("not after today", column=f"condition {line}: due", found=due.date().isoformat()))
    if problems:
        raise Unreadable(problems)
