"""Facts of a bias audit that no file knows, kept on record for the summary that 6 RCNY 5-303 wants published."""

from dataclasses import asdict
from datetime import date, datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Problem, Refusal, Refused, Unreadable
from core.inventory.moves import load_version
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.metrics.bias_audit import AuditFacts, DataKind
from core.store import Store
from core.validation.findings.raising import entity_of
from core.validation.tables import BiasAuditStatement

LINE, TEXT = 1000, 4000
_LONGEST = {
    "tool": 200, "auditor": 200, "data_source": LINE, "data_explanation": TEXT, "why_test_data": TEXT,
    "how_test_data": TEXT,
}  # fmt: skip


def audit_facts_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot state facts of a bias audit: who answers for the model states them."""
    return permission_refusals(actor, Permission.MODEL_EDIT)


def state_audit_facts(
    store: Store, ledger: Ledger, *, model: str, version: str, facts: AuditFacts, actor: Actor, at: datetime
) -> int:
    """Keep the facts beside those stated before; the index of the ledger's entry. Raises `Unreadable`, `Refused`."""
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, "state facts of a bias audit", entity=entity, actor=actor, at=at) as tx:
        model_row, row = load_version(tx.session, model, version)
        reasons = audit_facts_refusals(actor)
        if reasons:
            raise Refused(reasons)
        problems = _problems(facts, at.date())
        if problems:
            raise Unreadable(problems)
        said = asdict(facts) | {"data_kind": facts.data_kind.value if facts.data_kind else ""}
        tx.session.add(BiasAuditStatement(version_id=row.id or 0, stated_by=actor.acting_as, stated_at=at, **said))
        payload = {name: value.isoformat() if isinstance(value, date) else value or "" for name, value in said.items()}
        entry = ledger.record(
            tx, Event.BIAS_AUDIT_STATED, entity=entity_of(model_row, row), actor=actor, at=at, payload=payload
        )
        return entry.index


def stated_audit_facts(session: Session, version_id: int) -> AuditFacts | None:
    """The facts as they were stated last, or none."""
    newest = select(BiasAuditStatement).where(BiasAuditStatement.version_id == version_id)
    row = session.exec(newest.order_by(col(BiasAuditStatement.id).desc()).limit(1)).first()
    if row is None:
        return None
    return AuditFacts(
        tool=row.tool,
        auditor=row.auditor,
        audit_date=row.audit_date,
        distribution_date=row.distribution_date,
        data_source=row.data_source,
        data_explanation=row.data_explanation,
        data_kind=DataKind(row.data_kind) if row.data_kind else None,
        why_test_data=row.why_test_data,
        how_test_data=row.how_test_data,
        latest_use=row.latest_use,
    )


def _problems(facts: AuditFacts, today: date) -> list[Problem]:
    problems = [
        Problem("too long", column=name, expected=f"at most {longest:,} characters")
        for name, longest in _LONGEST.items()
        if len(getattr(facts, name)) > longest
    ]
    for name in ("audit_date", "latest_use"):
        day = getattr(facts, name)
        if day is not None and day > today:
            problems.append(Problem("lies in the future", column=name, found=day.isoformat()))
    if facts.latest_use and facts.distribution_date and facts.latest_use < facts.distribution_date:
        found = facts.latest_use.isoformat()
        problems.append(Problem("lies before the distribution date", column="latest_use", found=found))
    return problems
