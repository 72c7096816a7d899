"""Approvers answer the checklist of a change, or let the answer of a check stand."""

from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor
from core.approval.facts import ChangeRecord, change_facts, key_of, load_change
from core.approval.filling import Filled, filled_items
from core.approval.rules import Answer, ChangeStatus, answer_refusals
from core.approval.service.steps import check_text, refuse, settle
from core.approval.tables import ChecklistAnswer, ChecklistItem
from core.errors import NotFound
from core.inventory.rules import Action
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

REASON, EVIDENCE = 2000, 1000


def answer_item(
    store: Store,
    ledger: Ledger,
    *,
    change: str,
    code: str,
    answer: Answer,
    reason: str,
    evidence: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Answer a checklist item for oneself, or answer it anew; refused once one has voted.

    `evidence` names what shows it: a run, a finding, a file, a document or an address. Where a check filled the item,
    the same answer confirms it, and another one overrules it and says why.
    """
    check_text("reason", reason, longest=REASON)
    check_text("evidence", evidence, longest=EVIDENCE)
    with deciding(store, ledger, Action.ANSWER_ITEM, entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        item = _item(record, code)
        filled = filled_items(tx.session, record.version, (item,), at=at).get(code)
        facts = change_facts(tx.session, record, actor.id, at=at)
        by_check = filled.answer if filled else None
        refuse(answer_refusals(facts, actor, answer=answer, reason=reason, filled=by_check))
        given = record.answers_of(actor.id).get(key_of(item))
        row = given or ChecklistAnswer(item_id=key_of(item), person=actor.id, answer=answer, answered_at=at)
        row.answer, row.reason, row.evidence, row.answered_at = answer, reason, evidence, at
        row.filled = False
        tx.session.add(row)
        settle(tx, record.change, ChangeStatus.IN_REVIEW)
        payload = {"item": code, "answer": answer.value, "reason": reason, "shown by": evidence}
        if by_check is not None:
            payload["check"] = by_check.value
        ledger.record(
            tx, Event.CHECKLIST_ANSWERED, entity=Entity("change", change), actor=actor, at=at, payload=payload
        )


def freeze(tx: Transaction, record: ChangeRecord, actor: Actor, at: datetime) -> str:
    """Freeze this voter's answers, keep what checks answered in their place, and say them in one line."""
    given = record.answers_of(actor.id)
    filled = filled_items(tx.session, record.version, record.items, at=at)
    said = []
    for item in record.items:
        row = given.get(key_of(item)) or _from_check(item, filled.get(item.code), actor, at)
        if row is None:
            continue
        row.frozen_at = at
        tx.session.add(row)
        said.append(f"{item.code}: {row.answer}{' (by its check)' if row.filled else ''}")
    return "; ".join(said)


def _from_check(item: ChecklistItem, filled: Filled | None, actor: Actor, at: datetime) -> ChecklistAnswer | None:
    if filled is None:
        return None
    return ChecklistAnswer(
        item_id=key_of(item),
        person=actor.id,
        answer=filled.answer,
        reason=filled.says[:REASON],
        evidence=filled.evidence,
        filled=True,
        answered_at=at,
    )


def _item(record: ChangeRecord, code: str) -> ChecklistItem:
    found = next((item for item in record.items if item.code == code), None)
    if found is None:
        raise NotFound(f"checklist item of {record.change.number}", code)
    return found
