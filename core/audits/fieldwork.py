"""The use cases of fieldwork: conclude an item by a criterion, raise a finding, issue what was found."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.audits.facts import (
    Done,
    audit_facts,
    check_lengths,
    load_audit,
    may_respond,
    recorded,
    refuse,
    save,
)
from core.audits.rules import owner_refusals, refusals, result_refusals, text_refusals
from core.audits.rules.life import Act, AuditStatus, Result
from core.audits.tables import Audit, AuditCriterion, AuditFinding, AuditItem, AuditTest
from core.errors import Conflict, NotFound
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store
from core.store.numbers import next_number
from core.validation.rules import Severity


@dataclass(frozen=True)
class Found:
    """A finding as an auditor words it; `item` and `criterion` tie it to fieldwork, by key and “pack item”.

    `reference` is the number and grade that an auditor from outside gave it.
    """

    grade: Severity
    title: str
    condition: str
    criterion: str
    cause: str
    effect: str
    recommendation: str
    owner: str
    respond_by: datetime
    item: str = ""
    by_criterion: str = ""
    reference: str = ""


def record_test(
    store: Store,
    ledger: Ledger,
    *,
    audit: str,
    item: str,
    criterion: str,
    result: Result,
    notes: str = "",
    reason: str = "",
    evidence: str = "",
    expected_revision: int = 0,
    actor: Actor,
    at: datetime,
) -> Done:
    """Conclude one sampled item (`M0001`) by one criterion (`gdpr GDPR-22a`); a later conclusion takes its place.

    `expected_revision` is that of the conclusion that was seen, 0 where there was none. Raises `Conflict`.
    """
    check_lengths(notes=notes, reason=reason, evidence=evidence)
    with deciding(store, ledger, Act.TEST, entity=Entity("audit", audit), actor=actor, at=at) as tx:
        row = load_audit(tx.session, audit, to_change=True)
        what, by = item_of(tx.session, row, item), criterion_of(tx.session, row, criterion)
        facts = audit_facts(tx.session, row, actor, model=what.model)
        refuse(
            (*refusals(facts, Act.TEST, actor), *result_refusals(result, notes=notes, reason=reason, evidence=evidence))
        )
        _put(
            tx.session,
            AuditTest(
                audit_id=row.id or 0, item_id=what.id or 0, criterion_id=by.id or 0, result=result,
                notes=notes.strip(), reason=reason.strip(), evidence=evidence.strip(), tested_by=actor.id, tested_at=at,
            ),
            expected_revision,
        )  # fmt: skip
        payload = {
            "item": item, "criterion": criterion, "result": result.value, "notes": notes.strip(),
            "reason": reason.strip(), "evidence": evidence.strip(),
        }  # fmt: skip
        return recorded(tx, ledger, Event.AUDIT_TESTED, row, dict(payload), actor=actor, at=at)


def raise_finding(store: Store, ledger: Ledger, *, audit: str, found: Found, actor: Actor, at: datetime) -> Done:
    """Raise a finding and give it to somebody to answer; of an audit from outside, enter theirs as it is worded."""
    texts = {
        "condition": found.condition, "criterion": found.criterion, "cause": found.cause, "effect": found.effect,
        "recommendation": found.recommendation,
    }  # fmt: skip
    check_lengths(title=found.title, reference=found.reference, **texts)
    with deciding(store, ledger, Act.RAISE, entity=Entity("audit", audit), actor=actor, at=at) as tx:
        row = load_audit(tx.session, audit, to_change=True)
        what = item_of(tx.session, row, found.item) if found.item else None
        by = criterion_of(tx.session, row, found.by_criterion) if found.by_criterion else None
        facts = audit_facts(tx.session, row, actor, model=what.model if what else None)
        refuse(
            (
                *refusals(facts, Act.RAISE, actor),
                *text_refusals(title=found.title, **texts),
                *owner_refusals(facts, found.owner, may_respond=may_respond(tx.session, found.owner, at=at)),
            )
        )
        finding = AuditFinding(
            number=next_number(tx.session, "AF"), audit_id=row.id or 0, item_id=what.id if what else None,
            criterion_id=by.id if by else None, grade=found.grade, title=found.title.strip(), owner=found.owner,
            reference=found.reference.strip(), raised_by=actor.id, raised_at=at, respond_by=found.respond_by,
            condition=found.condition.strip(), criterion=found.criterion.strip(), cause=found.cause.strip(),
            effect=found.effect.strip(), recommendation=found.recommendation.strip(),
        )  # fmt: skip
        tx.session.add(finding)
        tx.session.flush()
        payload = {
            "title": finding.title, "grade": found.grade.value, "owner": found.owner, "item": found.item,
            "by": found.by_criterion, "respond_by": found.respond_by.isoformat(),
            "reference": finding.reference, **texts,
        }  # fmt: skip
        return recorded(tx, ledger, Event.AUDIT_FINDING_RAISED, row, dict(payload), finding=finding, actor=actor, at=at)


def issue_findings(store: Store, ledger: Ledger, *, audit: str, actor: Actor, at: datetime) -> Done:
    """Fieldwork is complete; from now on the findings are followed up."""
    with deciding(store, ledger, Act.ISSUE, entity=Entity("audit", audit), actor=actor, at=at) as tx:
        row = load_audit(tx.session, audit, to_change=True)
        facts = audit_facts(tx.session, row, actor)
        refuse(refusals(facts, Act.ISSUE, actor))
        save(tx.session, row, {"status": AuditStatus.FOLLOW_UP, "issued_at": at})
        payload = {"items": facts.sampled, "criteria": facts.criteria, "findings": len(facts.pending)}
        return recorded(tx, ledger, Event.AUDIT_ISSUED, row, dict(payload), actor=actor, at=at)


def item_of(session: Session, audit: Audit, key: str) -> AuditItem:
    """The sampled item with this key, of the newest sample that holds it; raises `NotFound`."""
    query = select(AuditItem).where(AuditItem.audit_id == audit.id, AuditItem.key == key)
    found = session.exec(query.order_by(col(AuditItem.id))).first()
    if found is None:
        raise NotFound(f"sampled item of {audit.number}", key)
    return found


def criterion_of(session: Session, audit: Audit, named: str) -> AuditCriterion:
    """The criterion “pack item”; raises `NotFound`."""
    pack, _, item = named.partition(" ")
    query = select(AuditCriterion).where(
        AuditCriterion.audit_id == audit.id, AuditCriterion.pack == pack, AuditCriterion.item == item
    )
    found = session.exec(query).first()
    if found is None:
        raise NotFound(f"criterion of {audit.number}", named)
    return found


def _put(session: Session, test: AuditTest, expected: int) -> None:
    """In the place of the conclusion that was seen."""
    query = select(AuditTest).where(AuditTest.item_id == test.item_id, AuditTest.criterion_id == test.criterion_id)
    former = session.exec(query.with_for_update()).first()
    standing = former.revision if former else 0
    if standing != expected:
        raise Conflict(f"revision {expected}", f"revision {standing}", "The conclusion")
    if former is None:
        session.add(test)
        return
    for name in ("result", "notes", "reason", "evidence", "tested_by", "tested_at"):
        setattr(former, name, getattr(test, name))
    former.revision += 1
    session.add(former)
