"""Reads of audits for pages, the API and reports: the list, one audit whole, and findings that wait for somebody."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, case, func, or_
from sqlmodel import Session, col, select

from core.audits.facts import load_audit
from core.audits.population import AuditScope
from core.audits.rules.life import FINAL, AuditKind, AuditStatus, FindingStatus, Result
from core.audits.tables import (
    Audit,
    AuditCriterion,
    AuditFinding,
    AuditItem,
    AuditMember,
    AuditSample,
    AuditTest,
)
from core.store.paging import Page


@dataclass(frozen=True)
class AuditFilter:
    """What the list is narrowed to; `person` is on the team; None and empty mean everything."""

    text: str = ""
    kind: AuditKind | None = None
    status: AuditStatus | None = None
    person: str | None = None
    year: int | None = None
    open_only: bool = False


@dataclass(frozen=True)
class AuditRow:
    """One audit in a list, with how many findings it has, how many pend, and how far fieldwork is."""

    audit: Audit
    scope: AuditScope
    findings: int
    pending: int
    tests: int
    to_test: int


@dataclass(frozen=True)
class ItemTests:
    """One sampled item with the conclusion for each criterion that has one, by criterion key “pack item”."""

    item: AuditItem
    sample: int
    tests: Mapping[str, AuditTest]


@dataclass(frozen=True)
class FindingOf:
    """One finding with the sampled item and the criterion it is about, where it is about one."""

    finding: AuditFinding
    item: str
    criterion: str


@dataclass(frozen=True)
class WholeAudit:
    """An audit as a report prints it: plan, team, criteria, samples, fieldwork, findings."""

    audit: Audit
    scope: AuditScope
    team: tuple[str, ...]
    criteria: tuple[AuditCriterion, ...]
    samples: tuple[AuditSample, ...]
    items: tuple[ItemTests, ...]
    findings: tuple[FindingOf, ...]

    @property
    def results(self) -> Mapping[Result, int]:
        """How many conclusions there are of each kind."""
        return Counter(test.result for item in self.items for test in item.tests.values())

    @property
    def undone(self) -> int:
        """Pairs of sampled item and criterion without a conclusion."""
        return len(self.items) * len(self.criteria) - sum(len(item.tests) for item in self.items)

    @property
    def pending(self) -> tuple[AuditFinding, ...]:
        """Findings that are not verified closed."""
        return tuple(one.finding for one in self.findings if one.finding.status is not FindingStatus.VERIFIED)


def key_of(criterion: AuditCriterion) -> str:
    """How a criterion is named: “gdpr GDPR-22a”."""
    return f"{criterion.pack} {criterion.item}"


def audits(session: Session, narrowed: AuditFilter, *, limit: int, offset: int) -> Page[AuditRow]:
    """Those under way first, then by the day they start, the latest first."""
    wanted = _conditions(narrowed)
    total = session.exec(select(func.count()).select_from(Audit).where(*wanted)).one()
    over = case((col(Audit.status).in_(FINAL), 1), else_=0)
    query = select(Audit).where(*wanted).order_by(over, col(Audit.starts_at).desc(), col(Audit.id).desc())
    return Page(_rows(session, tuple(session.exec(query.limit(limit).offset(offset)).all())), total)


def whole_audit(session: Session, number: str) -> WholeAudit:
    """Everything about an audit in a handful of statements; raises `NotFound`."""
    audit = load_audit(session, number)
    criteria = tuple(
        session.exec(
            select(AuditCriterion).where(AuditCriterion.audit_id == audit.id).order_by(col(AuditCriterion.position))
        )
    )
    samples = tuple(
        session.exec(select(AuditSample).where(AuditSample.audit_id == audit.id).order_by(col(AuditSample.ordinal)))
    )
    team = session.exec(select(AuditMember.person).where(AuditMember.audit_id == audit.id)).all()
    items, findings = _items(session, audit, criteria, samples), _findings(session, audit, criteria)
    scope = AuditScope.parse(audit.scope)
    return WholeAudit(audit, scope, tuple(sorted(team)), criteria, samples, items, findings)


def years(session: Session) -> tuple[int, ...]:
    """Every year in which an audit starts or ends, newest first."""
    found = {at.year for row in session.exec(select(Audit.starts_at, Audit.ends_at)).all() for at in row}
    return tuple(sorted(found, reverse=True))


def findings_to_answer(session: Session, person: str, *, limit: int) -> tuple[tuple[AuditFinding, Audit], ...]:
    """Findings of running audits that this person answers, or is to see to the end."""
    waiting = col(AuditFinding.status).in_((FindingStatus.OPEN, FindingStatus.ANSWERED))
    query = _running().where(col(AuditFinding.owner) == person, waiting)
    return tuple((finding, audit) for finding, audit in session.execute(query.limit(limit)))


def findings_to_verify(session: Session, person: str, *, limit: int) -> tuple[tuple[AuditFinding, Audit], ...]:
    """Findings that wait for the team that this person is on: done, or with their risk accepted."""
    query = (
        _running()
        .join(AuditMember, col(AuditMember.audit_id) == col(Audit.id))
        .where(
            col(AuditMember.person) == person,
            col(AuditFinding.status).in_((FindingStatus.DONE, FindingStatus.ANSWERED)),
        )
    )
    return tuple((finding, audit) for finding, audit in session.execute(query.limit(limit)))


def _running() -> Select[AuditFinding, Audit]:
    return (
        select(AuditFinding, Audit)
        .join(Audit, col(Audit.id) == col(AuditFinding.audit_id))
        .where(col(Audit.status).not_in(FINAL))
        .order_by(col(AuditFinding.respond_by), col(AuditFinding.id))
    )


def _conditions(narrowed: AuditFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowed.text:
        texts = (col(Audit.title), col(Audit.number), col(Audit.reference), col(Audit.conducted_by))
        conditions.append(or_(*(text.icontains(narrowed.text, autoescape=True) for text in texts)))
    if narrowed.kind:
        conditions.append(col(Audit.kind) == narrowed.kind)
    if narrowed.status:
        conditions.append(col(Audit.status) == narrowed.status)
    if narrowed.open_only:
        conditions.append(col(Audit.status).not_in(FINAL))
    if narrowed.person:
        mine = select(AuditMember.audit_id).where(AuditMember.person == narrowed.person)
        conditions.append(col(Audit.id).in_(mine))
    if narrowed.year:
        first, last = _year(narrowed.year)
        conditions += [col(Audit.starts_at) < last, col(Audit.ends_at) >= first]
    return conditions


def _year(year: int) -> tuple[datetime, datetime]:
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def _rows(session: Session, found: tuple[Audit, ...]) -> tuple[AuditRow, ...]:
    ids = [row.id for row in found]
    pends = func.sum(case((col(AuditFinding.status) != FindingStatus.VERIFIED, 1), else_=0))
    by_finding = {
        audit: (count, int(pending))
        for audit, count, pending in session.execute(
            select(AuditFinding.audit_id, func.count(), pends)
            .where(col(AuditFinding.audit_id).in_(ids))
            .group_by(col(AuditFinding.audit_id))
        )
    }
    counts = [
        dict(
            session.execute(
                select(part.audit_id, func.count()).where(col(part.audit_id).in_(ids)).group_by(col(part.audit_id))
            ).all()
        )
        for part in (AuditTest, AuditItem, AuditCriterion)
    ]
    tests, items, criteria = counts
    return tuple(
        AuditRow(
            row,
            AuditScope.parse(row.scope),
            *by_finding.get(row.id or 0, (0, 0)),
            tests.get(row.id or 0, 0),
            items.get(row.id or 0, 0) * criteria.get(row.id or 0, 0),
        )
        for row in found
    )


def _items(
    session: Session, audit: Audit, criteria: tuple[AuditCriterion, ...], samples: tuple[AuditSample, ...]
) -> tuple[ItemTests, ...]:
    keys = {one.id: key_of(one) for one in criteria}
    ordinals = {one.id: one.ordinal for one in samples}
    tests: dict[int, dict[str, AuditTest]] = {}
    for test in session.exec(select(AuditTest).where(AuditTest.audit_id == audit.id)):
        tests.setdefault(test.item_id, {})[keys[test.criterion_id]] = test
    rows = session.exec(
        select(AuditItem)
        .where(AuditItem.audit_id == audit.id)
        .order_by(col(AuditItem.sample_id), col(AuditItem.position))
    ).all()
    return tuple(ItemTests(row, ordinals[row.sample_id], tests.get(row.id or 0, {})) for row in rows)


def _findings(session: Session, audit: Audit, criteria: tuple[AuditCriterion, ...]) -> tuple[FindingOf, ...]:
    keys = {one.id: key_of(one) for one in criteria}
    rows = session.execute(
        select(AuditFinding, AuditItem.key)
        .outerjoin(AuditItem, col(AuditItem.id) == col(AuditFinding.item_id))
        .where(AuditFinding.audit_id == audit.id)
        .order_by(col(AuditFinding.id))
    ).all()
    return tuple(FindingOf(row, item or "", keys.get(row.criterion_id, "")) for row, item in rows)
