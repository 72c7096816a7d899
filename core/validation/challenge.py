"""Effective challenge: questions of validators and their answers, each on record."""

from datetime import datetime

from sqlmodel import select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import NotFound, Refusal, Refused
from core.inventory.moves import load_version, record_part, version_by_id
from core.inventory.rules import Action, Duty
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store
from core.store.numbers import next_number
from core.validation.evidence import validation_facts
from core.validation.findings.raising import entity_of
from core.validation.rules import reason_refusals, refusals
from core.validation.tables import Question


def ask(store: Store, ledger: Ledger, *, model: str, version: str, text: str, actor: Actor, at: datetime) -> str:
    """Record a validator's question; returns its number (`Q0001`)."""
    with deciding(store, ledger, Action.ASK, entity=Entity("version", f"{model} {version}"), actor=actor, at=at) as tx:
        model_row, row = load_version(tx.session, model, version)
        _refuse(
            (*refusals(validation_facts(tx.session, row), Action.ASK, actor), *reason_refusals(text, "The question"))
        )
        question = Question(
            number=next_number(tx.session, "Q"), version_id=row.id or 0, text=text, asked_by=actor.id, asked_at=at
        )
        tx.session.add(question)
        record_part(tx, row, actor, Duty.VALIDATION, at)
        payload = {"question": question.number, "text": text}
        ledger.record(tx, Event.QUESTION_ASKED, entity=entity_of(model_row, row), actor=actor, at=at, payload=payload)
        return question.number


def answer(store: Store, ledger: Ledger, *, question: str, text: str, actor: Actor, at: datetime) -> None:
    """Record the answer; an answered question stays as it is."""
    with deciding(store, ledger, Action.ANSWER, entity=Entity("question", question), actor=actor, at=at) as tx:
        row = tx.session.exec(select(Question).where(Question.number == question)).first()
        if row is None:
            raise NotFound("question", question)
        model_row, version = version_by_id(tx.session, row.version_id)
        reasons = [
            *refusals(validation_facts(tx.session, version), Action.ANSWER, actor),
            *reason_refusals(text, "The answer"),
        ]
        if row.answered_at is not None:
            reasons.append(Refusal("answered", f"Question {question} has an answer", "record", "Ask a new question."))
        _refuse(reasons)
        row.answer, row.answered_by, row.answered_at = text, actor.id, at
        tx.session.add(row)
        record_part(tx, version, actor, Duty.DEVELOPMENT, at)
        payload = {"question": question, "text": text}
        ledger.record(
            tx, Event.QUESTION_ANSWERED, entity=entity_of(model_row, version), actor=actor, at=at, payload=payload
        )


def _refuse(reasons: list[Refusal] | tuple[Refusal, ...]) -> None:
    if reasons:
        raise Refused(reasons)
