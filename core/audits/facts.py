"""Loads an audit with what its rules ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, and_, func, update
from sqlmodel import Session, col, select

from core.access.rules import PERMISSIONS, Actor, Permission, Role
from core.access.tables import Person, RoleGrant
from core.audits.population import AuditScope
from core.audits.rules import AuditFacts, FindingFacts, Tie
from core.audits.rules.life import FindingStatus, Result
from core.audits.tables import Audit, AuditCriterion, AuditFinding, AuditItem, AuditMember, AuditTest
from core.audits.ties import ties_to_models, ties_to_scope
from core.errors import Conflict, NotFound, Problem, Refusal, Refused, Unreadable
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Transaction

LIMITS = {
    "title": 300, "objective": 4000, "conducted_by": 300, "reference": 300, "notes": 4000, "reason": 2000,
    "evidence": 2000, "condition": 4000, "criterion": 4000, "cause": 4000, "effect": 4000, "recommendation": 4000,
    "response": 4000, "done": 4000, "verification": 4000, "conclusion": 4000, "seed": 200,
}  # fmt: skip
RESPONDERS = frozenset(role for role, held in PERMISSIONS.items() if Permission.AUDIT_RESPOND in held)


@dataclass(frozen=True)
class Done:
    """The number of the audit or the finding, and the ledger entry that says what was done."""

    number: str
    entry: int


def load_audit(session: Session, number: str, *, to_change: bool = False) -> Audit:
    """The audit with this number, held until the transaction ends where it is `to_change`; raises `NotFound`."""
    query = select(Audit).where(Audit.number == number)
    row = session.exec(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("audit", number)
    return row


def load_finding(session: Session, number: str, *, to_change: bool = False) -> tuple[AuditFinding, Audit]:
    """The finding with this number, and its audit, which is held where it is `to_change`; raises `NotFound`."""
    query = select(Audit).join(AuditFinding, col(AuditFinding.audit_id) == col(Audit.id))
    query = query.where(AuditFinding.number == number)
    audit = session.exec(query.with_for_update(of=Audit) if to_change else query).first()
    if audit is None:
        raise NotFound("audit finding", number)
    return session.exec(select(AuditFinding).where(AuditFinding.number == number)).one(), audit


def team_of(session: Session, audit: Audit) -> frozenset[str]:
    """Everybody who audits here, the lead among them."""
    return frozenset(session.exec(select(AuditMember.person).where(AuditMember.audit_id == audit.id)).all())


def audit_facts(session: Session, audit: Audit, actor: Actor, *, model: str | None = None) -> AuditFacts:
    """What the rules ask for, as this person sees it: with their ties to one model, or to all of the scope."""
    of = audit.id
    criteria = _count(session, select(func.count()).where(AuditCriterion.audit_id == of))
    sampled = _count(session, select(func.count()).where(AuditItem.audit_id == of))
    tested = _count(session, select(func.count()).where(AuditTest.audit_id == of))
    return AuditFacts(
        status=audit.status,
        kind=audit.kind,
        lead=audit.lead,
        team=team_of(session, audit),
        ties=ties_of(session, audit, actor, model),
        criteria=criteria,
        sampled=sampled,
        undone=criteria * sampled - tested,
        unfound=_unfound(session, audit),
        pending=_pending(session, audit),
    )


def ties_of(session: Session, audit: Audit, actor: Actor, model: str | None) -> tuple[Tie, ...]:
    """The actor's ties to this model, or to all of the audit's scope."""
    if model:
        return ties_to_models(session, actor.id, [model])
    return ties_to_scope(session, actor.id, AuditScope.parse(audit.scope))


def finding_facts(row: AuditFinding) -> FindingFacts:
    """What the rules ask of a finding."""
    return FindingFacts(row.status, row.owner, row.response)


def model_of(session: Session, finding: AuditFinding) -> str | None:
    """The model that a finding is about, where it is about a sampled item."""
    item = session.get(AuditItem, finding.item_id) if finding.item_id else None
    return item.model if item else None


def may_respond(session: Session, person: str, *, at: datetime) -> bool:
    """Whether this person is active and holds a role that answers findings."""
    return person in _holders(session, [person], RESPONDERS, at)


def not_auditors(session: Session, people: Iterable[str], *, at: datetime) -> tuple[str, ...]:
    """Those who do not hold the role auditor now."""
    asked = sorted(set(people))
    return tuple(one for one in asked if one not in _holders(session, asked, {Role.AUDITOR}, at))


def refuse(reasons: Iterable[Refusal]) -> None:
    """Raise them where there are any."""
    found = tuple(reasons)
    if found:
        raise Refused(found)


def check_lengths(**texts: str) -> None:
    """Raise `Unreadable` for what is longer than it may be."""
    problems = [
        Problem("too long", column=name, expected=f"at most {LIMITS[name]:,} characters")
        for name, text in texts.items()
        if len(text) > LIMITS[name]
    ]
    if problems:
        raise Unreadable(problems)


def save(
    session: Session, row: Audit | AuditFinding, values: Mapping[str, object], *, expected: int | None = None
) -> None:
    """Compare-and-set on the revision; raises `Conflict` where somebody changed it meanwhile."""
    table = type(row)
    if expected is not None and expected != row.revision:
        raise Conflict(f"revision {expected}", f"revision {row.revision}", row.number)
    done = session.execute(
        update(table)
        .where(col(table.id) == row.id, col(table.revision) == row.revision)
        .values(revision=row.revision + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
        raise Conflict(f"revision {row.revision}", "a newer one", row.number)
    session.refresh(row)


def _holders(session: Session, people: Iterable[str], roles: Iterable[Role], at: datetime) -> frozenset[str]:
    ends = col(RoleGrant.ends_at)
    query = (
        select(RoleGrant.person)
        .join(Person, col(Person.number) == col(RoleGrant.person))
        .where(
            col(RoleGrant.person).in_(list(people)), col(RoleGrant.role).in_(list(roles)),
            col(RoleGrant.withdrawn_at).is_(None), ends.is_(None) | (ends > at), col(Person.disabled_at).is_(None),
        )
    )  # fmt: skip
    return frozenset(session.exec(query).all())


def _count(session: Session, query: Executable) -> int:
    return int(session.execute(query).scalar_one())


def _unfound(session: Session, audit: Audit) -> int:
    """Nonconformities for which no finding names the item and the criterion."""
    query = (
        select(func.count())
        .select_from(AuditTest)
        .outerjoin(
            AuditFinding,
            and_(
                col(AuditFinding.item_id) == col(AuditTest.item_id),
                col(AuditFinding.criterion_id) == col(AuditTest.criterion_id),
            ),
        )
        .where(AuditTest.audit_id == audit.id, AuditTest.result == Result.DOES_NOT, col(AuditFinding.id).is_(None))
    )
    return _count(session, query)


def _pending(session: Session, audit: Audit) -> tuple[str, ...]:
    query = select(AuditFinding.number).where(
        AuditFinding.audit_id == audit.id, AuditFinding.status != FindingStatus.VERIFIED
    )
    return tuple(session.exec(query.order_by(col(AuditFinding.id))).all())


def recorded(
    tx: Transaction,
    ledger: Ledger,
    event: Event,
    audit: Audit,
    payload: dict[str, JsonValue],
    *,
    finding: AuditFinding | None = None,
    actor: Actor,
    at: datetime,
) -> Done:
    """Put what was done on record, about the audit or about one of its findings: `AU0001 AF0001`."""
    entity = Entity("audit finding", f"{audit.number} {finding.number}") if finding else Entity("audit", audit.number)
    entry = ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=payload or None)
    return Done(finding.number if finding else audit.number, entry.index)
