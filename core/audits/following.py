"""The use cases after a finding was raised: respond, report as done, send back, verify, and close the audit."""

from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor
from core.audits.facts import (
    Done,
    audit_facts,
    check_lengths,
    finding_facts,
    load_audit,
    load_finding,
    model_of,
    recorded,
    refuse,
    save,
)
from core.audits.rules import finding_refusals, refusals, text_refusals
from core.audits.rules.life import Act, AuditStatus, FindingStatus, Response
from core.audits.tables import Audit, AuditFinding
from core.errors import Problem, Refusal, Unreadable
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


def respond(
    store: Store,
    ledger: Ledger,
    *,
    finding: str,
    response: Response,
    text: str,
    due_at: datetime | None,
    actor: Actor,
    at: datetime,
) -> Done:
    """Answer a finding: what will be done by when, or why its risk is accepted; it can be answered anew until done."""
    check_lengths(response=text)
    _check_due(response, due_at, at)
    with deciding(store, ledger, Act.RESPOND, entity=Entity("audit finding", finding), actor=actor, at=at) as tx:
        row, audit = _allowed(tx, finding, Act.RESPOND, actor, response=text)
        due = None if response is Response.RISK_ACCEPTED else due_at
        answered = {
            "status": FindingStatus.ANSWERED, "response": response, "response_text": text.strip(),
            "responded_by": actor.id, "responded_at": at, "due_at": due, "sent_back": "",
        }  # fmt: skip
        save(tx.session, row, answered)
        payload = {"response": response.value, "text": text.strip(), "due": due.isoformat() if due else ""}
        return recorded(tx, ledger, Event.AUDIT_FINDING_ANSWERED, audit, dict(payload), finding=row, actor=actor, at=at)


def report_done(store: Store, ledger: Ledger, *, finding: str, text: str, actor: Actor, at: datetime) -> Done:
    """Say what was done, and what shows it; an auditor verifies it next."""
    check_lengths(done=text)
    with deciding(store, ledger, Act.REPORT, entity=Entity("audit finding", finding), actor=actor, at=at) as tx:
        row, audit = _allowed(tx, finding, Act.REPORT, actor, account=text)
        done = {"done": text.strip(), "done_by": actor.id, "done_at": at, "sent_back": ""}
        save(tx.session, row, {"status": FindingStatus.DONE, **done})
        payload = {"text": text.strip()}
        return recorded(tx, ledger, Event.AUDIT_FINDING_DONE, audit, dict(payload), finding=row, actor=actor, at=at)


def send_back(store: Store, ledger: Ledger, *, finding: str, reason: str, actor: Actor, at: datetime) -> Done:
    """Not enough: what was reported as done goes back to its response, and a response to the open finding."""
    check_lengths(reason=reason)
    with deciding(store, ledger, Act.SEND_BACK, entity=Entity("audit finding", finding), actor=actor, at=at) as tx:
        row, audit = _allowed(tx, finding, Act.SEND_BACK, actor, reason=reason)
        before = FindingStatus.ANSWERED if row.status is FindingStatus.DONE else FindingStatus.OPEN
        save(tx.session, row, {"status": before, "sent_back": reason.strip()})
        payload = {"to": before.value, "reason": reason.strip()}
        return recorded(
            tx, ledger, Event.AUDIT_FINDING_SENT_BACK, audit, dict(payload), finding=row, actor=actor, at=at
        )


def verify_finding(store: Store, ledger: Ledger, *, finding: str, text: str, actor: Actor, at: datetime) -> Done:
    """What was done holds, or the accepted risk is understood: the finding is verified closed."""
    check_lengths(verification=text)
    with deciding(store, ledger, Act.VERIFY, entity=Entity("audit finding", finding), actor=actor, at=at) as tx:
        row, audit = _allowed(tx, finding, Act.VERIFY, actor, verification=text)
        verified = {"verification": text.strip(), "verified_by": actor.id, "verified_at": at}
        save(tx.session, row, {"status": FindingStatus.VERIFIED, **verified})
        payload = {"text": text.strip()}
        return recorded(tx, ledger, Event.AUDIT_FINDING_VERIFIED, audit, dict(payload), finding=row, actor=actor, at=at)


def close_audit(store: Store, ledger: Ledger, *, audit: str, conclusion: str, actor: Actor, at: datetime) -> Done:
    """Close the audit with its overall conclusion; refused while a finding is not verified closed."""
    check_lengths(conclusion=conclusion)
    with deciding(store, ledger, Act.CLOSE, entity=Entity("audit", audit), actor=actor, at=at) as tx:
        row = load_audit(tx.session, audit, to_change=True)
        reasons = refusals(audit_facts(tx.session, row, actor), Act.CLOSE, actor)
        refuse((*reasons, *text_refusals(conclusion=conclusion)))
        ended = {"conclusion": conclusion.strip(), "ended_by": actor.id, "ended_at": at}
        save(tx.session, row, {"status": AuditStatus.CLOSED, **ended})
        payload = {"conclusion": conclusion.strip()}
        return recorded(tx, ledger, Event.AUDIT_CLOSED, row, dict(payload), actor=actor, at=at)


def _allowed(tx: Transaction, number: str, act: Act, actor: Actor, **texts: str) -> tuple[AuditFinding, Audit]:
    """The finding and its audit, where nothing stands against the act."""
    row, audit = load_finding(tx.session, number, to_change=True)
    facts = audit_facts(tx.session, audit, actor, model=model_of(tx.session, row))
    reasons: tuple[Refusal, ...] = finding_refusals(facts, finding_facts(row), act, actor)
    refuse((*reasons, *text_refusals(**texts)))
    return row, audit


def _check_due(response: Response, due_at: datetime | None, at: datetime) -> None:
    if response is Response.RISK_ACCEPTED or (due_at is not None and due_at > at):
        return
    found = f"{due_at:%Y-%m-%d}" if due_at else ""
    raise Unreadable([Problem("not a day to come", column="due date", found=found, expected="when it will be done")])
