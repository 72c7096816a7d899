"""Reads of routine checks for pages and the API: all on one screen, one with its history, deviations, runs."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import Session, col, select

from core.compliance.catalogue import check_by_key
from core.compliance.settings import Standing, standings
from core.compliance.tables import ComplianceFinding, ComplianceResult, ComplianceRun, ComplianceSetting
from core.compliance.vocabulary import FindingStatus, Outcome
from core.errors import NotFound
from core.ledger.canonical import JsonValue
from core.store.paging import Page
from core.validation.rules import Severity

LAST = 20  # results of the small picture


@dataclass(frozen=True)
class CheckRow:
    """One check on the screen: how it is run, what it came to last, since when so, and its last results."""

    standing: Standing
    newest: ComplianceResult | None
    since: datetime | None
    open: int
    overdue: int
    last: tuple[ComplianceResult, ...]  # oldest first

    @property
    def outcome(self) -> Outcome:
        return self.newest.outcome if self.newest else Outcome.NOT_JUDGED

    def is_late(self, at: datetime) -> bool:
        """Whether it should have run by now and did not: nobody looks, so its last word is old."""
        if not self.standing.on or self.newest is None:
            return False
        return self.newest.run_at + 2 * timedelta(hours=self.standing.every_hours) < at


@dataclass(frozen=True)
class DeviationFilter:
    """What deviations are narrowed to; None and empty mean everything."""

    check: str | None = None
    status: FindingStatus | None = None
    owner: str | None = None
    model: str | None = None
    severity: Severity | None = None


@dataclass(frozen=True)
class RunOf:
    """One run with what each check came to."""

    run: ComplianceRun
    results: tuple[ComplianceResult, ...]


def screen(session: Session, *, at: datetime) -> tuple[CheckRow, ...]:
    """Every check, what stops something first: deviating by severity, failed, never run, holding, switched off."""
    last, since, pending = _last(session), _since(session), _open(session, at)
    rows = [
        CheckRow(one, last[key][-1] if last.get(key) else None, since.get(key), *pending.get(key, (0, 0)),
                 tuple(last.get(key, ())))
        for key, one in standings(session).items()
    ]  # fmt: skip
    return tuple(sorted(rows, key=_urgency))


def figures_of(result: ComplianceResult) -> Mapping[str, JsonValue]:
    """What the check stated beside its counts."""
    return dict(json.loads(result.figures)) if result.figures else {}


def settings_of(session: Session, check: str) -> tuple[ComplianceSetting, ...]:
    """Every setting that a check ever had, newest first; raises `NotFound`."""
    check_by_key(check)
    query = select(ComplianceSetting).where(ComplianceSetting.check_key == check)
    return tuple(session.exec(query.order_by(col(ComplianceSetting.id).desc())).all())


def results_of(
    session: Session, check: str, *, limit: int, offset: int
) -> Page[tuple[ComplianceResult, ComplianceRun]]:
    """What a check came to, newest first, each with its run."""
    total = session.exec(
        select(func.count()).select_from(ComplianceResult).where(ComplianceResult.check_key == check)
    ).one()
    query = (
        select(ComplianceResult, ComplianceRun)
        .join(ComplianceRun, col(ComplianceRun.id) == col(ComplianceResult.run_id))
        .where(ComplianceResult.check_key == check)
        .order_by(col(ComplianceResult.id).desc())
        .limit(limit)
        .offset(offset)
    )
    return Page(tuple((result, run) for result, run in session.exec(query).all()), total)


def deviations(session: Session, narrowed: DeviationFilter, *, limit: int, offset: int) -> Page[ComplianceFinding]:
    """Open ones first, worst first, then by due date; closed ones by when they ended, the latest first."""
    wanted = _conditions(narrowed)
    total = session.exec(select(func.count()).select_from(ComplianceFinding).where(*wanted)).one()
    worst = case(
        {one.value: place for place, one in enumerate(list(Severity)[::-1])}, value=col(ComplianceFinding.severity)
    )
    closed = case((col(ComplianceFinding.status) == FindingStatus.OPEN, 0), else_=1)
    query = select(ComplianceFinding).where(*wanted)
    query = query.order_by(
        closed, worst, col(ComplianceFinding.closed_at).desc(), col(ComplianceFinding.due_at), col(ComplianceFinding.id)
    )
    return Page(tuple(session.exec(query.limit(limit).offset(offset)).all()), total)


def deviation(session: Session, number: str) -> ComplianceFinding:
    """The deviation with this number; raises `NotFound`."""
    row = session.exec(select(ComplianceFinding).where(ComplianceFinding.number == number)).first()
    if row is None:
        raise NotFound("deviation", number)
    return row


def open_for(session: Session, person: str, roles: frozenset[str], *, limit: int) -> tuple[ComplianceFinding, ...]:
    """What this person is to put right: theirs, or of nobody where they hold the role that answers; due first."""
    mine = or_(
        col(ComplianceFinding.owner) == person,
        and_(col(ComplianceFinding.owner) == "", col(ComplianceFinding.role).in_(sorted(roles))),
    )
    query = select(ComplianceFinding).where(col(ComplianceFinding.status) == FindingStatus.OPEN, mine)
    query = query.order_by(col(ComplianceFinding.due_at), col(ComplianceFinding.id)).limit(limit)
    return tuple(session.exec(query).all())


def runs(session: Session, *, limit: int, offset: int) -> Page[ComplianceRun]:
    """Runs, newest first."""
    total = session.exec(select(func.count()).select_from(ComplianceRun)).one()
    query = select(ComplianceRun).order_by(col(ComplianceRun.id).desc()).limit(limit).offset(offset)
    return Page(tuple(session.exec(query).all()), total)


def run_by_number(session: Session, number: str) -> RunOf:
    """A run with its results in the order of the catalogue; raises `NotFound`."""
    run = session.exec(select(ComplianceRun).where(ComplianceRun.number == number)).first()
    if run is None:
        raise NotFound("compliance run", number)
    query = select(ComplianceResult).where(ComplianceResult.run_id == run.id).order_by(col(ComplianceResult.id))
    return RunOf(run, tuple(session.exec(query).all()))


def _urgency(row: CheckRow) -> tuple[int, int]:
    order = (Outcome.DEVIATES, Outcome.FAILED, Outcome.NOT_JUDGED, Outcome.HOLDS)
    return (
        len(order) if not row.standing.on else order.index(row.outcome),
        -list(Severity).index(row.standing.text.severity),
    )


def _last(session: Session) -> Mapping[str, list[ComplianceResult]]:
    """The last results of every check, oldest first."""
    place = func.row_number().over(
        partition_by=col(ComplianceResult.check_key), order_by=col(ComplianceResult.id).desc()
    )
    ranked = select(ComplianceResult.id, place.label("place")).subquery()
    query = select(ComplianceResult).join(ranked, ranked.c.id == ComplianceResult.id).where(ranked.c.place <= LAST)
    found: dict[str, list[ComplianceResult]] = defaultdict(list)
    for row in session.exec(query.order_by(col(ComplianceResult.id))):
        found[row.check_key].append(row)
    return found


def _since(session: Session) -> Mapping[str, datetime]:
    """Since which run every check comes to what it came to last: holding, or not."""
    key, row, holds = col(ComplianceResult.check_key), col(ComplianceResult.id), col(ComplianceResult.outcome)
    held = func.max(case((holds == Outcome.HOLDS, row), else_=0))
    not_held = func.max(case((holds == Outcome.HOLDS, 0), else_=row))
    turned = {
        check: min(first, second) for check, first, second in session.execute(select(key, held, not_held).group_by(key))
    }
    if not turned:
        return {}
    after = or_(*(and_(key == check, row > last) for check, last in turned.items()))
    query = select(key, func.min(ComplianceResult.run_at)).where(after).group_by(key)
    return dict(session.execute(query).all())


def _open(session: Session, at: datetime) -> Mapping[str, tuple[int, int]]:
    late = func.sum(case((col(ComplianceFinding.due_at) < at, 1), else_=0))
    query = (
        select(col(ComplianceFinding.check_key), func.count(), late)
        .where(col(ComplianceFinding.status) == FindingStatus.OPEN)
        .group_by(col(ComplianceFinding.check_key))
    )
    return {check: (count, int(overdue)) for check, count, overdue in session.execute(query)}


def _conditions(narrowed: DeviationFilter) -> list[ColumnElement[bool]]:
    pairs = (
        (ComplianceFinding.check_key, narrowed.check),
        (ComplianceFinding.status, narrowed.status),
        (ComplianceFinding.owner, narrowed.owner),
        (ComplianceFinding.model, narrowed.model),
        (ComplianceFinding.severity, narrowed.severity),
    )
    return [col(column) == value for column, value in pairs if value is not None]
