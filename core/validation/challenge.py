"""Effective challenge and findings: questions, answers, remediation and closure, each on record."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Conflict, NotFound, Refusal, Refused
from core.inventory.moves import load_version, record_part, version_by_id
from core.inventory.rules import Action, Duty
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.service import policy_in_force
from core.store import Store, Transaction
from core.store.numbers import next_number
from core.validation.evidence import finding_facts, validation_facts
from core.validation.rules import FindingStatus, Severity, finding_refusals, reason_refusals, refusals
from core.validation.tables import Finding, Question


def entity_of(model: Model, version: ModelVersion) -> Entity:
    """How the ledger names a version."""
    return Entity("version", f"{model.number} {version.version}")


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


def raise_finding(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    version: str,
    title: str,
    detail: str,
    severity: Severity,
    actor: Actor,
    at: datetime,
) -> str:
    """Raise a finding by hand; returns its number (`F0001`). The model's developer owns it."""
    with deciding(
        store, ledger, Action.RAISE_FINDING, entity=Entity("version", f"{model} {version}"), actor=actor, at=at
    ) as tx:
        model_row, row = load_version(tx.session, model, version)
        facts = validation_facts(tx.session, row)
        _refuse((*refusals(facts, Action.RAISE_FINDING, actor), *reason_refusals(title, "The title")))
        record_part(tx, row, actor, Duty.VALIDATION, at)
        return open_finding(
            tx, ledger, model_row, row, title=title, detail=detail, severity=severity, actor=actor, at=at
        )


def open_finding(
    tx: Transaction,
    ledger: Ledger,
    model: Model,
    version: ModelVersion,
    *,
    title: str,
    detail: str,
    severity: Severity,
    actor: Actor,
    at: datetime,
    run_id: int | None = None,
    check_key: str = "",
) -> str:
    """Store a finding within a transaction and return its number."""
    days = policy_in_force(tx.session, at=at).policy.remediation_days(severity)
    finding = Finding(
        number=next_number(tx.session, "F"),
        version_id=version.id or 0,
        run_id=run_id,
        check_key=check_key,
        title=title,
        detail=detail,
        severity=severity,
        owner=model.developer,
        raised_by=actor.acting_as,
        raised_at=at,
        due_at=at + timedelta(days=days),
    )
    tx.session.add(finding)
    payload = {"finding": finding.number, "title": title, "severity": severity.value}
    ledger.record(tx, Event.FINDING_RAISED, entity=entity_of(model, version), actor=actor, at=at, payload=payload)
    return finding.number


def remediate(store: Store, ledger: Ledger, *, finding: str, text: str, actor: Actor, at: datetime) -> None:
    """Record what was done about a finding; a validator then verifies it."""
    values = {
        "status": FindingStatus.REMEDIATED,
        "remediation": text,
        "remediated_by": actor.id,
        "remediated_at": at,
    }
    _settle(
        store, ledger, finding, Action.REMEDIATE_FINDING, Event.FINDING_REMEDIATED, values, text, actor=actor, at=at
    )


def close_finding(store: Store, ledger: Ledger, *, finding: str, text: str, actor: Actor, at: datetime) -> None:
    """Verify the remediation and close the finding."""
    values = {"status": FindingStatus.VERIFIED_CLOSED, "closing_note": text, "closed_by": actor.id, "closed_at": at}
    _settle(store, ledger, finding, Action.CLOSE_FINDING, Event.FINDING_CLOSED, values, text, actor=actor, at=at)


def _settle(
    store: Store,
    ledger: Ledger,
    number: str,
    action: Action,
    event: Event,
    values: dict[str, object],
    text: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    with deciding(store, ledger, action, entity=Entity("finding", number), actor=actor, at=at) as tx:
        row = tx.session.exec(select(Finding).where(Finding.number == number)).first()
        if row is None:
            raise NotFound("finding", number)
        model, version = version_by_id(tx.session, row.version_id)
        facts = finding_facts(row)
        stands = finding_refusals(validation_facts(tx.session, version), facts, action, actor)
        _refuse((*stands, *reason_refusals(text, "The note")))
        done = tx.session.execute(
            update(Finding)
            .where(col(Finding.id) == row.id, col(Finding.revision) == row.revision)
            .values(**values, revision=row.revision + 1)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
            raise Conflict(f"revision {row.revision}", "a newer one", f"Finding {number}")
        duty = Duty.VALIDATION if action is Action.CLOSE_FINDING else Duty.DEVELOPMENT
        record_part(tx, version, actor, duty, at)
        payload = {"finding": number, "text": text}
        ledger.record(tx, event, entity=entity_of(model, version), actor=actor, at=at, payload=payload)


def _refuse(reasons: list[Refusal] | tuple[Refusal, ...]) -> None:
    if reasons:
        raise Refused(reasons)
