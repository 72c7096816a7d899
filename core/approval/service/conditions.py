"""Conditions of approval: tied to a vote, then tasks that their owner reports as done and an approver verifies."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.access.tables import Person
from core.approval.facts import ChangeRecord, key_of, load_change
from core.approval.rules import Choice, ConditionAct, ConditionFacts, condition_refusals
from core.approval.service.steps import check_text, refuse
from core.approval.tables import ChangeRequest, Condition
from core.errors import NotFound, Problem, Refusal, Unreadable
from core.inventory.intake import text_problems
from core.inventory.moves import facts_of
from core.inventory.rules import VersionFacts
from core.inventory.tables import Model
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

LENGTH = 2000
EVENT_OF = {
    ConditionAct.REPORT: Event.CONDITION_REPORTED,
    ConditionAct.VERIFY: Event.CONDITION_VERIFIED,
    ConditionAct.SEND_BACK: Event.CONDITION_SENT_BACK,
}


class NewCondition(NamedTuple):
    """A condition as entered: what, whose (a person's number), and until when."""

    text: str
    owner: str
    due: datetime


def report_condition(
    store: Store, ledger: Ledger, *, condition: int, evidence: str, actor: Actor, at: datetime
) -> None:
    """Say that a condition is met and what shows it; an approver then verifies it."""
    _act(store, ledger, condition, ConditionAct.REPORT, evidence, actor=actor, at=at)


def verify_condition(
    store: Store, ledger: Ledger, *, condition: int, note: str, met: bool, actor: Actor, at: datetime
) -> None:
    """Verify that a condition is met, or send it back with the reason; never by who reported it."""
    act = ConditionAct.VERIFY if met else ConditionAct.SEND_BACK
    _act(store, ledger, condition, act, note, actor=actor, at=at)


def against_condition(
    session: Session, record: ChangeRecord, row: Condition, act: ConditionAct, actor: Actor, text: str
) -> tuple[Refusal, ...]:
    """Every reason against this act on a condition, for the button as for the use case."""
    facts = condition_facts(row, record.change, record.model, facts_of(session, record.version))
    return condition_refusals(facts, act, actor, text=text)


def condition_facts(row: Condition, change: ChangeRequest, model: Model, version: VersionFacts) -> ConditionFacts:
    """A condition as the rules see it, with the parts that people have on its version."""
    return ConditionFacts(
        change=change.status,
        version=version,
        owners=frozenset({row.owner, model.owner}),
        done_by=row.done_by,
        verified=row.verified_at is not None,
    )


def _act(
    store: Store, ledger: Ledger, condition: int, act: ConditionAct, text: str, *, actor: Actor, at: datetime
) -> None:
    check_text("text", text, longest=LENGTH)
    with deciding(store, ledger, act, entity=Entity("condition", str(condition)), actor=actor, at=at) as tx:
        record, row = _load(tx.session, condition)
        refuse(against_condition(tx.session, record, row, act, actor, text))
        if act is ConditionAct.REPORT:
            row.evidence, row.done_by, row.done_at = text, actor.id, at
        elif act is ConditionAct.VERIFY:
            row.note, row.verified_by, row.verified_at = text, actor.id, at
        else:
            row.note, row.done_by, row.done_at = text, None, None
        tx.session.add(row)
        payload = {"condition": row.text, "said": text}
        entity = Entity("change", record.change.number)
        ledger.record(tx, EVENT_OF[act], entity=entity, actor=actor, at=at, payload=payload)


def _load(session: Session, condition: int) -> tuple[ChangeRecord, Condition]:
    """The condition with its change, both locked; raises `NotFound`."""
    number = session.exec(
        select(ChangeRequest.number)
        .join(Condition, col(Condition.change_id) == col(ChangeRequest.id))
        .where(Condition.id == condition)
    ).first()
    if number is None:
        raise NotFound("condition", condition)
    record = load_change(session, number, to_decide=True)
    return record, session.exec(select(Condition).where(Condition.id == condition).with_for_update()).one()


def set_conditions(
    tx: Transaction,
    ledger: Ledger,
    record: ChangeRecord,
    vote: int,
    conditions: Sequence[NewCondition],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Store the conditions of a vote, each on record."""
    entity = Entity("change", record.change.number)
    for text, owner, due in conditions:
        tx.session.add(Condition(change_id=key_of(record.change), vote_id=vote, text=text, owner=owner, due_at=due))
        payload = {"text": text, "owner": owner, "due": due.isoformat()}
        ledger.record(tx, Event.CONDITION_SET, entity=entity, actor=actor, at=at, payload=payload)


def rejection_refusals(choice: Choice, conditions: Sequence[NewCondition]) -> tuple[Refusal, ...]:
    """A rejection carries no conditions."""
    if choice is Choice.APPROVE or not conditions:
        return ()
    return (Refusal("rejection-with-conditions", "A rejection carries no conditions", "conditions of approval"),)


def check_conditions(session: Session, conditions: Sequence[NewCondition], at: datetime) -> None:
    """Raise `Unreadable` with everything that is wrong with these conditions."""
    owners = {owner for _, owner, _ in conditions}
    active = set(
        session.exec(
            select(Person.number).where(col(Person.number).in_(owners), col(Person.disabled_at).is_(None))
        ).all()
    )
    problems: list[Problem] = []
    for line, (text, owner, due) in enumerate(conditions, start=1):
        problems += text_problems(f"condition {line}", text, longest=LENGTH, required=True)
        if owner not in active:
            problems.append(Problem("nobody active has this number", column=f"condition {line}: owner", found=owner))
        if due <= at:
            problems.append(Problem("not after today", column=f"condition {line}: due", found=due.date().isoformat()))
    if problems:
        raise Unreadable(problems)
