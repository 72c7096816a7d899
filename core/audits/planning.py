"""The use cases of an audit's plan: make it, and change it until fieldwork begins."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.audits.facts import (
    Done,
    audit_facts,
    check_lengths,
    load_audit,
    not_auditors,
    recorded,
    refuse,
    save,
)
from core.audits.population import AuditScope
from core.audits.rules import plan_refusals, refusals, text_refusals
from core.audits.rules.life import Act, AuditKind
from core.audits.tables import Audit, AuditCriterion, AuditItem, AuditMember, AuditSample
from core.audits.ties import ties_to_scope
from core.errors import NotFound, Problem, Unreadable
from core.inventory.tables import Model
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.packs.service import known_packs
from core.store import Store, Transaction
from core.store.numbers import next_number


@dataclass(frozen=True)
class Plan:
    """What an audit is to look at, by what, when and by whom; people by number, criteria as pack and item."""

    title: str
    objective: str
    period: tuple[datetime, datetime]
    dates: tuple[datetime, datetime]
    lead: str
    auditors: tuple[str, ...]
    criteria: tuple[tuple[str, str], ...] = ()
    scope: AuditScope = field(default_factory=AuditScope)
    kind: AuditKind = AuditKind.INTERNAL
    conducted_by: str = ""
    reference: str = ""


def plan_audit(store: Store, ledger: Ledger, *, plan: Plan, actor: Actor, at: datetime) -> Done:
    """Put a new audit into the plan."""
    _check(plan)
    with deciding(store, ledger, "plan an audit", entity=Entity("audit", "new"), actor=actor, at=at) as tx:
        _refuse(tx.session, plan, actor, at)
        row = Audit(**_values(plan), number=next_number(tx.session, "AU"), planned_by=actor.id, planned_at=at)  # type: ignore[arg-type]  # fields by name
        tx.session.add(row)
        tx.session.flush()
        _parts(tx, row, plan)
        return recorded(tx, ledger, Event.AUDIT_PLANNED, row, _payload(plan), actor=actor, at=at)


def change_plan(
    store: Store, ledger: Ledger, *, audit: str, plan: Plan, expected_revision: int, actor: Actor, at: datetime
) -> Done:
    """Change an audit that has not begun; samples that were drawn from another scope stay on record and go."""
    _check(plan)
    with deciding(store, ledger, Act.CHANGE, entity=Entity("audit", audit), actor=actor, at=at) as tx:
        row = load_audit(tx.session, audit, to_change=True)
        refuse(refusals(audit_facts(tx.session, row, actor), Act.CHANGE, actor))
        _refuse(tx.session, plan, actor, at)
        if row.scope != plan.scope.to_json() or (row.period_from, row.period_to) != plan.period:
            _drop_samples(tx.session, row)
        save(tx.session, row, _values(plan), expected=expected_revision)
        for part in (AuditCriterion, AuditMember):
            tx.session.execute(delete(part).where(col(part.audit_id) == row.id))
        _parts(tx, row, plan)
        return recorded(tx, ledger, Event.AUDIT_CHANGED, row, _payload(plan), actor=actor, at=at)


def _check(plan: Plan) -> None:
    check_lengths(title=plan.title, objective=plan.objective, conducted_by=plan.conducted_by, reference=plan.reference)
    problems = [
        Problem("ends before it begins", column=name, found=f"{last:%Y-%m-%d}", expected=f"after {first:%Y-%m-%d}")
        for name, (first, last) in (("period", plan.period), ("dates", plan.dates))
        if last < first
    ]
    problems += [] if plan.title.strip() else [Problem("is empty", column="title", expected="what is audited")]
    if plan.kind is AuditKind.EXTERNAL and not plan.conducted_by.strip():
        problems.append(Problem("is empty", column="conducted_by", expected="who audits from outside"))
    if problems:
        raise Unreadable(problems)


def _refuse(session: Session, plan: Plan, actor: Actor, at: datetime) -> None:
    _refuse_unknown(session, plan)
    team = {*plan.auditors}
    refuse(
        (
            *plan_refusals(
                actor,
                lead_ties=ties_to_scope(session, plan.lead, plan.scope),
                not_auditors=not_auditors(session, team | {plan.lead}, at=at),
                lead_in_team=plan.lead in team,
            ),
            *text_refusals(objective=plan.objective),
        )
    )


def _refuse_unknown(session: Session, plan: Plan) -> None:
    """Models and items that do not exist."""
    wanted = set(plan.scope.models)
    known = set(session.exec(select(Model.number).where(col(Model.number).in_(wanted))).all()) if wanted else set()
    problems = [Problem("not a model", column="models", found=one) for one in sorted(wanted - known)]
    packs = known_packs(session)
    problems += [
        Problem("not an item of a pack", column="criteria", found=f"{pack} {item}")
        for pack, item in plan.criteria
        if pack not in packs or packs[pack].item(item) is None
    ]
    if problems:
        raise Unreadable(problems)


def _values(plan: Plan) -> dict[str, object]:
    return {
        "kind": plan.kind,
        "title": plan.title.strip(),
        "objective": plan.objective.strip(),
        "scope": plan.scope.to_json(),
        "period_from": plan.period[0],
        "period_to": plan.period[1],
        "starts_at": plan.dates[0],
        "ends_at": plan.dates[1],
        "lead": plan.lead,
        "conducted_by": plan.conducted_by.strip(),
        "reference": plan.reference.strip(),
    }


def _parts(tx: Transaction, row: Audit, plan: Plan) -> None:
    """Team and criteria, the latter in the words of their packs today."""
    packs, key = known_packs(tx.session), row.id or 0
    tx.session.add_all(AuditMember(audit_id=key, person=person) for person in sorted(set(plan.auditors)))
    for place, (pack, name) in enumerate(dict.fromkeys(plan.criteria), start=1):
        item = packs[pack].item(name)
        if item is None:
            raise NotFound(f"item of {pack}", name)
        tx.session.add(
            AuditCriterion(
                audit_id=key, position=place, pack=pack, item=name, pack_version=packs[pack].version,
                title=item.title, text=item.text, clause=item.clause,
            )
        )  # fmt: skip


def _drop_samples(session: Session, row: Audit) -> None:
    for part in (AuditItem, AuditSample):
        session.execute(delete(part).where(col(part.audit_id) == row.id))


def _payload(plan: Plan) -> dict[str, JsonValue]:
    return {
        "title": plan.title.strip(),
        "kind": plan.kind.value,
        "scope": plan.scope.words,
        "period": " to ".join(one.date().isoformat() for one in plan.period),
        "dates": " to ".join(one.date().isoformat() for one in plan.dates),
        "lead": plan.lead,
        "auditors": " ".join(sorted(set(plan.auditors))),
        "criteria": ", ".join(f"{pack} {item}" for pack, item in plan.criteria),
        "conducted_by": plan.conducted_by.strip(),
        "reference": plan.reference.strip(),
    }
