"""The register: items by urgency, narrowed and paged in the database over all four tables, and how many stand how."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Integer, Select, String, case, cast, func, literal, select, union_all
from sqlmodel import Session, col

from core.audits.tables import Audit, AuditFinding
from core.compliance.tables import ComplianceFinding
from core.register.arms import ARMS, Arm, only
from core.register.rows import hydrated
from core.register.values import OLDEST, PENDING, Age, Item, Kind, RegisterFilter, Standing, State, Summary
from core.store.paging import Page
from core.store.types import Instant
from core.validation.rules import Severity

WORST_FIRST = tuple(Severity)[::-1]
NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # after every due date


def summary(session: Session, narrowed: RegisterFilter, *, at: datetime) -> Summary:
    """How many items there are by severity, state, lateness and age: one statement, counted in the database."""
    arms = [arm for arm in ARMS if _matches(arm, narrowed)]
    if not arms:
        return Summary(())
    queries = [counts(arm, narrowed, at) for arm in arms for counts in (_pending_counts, _closed_counts)]
    cells = [
        Standing(Severity(severity), State(state), bool(late), tuple(Age)[age], count)
        for severity, state, late, age, count in session.execute(union_all(*queries))
    ]
    return Summary(tuple(cells))


def register(
    session: Session, narrowed: RegisterFilter, *, at: datetime, counts: Summary, limit: int, offset: int
) -> Page[Item]:
    """A page of items: what is overdue first, then what is pending, then what is closed; worst first in each.

    `counts` are those of `summary` with the same filter; they say which part of the order a page begins in.
    """
    found: list[tuple[Kind, int]] = []
    skipped = offset
    for part in _parts(counts, at):
        if skipped >= part.count:
            skipped -= part.count
            continue
        found += _page(session, part, narrowed, limit=limit - len(found), offset=skipped)
        skipped = 0
        if len(found) >= limit:
            break
    return Page(hydrated(session, found), counts.of())


def items_of(session: Session, narrowed: RegisterFilter, *, at: datetime, limit: int) -> tuple[Item, ...]:
    """The most urgent items of a filter, for whoever needs no page."""
    counts = summary(session, narrowed, at=at)
    return register(session, narrowed, at=at, counts=counts, limit=limit, offset=0).rows


def owners(session: Session) -> tuple[str, ...]:
    """Everybody who owns something that is pending, by number."""
    queries = [
        select(cast(arm.owner, String).label("owner")).where(*arm.always, _pending(arm), arm.owner != "")
        for arm in ARMS
    ]
    rows = union_all(*queries).subquery()
    return tuple(session.execute(select(rows.c.owner).distinct().order_by(rows.c.owner)).scalars())


def place_of(session: Session, number: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The page of an item of the register, by address and query; that of a finding where it is none of the others."""
    audit = select(col(Audit.number)).join(AuditFinding, col(AuditFinding.audit_id) == col(Audit.id))
    found = session.execute(audit.where(col(AuditFinding.number) == number)).scalar()
    if found is not None:
        return "audit", (("audit", found), ("tab", "Findings"), ("finding", number))
    check = select(col(ComplianceFinding.check_key)).where(col(ComplianceFinding.number) == number)
    found = session.execute(check).scalar()
    return ("compliance_check", (("check", found),)) if found else ("finding", (("finding", number),))


class _Part:
    """A stretch of the order: the rows of one severity that are overdue, pending or closed."""

    def __init__(self, severity: Severity, late: bool | None, at: datetime, count: int) -> None:
        self.severity, self.late, self.at, self.count = severity, late, at, count

    def conditions(self, arm: Arm) -> list[ColumnElement[bool]]:
        severity = arm.severity == self.severity
        if self.late is None:
            return [severity, arm.of_state(State.CLOSED)]
        passed = arm.late(self.at) if self.late else arm.in_time(self.at)
        return [severity, _pending(arm), passed]


def _parts(counts: Summary, at: datetime) -> Iterator[_Part]:
    for severity in WORST_FIRST:
        yield _Part(severity, True, at, counts.of(severity=severity, overdue=True))
    for severity in WORST_FIRST:
        pending = counts.of(severity=severity, pending=True) - counts.of(severity=severity, overdue=True)
        yield _Part(severity, False, at, pending)
    for severity in WORST_FIRST:
        yield _Part(severity, None, at, counts.of(severity=severity, state=State.CLOSED))


def _page(
    session: Session, part: _Part, narrowed: RegisterFilter, *, limit: int, offset: int
) -> Sequence[tuple[Kind, int]]:
    """Each arm gives no more than the page can need, in its own index's order; the union of them is sorted."""
    arms = []
    for arm in ARMS:
        if not _matches(arm, narrowed):
            continue
        due = func.coalesce(arm.due, literal(NEVER, Instant)).label("due")
        query = (
            select(literal(arm.kind.value).label("kind"), arm.key.label("key"), due)
            .where(*_conditions(arm, narrowed, part.at), *part.conditions(arm))
            .order_by(arm.due, arm.key)
            .limit(limit + offset)
        )
        arms.append(select(query.subquery()))
    rows = union_all(*arms).subquery()
    query = select(rows.c.kind, rows.c.key).order_by(rows.c.due, rows.c.kind, rows.c.key)
    return [(Kind(kind), key) for kind, key in session.execute(query.limit(limit).offset(offset))]


def _pending_counts(arm: Arm, narrowed: RegisterFilter, at: datetime) -> Select[str, str, int, int, int]:
    late = case((arm.late(at), 1), else_=0)
    ages = {at - span: place for place, span in enumerate(OLDEST.values())}
    age = case(*((arm.raised >= since, place) for since, place in ages.items()), else_=len(OLDEST))
    cells = (cast(arm.severity, String), arm.state(), cast(late, Integer), cast(age, Integer))
    query = select(*cells, func.count()).where(*_conditions(arm, narrowed, at), _pending(arm))
    return query.group_by(*cells)


def _closed_counts(arm: Arm, narrowed: RegisterFilter, at: datetime) -> Select[str, str, int, int, int]:
    """Most of a register is closed: its rows are counted in the index, and how old they are nobody asks."""
    severity = cast(arm.severity, String)
    query = select(severity, literal(State.CLOSED.value), literal(0), literal(0), func.count())
    return query.where(*_conditions(arm, narrowed, at), arm.of_state(State.CLOSED)).group_by(arm.severity)


def _conditions(arm: Arm, narrowed: RegisterFilter, at: datetime) -> list[ColumnElement[bool]]:
    wanted = [*arm.always]
    if narrowed.source:
        wanted += arm.sources.get(narrowed.source, ())
    if narrowed.severity:
        wanted.append(arm.severity == narrowed.severity)
    if narrowed.state:
        wanted.append(arm.of_state(narrowed.state))
    if narrowed.pending or narrowed.overdue:
        wanted.append(_pending(arm))
    if narrowed.overdue:
        wanted.append(arm.late(at))
    if narrowed.owner:
        wanted.append(arm.owner == narrowed.owner)
    if narrowed.model:
        wanted.append(arm.of_models(only(narrowed.model)))
    if narrowed.within is not None:
        wanted.append(arm.of_models(narrowed.within))
    return wanted


def _matches(arm: Arm, narrowed: RegisterFilter) -> bool:
    """Whether this table can hold anything of the filter."""
    return (
        narrowed.kind in (None, arm.kind)
        and (narrowed.source is None or narrowed.source in arm.sources)
        and (narrowed.state is None or narrowed.state in arm.states)
    )


def _pending(arm: Arm) -> ColumnElement[bool]:
    return arm.status.in_([word for state in PENDING for word in arm.states.get(state, ())])
