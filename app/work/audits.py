"""What waits in audits: findings to answer and to settle, findings to verify, and audits to bring on."""

from datetime import datetime

from sqlmodel import Session

from app.work.tasks import LOOKED_AT, MOST, State, Task, urgency
from core.access.rules import Actor, Permission
from core.audits.facts import finding_facts
from core.audits.queries import AuditFilter, AuditRow, audits, findings_to_answer, findings_to_verify
from core.audits.rules import AuditFacts, Tie, finding_refusals, refusals
from core.audits.rules.life import Act, AuditStatus, FindingStatus
from core.audits.tables import Audit, AuditFinding
from core.audits.ties import ties_of_findings

Query = tuple[tuple[str, str], ...]


def audit_findings_to_answer(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Findings of audits that this person answers, or whose promised action is theirs."""
    if Permission.AUDIT_RESPOND not in actor.permissions:
        return []
    tasks = []
    for row, audit in findings_to_answer(session, actor.id, limit=LOOKED_AT):
        act = Act.RESPOND if row.status is FindingStatus.OPEN else Act.REPORT
        if not finding_refusals(_facts(audit, actor), finding_facts(row), act, actor):
            tasks.append(_finding_task(row, audit, act, at))
    return tasks


def audit_findings_to_verify(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Findings that were reported as done, or whose risk is accepted, of audits on whose team this person is."""
    if Permission.AUDIT_RUN not in actor.permissions:
        return []
    rows = findings_to_verify(session, actor.id, limit=LOOKED_AT)
    ties = ties_of_findings(session, actor.id, [row for row, _ in rows])
    return [
        _finding_task(row, audit, Act.VERIFY, at)
        for row, audit in rows
        if not finding_refusals(_facts(audit, actor, ties.get(row.number, ())), finding_facts(row), Act.VERIFY, actor)
    ]


def audits_to_lead(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Audits of this lead that should have begun, that are in fieldwork, or that can be closed."""
    if Permission.AUDIT_RUN not in actor.permissions:
        return []
    tasks = []
    for row in audits(session, AuditFilter(person=actor.id, open_only=True), limit=MOST, offset=0).rows:
        audit = row.audit
        if audit.lead != actor.id or (audit.status is AuditStatus.PLANNED and audit.starts_at > at):
            continue
        what = _next(row, actor)
        if what:
            tasks.append(_task(what, audit, (("audit", audit.number),), (audit.planned_at, audit.ends_at), at, "Lead"))
    return tasks


def _next(row: AuditRow, actor: Actor) -> str:
    audit, undone = row.audit, row.to_test - row.tests
    if audit.status is AuditStatus.PLANNED:
        return f"Begin the audit “{audit.title}”"
    if audit.status is AuditStatus.FIELDWORK:
        left = f", {undone} conclusions to go" if undone else ""
        return f"Fieldwork of the audit “{audit.title}”{left}"
    may_close = not row.pending and not refusals(_facts(audit, actor), Act.CLOSE, actor)
    return f"Close the audit “{audit.title}”" if may_close else ""


def _facts(audit: Audit, actor: Actor, ties: tuple[Tie, ...] = ()) -> AuditFacts:
    """What the rules of these acts ask for; who is asked about is on the team of what was found."""
    return AuditFacts(audit.status, audit.kind, audit.lead, frozenset({actor.id, audit.lead}), ties)


def _finding_task(row: AuditFinding, audit: Audit, act: Act, at: datetime) -> Task:
    what, since, due, why = {
        Act.RESPOND: ("Answer", row.raised_at, row.respond_by, "You are to answer it"),
        Act.REPORT: ("Settle", row.responded_at, row.due_at, "You promised it"),
        Act.VERIFY: ("Verify", row.done_at or row.responded_at, None, "You are on the team"),
    }[act]
    query = (("audit", audit.number), ("tab", "Findings"), ("finding", row.number))
    return _task(
        f"{what} audit finding {row.number}: {row.title}", audit, query, (since or row.raised_at, due), at, why
    )


def _task(
    what: str, audit: Audit, query: Query, dates: tuple[datetime, datetime | None], at: datetime, why: str
) -> Task:
    since, due = dates
    state = urgency(due, at, "Open") if due else State("Waiting")
    return Task(what, "/audit", query, "", "", None, since, due, state, f"{why}, audit {audit.number}")
