"""Asks for a drill of access, keeps what it came to as a signed report, and tells whoever must know of a difference."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import SYSTEM, Actor, Permission, permission_refusals
from core.assurance.drill.playing import Cell
from core.assurance.matrix.addresses import addresses_digest
from core.assurance.matrix.pages import pages_digest
from core.assurance.matrix.table import matrix_digest
from core.assurance.rules import DrillSource, DrillStatus, Part, Seen
from core.assurance.tables import AccessDrill, DrillDifference
from core.errors import NotFound, Refusal, Refused
from core.jobs.service import enqueue
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.reports.keys import SigningKeys
from core.reports.signing import sign_manifest
from core.store import EvidenceFiles, Store, Transaction
from core.store.numbers import next_number
from core.validation.rules import Severity

ACCESS_DRILL_JOB, WEEKLY_JOB = "drill of access", "weekly drill of access"
AT_HOUR = 2  # on Sunday, UTC
DIFFERS = frozenset({Seen.OPEN, Seen.SHUT, Seen.SILENT})
PENDING = (DrillStatus.QUEUED, DrillStatus.RUNNING)
MOST_NAMED = 100  # differences that the ledger's entry names; all are in the report
ALERT = "access drill"
STALE = timedelta(hours=2)  # a drill that runs for longer has lost its worker


@dataclass(frozen=True)
class Kept:
    """A drill that was kept: its number, counts, the digest of its report, and its entry."""

    number: str
    cells: int
    differences: tuple[Cell, ...]
    not_reached: int
    digest: str
    entry: int

    @property
    def holds(self) -> bool:
        """Whether every cell that was reached is as the written table expects."""
        return not self.differences


def drill_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor has no drill run; the installation itself always may."""
    return () if actor == SYSTEM else permission_refusals(actor, Permission.ACCESS_DRILL)


def asking_refusals(session: Session, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """As `drill_refusals`, and that none is under way."""
    running = select(AccessDrill.number).where(
        col(AccessDrill.status).in_(PENDING), col(AccessDrill.asked_at) > at - STALE
    )
    found = session.exec(running.limit(1)).first()
    under_way = Refusal("drill-pending", f"Drill {found} is under way", "access", "Wait until it has finished.")
    return (*drill_refusals(actor), *([under_way] if found else []))


def ask_drill(
    store: Store,
    ledger: Ledger,
    *,
    reason: str,
    source: DrillSource = DrillSource.PERSON,
    queued: bool = True,
    actor: Actor,
    at: datetime,
) -> str:
    """Have a drill run by the next worker that is free, or by the caller where it is not `queued`; its number."""
    entity = Entity("access drill", "new")
    with deciding(store, ledger, "run a drill of access", entity=entity, actor=actor, at=at) as tx:
        reasons = (*asking_refusals(tx.session, actor, at=at), *reason_refusals(reason))
        if reasons:
            raise Refused(reasons)
        number = next_number(tx.session, "AD")
        row = AccessDrill(
            number=number, source=source, reason=reason.strip()[:1000], run_by=actor.acting_as, asked_at=at
        )
        tx.session.add(row)
        if queued:
            enqueue(tx, ACCESS_DRILL_JOB, number, at=at)
        payload: dict[str, JsonValue] = {"source": source.value, "reason": row.reason}
        entity = Entity("access drill", number)
        ledger.record(tx, Event.ACCESS_DRILL_ASKED, entity=entity, actor=actor, at=at, payload=payload)
        return number


def due_drill(session: Session, *, at: datetime) -> str | None:
    """The week whose drill is due, such as `2026-W48`: from Sunday at 02:00 UTC for a day, once a week."""
    begins = at - timedelta(hours=AT_HOUR)
    if begins.isoweekday() != 7:
        return None
    recent = select(AccessDrill.id).where(
        AccessDrill.source == DrillSource.SCHEDULE, col(AccessDrill.asked_at) > at - timedelta(days=2)
    )
    return None if session.exec(recent.limit(1)).first() else f"{begins:%G-W%V}"


def note_progress(store: Store, drill: str, played: int, *, at: datetime) -> None:
    """Say how many cells were played by now."""
    with store.transaction() as tx:
        values: dict[str, object] = {"played": played, "status": DrillStatus.RUNNING}
        if not played:
            values["started_at"] = at
        tx.session.execute(update(AccessDrill).where(col(AccessDrill.number) == drill).values(**values))


def keep_drill(
    store: Store,
    ledger: Ledger,
    exports: EvidenceFiles,
    keys: SigningKeys,
    *,
    drill: str,
    cells: Sequence[Cell],
    milliseconds: int,
    at: datetime,
) -> Kept:
    """Store the report of every cell, signed; put it on record, and raise an alert where a cell differs."""
    differing = tuple(one for one in cells if one.seen in DIFFERS)
    with store.reading() as session:
        report = report_of(load_drill(session, drill), cells, at=at)
    kept = exports.add([report])
    signature = sign_manifest(report, keys, at=at).decode()
    with store.transaction() as tx:
        row = load_drill(tx.session, drill)
        row.status = DrillStatus.DIFFERS if differing else DrillStatus.HOLDS
        row.finished_at, row.played, row.cells, row.milliseconds = at, len(cells), len(cells), milliseconds
        row.differences = len(differing)
        row.not_reached = sum(one.seen is Seen.NOT_REACHED for one in cells)
        row.matrix_digest, row.counts = matrix_digest(), json.dumps(_counts(cells), sort_keys=True)
        row.digest, row.size, row.signature = kept.digest, kept.size, signature
        tx.session.add(row)
        tx.session.flush()
        tx.session.add_all(_difference(row.id or 0, one) for one in differing)
        entity = Entity("access drill", drill)
        entry = ledger.record(
            tx, Event.ACCESS_DRILL_MADE, entity=entity, actor=SYSTEM, at=at, payload=_said(row, cells)
        )
        row.entry = entry.index
        _alert(tx, ledger, row, differing, at=at)
        return Kept(drill, len(cells), differing, row.not_reached, kept.digest, entry.index)


def fail_drill(store: Store, *, drill: str, error: str, at: datetime) -> None:
    """Say that a drill came to nothing, and why."""
    with store.transaction() as tx:
        row = load_drill(tx.session, drill)
        row.status, row.error, row.finished_at = DrillStatus.FAILED, error[:1000], at
        tx.session.add(row)


def load_drill(session: Session, number: str) -> AccessDrill:
    """The drill with this number; raises `NotFound`."""
    row = session.exec(select(AccessDrill).where(AccessDrill.number == number)).first()
    if row is None:
        raise NotFound("drill of access", number)
    return row


def report_of(row: AccessDrill, cells: Sequence[Cell], *, at: datetime) -> bytes:
    """The report as JSON: what it was held against, counts, and every cell, what differs first."""
    ordered = sorted(cells, key=lambda one: (one.seen not in DIFFERS, one.seen is Seen.AS_EXPECTED, one.key))
    said = {
        "report": "drill of access", "version": 1, "drill": row.number, "source": row.source.value,
        "asked_by": row.run_by, "asked_at": row.asked_at.isoformat(), "finished_at": at.isoformat(),
        "matrix": {"acts": matrix_digest(), "addresses": addresses_digest(), "pages": pages_digest()},
        "counts": _counts(cells),
        "cells": [asdict(one) for one in ordered],
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def cells_of(exports: EvidenceFiles, digest: str) -> tuple[Cell, ...]:
    """Every cell of a report that was kept."""
    said = json.loads(exports.path(digest).read_bytes())
    return tuple(Cell(**{**one, "part": Part(one["part"]), "seen": Seen(one["seen"])}) for one in said["cells"])


def _counts(cells: Sequence[Cell]) -> dict[str, dict[str, int]]:
    """How many cells were seen how, by part, and by principal and act as “developer | vote to approve”."""
    by_part = Counter(f"{one.part} | {one.seen}" for one in cells)
    by_act = Counter(
        f"{one.part} | {one.principal} | {one.act} | {'open' if _let_in(one) else 'shut'}" for one in cells
    )
    return {"parts": dict(by_part), "acts": dict(by_act)}


def _let_in(one: Cell) -> bool:
    return one.wanted == "allowed" if one.seen is Seen.AS_EXPECTED else one.seen is Seen.OPEN


def _difference(drill: int, one: Cell) -> DrillDifference:
    return DrillDifference(
        drill_id=drill, key=one.key[:200], part=one.part, principal=one.principal[:60], act=one.act[:120],
        stage=one.stage[:40], relation=one.relation[:40], seen=one.seen, expected=one.wanted[:200],
        answer=one.answer[:1000],
    )  # fmt: skip


def _said(row: AccessDrill, cells: Sequence[Cell]) -> dict[str, JsonValue]:
    named = [one for one in cells if one.seen in DIFFERS][:MOST_NAMED]
    return {
        "source": row.source.value, "cells": row.cells, "differences": row.differences,
        "not_reached": row.not_reached, "report": row.digest, "matrix": row.matrix_digest,
        "differing": [f"{one.key} | {one.seen}" for one in named],
    }  # fmt: skip


def _alert(tx: Transaction, ledger: Ledger, row: AccessDrill, differing: Sequence[Cell], *, at: datetime) -> None:
    if not differing:
        settle_alert(tx, ledger, ALERT, said=f"Drill {row.number} found nothing that differs.", at=at)
        return
    opened = sum(one.seen is Seen.OPEN for one in differing)
    count = f"{len(differing)} cell{'s' if len(differing) > 1 else ''} differ{'' if len(differing) > 1 else 's'}"
    first = "; ".join(f"{one.principal}, {one.act}: {one.seen}" for one in differing[:5])
    severity = Severity.CRITICAL if opened else Severity.HIGH
    title = f"The drill of access {row.number} found that {count} from policy, {opened} of them open"
    raise_alert(tx, ledger, Signal(AlertKind.ACCESS, ALERT, severity, title, f"{first}."), at=at)
