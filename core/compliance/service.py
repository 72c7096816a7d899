"""Runs the checks, keeps what each came to, opens what deviates once and closes what holds again."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.compliance.alerting import alert_of, alert_of_failed
from core.compliance.announcing import announce
from core.compliance.checks import CHECKS
from core.compliance.gathering.values import Read, Reading, digest_of
from core.compliance.reconciling import Reconciled, open_subjects, reconcile
from core.compliance.rules import Deviation, Settings
from core.compliance.settings import Standing, run_refusals, standings
from core.compliance.tables import ComplianceResult, ComplianceRun
from core.compliance.vocabulary import Outcome, Source
from core.errors import GovernanceError, NotFound, Refused
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.ledger.tables import LogEntry
from core.store import Store
from core.store.numbers import next_number

COMPLIANCE_JOB = "run compliance checks"
GOOD = frozenset({Outcome.HOLDS, Outcome.NOT_JUDGED})
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Judged:
    """What one check came to, before it is stored; `read_at` is when it was read."""

    standing: Standing
    outcome: Outcome
    deviations: tuple[Deviation, ...]
    examined: int
    digest: str
    figures: Mapping[str, JsonValue]
    said: str
    milliseconds: int

    @property
    def key(self) -> str:
        return self.standing.text.key


@dataclass(frozen=True)
class Ran:
    """A run that was stored: its number, what each check came to, what was opened and closed, and its entry."""

    number: str
    checks: tuple[Judged, ...]
    opened: int
    closed: int
    entry: int

    @property
    def holds(self) -> bool:
        """Whether every check that was run holds, as far as there is something to judge."""
        return all(one.outcome in GOOD for one in self.checks)


def run_checks(
    store: Store,
    ledger: Ledger,
    *,
    keys: Sequence[str] | None = None,
    source: Source,
    actor: Actor,
    clock: Callable[[], datetime],
    data_dir: Path | None = None,
) -> Ran:
    """Run these checks, or all that are switched on; raises `Refused`, and `NotFound` for a key that is none.

    A check that cannot be read is stored as failed, and the others are run all the same. Everything is judged as of
    the moment at which the run begins.
    """
    at = clock()
    entity = Entity("compliance run", "new")
    reasons = run_refusals(actor)
    if reasons:
        with deciding(store, ledger, "run compliance checks", entity=entity, actor=actor, at=at):
            raise Refused(reasons)
    judged = tuple(_judged(store, ledger, standing, at, clock, data_dir) for standing in _wanted(store, keys))
    spent = (clock() - at) // MILLISECOND
    with store.transaction() as tx:
        number = next_number(tx.session, "CK")  # runs are stored one after the other from here on
        done = [_reconciled(tx.session, number, one, at) for one in judged]
        run = ComplianceRun(
            number=number, source=source, checks=len(judged), milliseconds=spent, run_by=actor.acting_as, run_at=at,
            deviating=sum(one.outcome is Outcome.DEVIATES for one in judged),
            failed=sum(one.outcome is Outcome.FAILED for one in judged),
            opened=sum(len(one.opened) for one in done), closed=sum(len(one.closed) for one in done),
        )  # fmt: skip
        tx.session.add(run)
        tx.session.flush()
        tx.session.add_all(_row(run, one, at) for one in judged)
        for one in done:
            one.record(tx, ledger, at=at)
        entity = Entity("compliance run", number)
        payload = _payload(run, judged)
        entry = ledger.record(tx, Event.COMPLIANCE_CHECKED, entity=entity, actor=actor, at=at, payload=payload)
        announce(tx, number, done, entry=entry.index, at=at)
        alert_of(tx, ledger, number, done, at=at)
        failed = [(one.standing.text, one.said if one.outcome is Outcome.FAILED else None) for one in judged]
        alert_of_failed(tx, ledger, number, failed, at=at)
        return Ran(number, judged, run.opened, run.closed, entry.index)


def due_checks(session: Session, *, at: datetime) -> tuple[str, ...]:
    """The keys of checks that are switched on and were not run within their cadence, or since the ledger began."""
    runs = select(ComplianceResult.check_key, func.max(ComplianceResult.run_at))
    last = dict(session.execute(runs.group_by(col(ComplianceResult.check_key))).all())
    began = session.exec(select(LogEntry.at).where(LogEntry.idx == 0)).first()
    if began is None:
        return ()
    return tuple(
        key
        for key, one in standings(session).items()
        if one.on and last.get(key, began) + timedelta(hours=one.every_hours) <= at
    )


def _wanted(store: Store, keys: Sequence[str] | None) -> tuple[Standing, ...]:
    with store.reading() as session:
        known = standings(session)
    if keys is None:
        return tuple(one for one in known.values() if one.on)
    for key in keys:
        if key not in known:
            raise NotFound("compliance check", key)
    return tuple(known[key] for key in dict.fromkeys(keys))


def _judged(
    store: Store,
    ledger: Ledger,
    standing: Standing,
    at: datetime,
    clock: Callable[[], datetime],
    data_dir: Path | None = None,
) -> Judged:
    check, began = CHECKS[standing.text.key], clock()
    try:
        with store.reading() as session:  # one each: what ends one on an error ends no other
            read = check.read(session, replace(_reading(session, standing, ledger, at, clock), data_dir=data_dir))
    except (GovernanceError, DBAPIError, ValueError) as error:
        said = f"The check could not be read: {error}"[:1000]
        return Judged(standing, Outcome.FAILED, (), 0, "", {}, said, (clock() - began) // MILLISECOND)
    settings = Settings(at, standing.parameters)
    deviations = tuple(sorted(_deviations(read, check.judge, settings), key=lambda one: one.subject))
    return Judged(
        standing,
        Outcome.DEVIATES if deviations else Outcome.HOLDS if read.judged else Outcome.NOT_JUDGED,
        deviations,
        len(read.facts) if read.examined is None else read.examined,
        read.digest or digest_of(read.facts),
        read.figures,
        read.said,
        (clock() - began) // MILLISECOND,
    )


def _deviations(
    read: Read[object], judge: Callable[[object, Settings], Deviation | None], settings: Settings
) -> Iterator[Deviation]:
    for fact in read.facts:
        found = judge(fact, settings)
        if found is not None:
            yield found


def _reading(
    session: Session, standing: Standing, ledger: Ledger, at: datetime, clock: Callable[[], datetime]
) -> Reading:
    key = standing.text.key
    last = session.exec(
        select(ComplianceResult)
        .where(ComplianceResult.check_key == key, ComplianceResult.figures != "")
        .order_by(col(ComplianceResult.id).desc())
        .limit(1)
    ).first()
    earlier = json.loads(last.figures) if last else {}
    return Reading(at, standing.parameters, earlier, open_subjects(session, key), ledger.vkey, clock)


def _reconciled(session: Session, number: str, one: Judged, at: datetime) -> Reconciled:
    """Nothing is opened or closed by a check that failed, or that another run has judged later."""
    later = select(ComplianceResult.id).where(ComplianceResult.check_key == one.key, ComplianceResult.run_at > at)
    if one.outcome is Outcome.FAILED or session.exec(later.limit(1)).first() is not None:
        return Reconciled(one.standing.text, (), ())
    return reconcile(session, number, one.standing.text, one.deviations, at=at)


def _row(run: ComplianceRun, one: Judged, at: datetime) -> ComplianceResult:
    return ComplianceResult(
        run_id=run.id or 0, check_key=one.key, outcome=one.outcome, examined=one.examined,
        deviations=len(one.deviations), digest=one.digest,
        parameters=json.dumps(dict(one.standing.parameters), sort_keys=True),
        figures=json.dumps(dict(one.figures), sort_keys=True) if one.figures else "", said=one.said,
        milliseconds=one.milliseconds, run_at=at,
    )  # fmt: skip


def _payload(run: ComplianceRun, judged: Sequence[Judged]) -> dict[str, JsonValue]:
    return {
        "source": run.source.value,
        "opened": run.opened,
        "closed": run.closed,
        "results": "; ".join(f"{one.key} {one.outcome} {len(one.deviations)} of {one.examined}" for one in judged),
        "digests": "; ".join(f"{one.key} {one.digest}" for one in judged if one.digest),
    }
