"""Puts rows in quarantine, so that nothing of what came is lost."""

import json
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlmodel import select

from core.access.rules import Actor
from core.ledger.events import Event
from core.ledger.head import lock_head
from core.ledger.service import Entity, Ledger
from core.monitoring.controls.rules import HeldBecause, HeldStatus
from core.monitoring.controls.tables import HeldRows
from core.monitoring.intake.rules import AT
from core.monitoring.intake.shaping import LINE, parquet_of
from core.store import EvidenceFiles, StoredFile, Transaction
from core.store.numbers import next_number
from core.store.types import instant


@dataclass(frozen=True)
class ToHold:
    """Rows that are to lie in quarantine, in a file that is kept already, and why."""

    because: HeldBecause
    kind: str
    model: str  # as it was named
    version: str
    environment: str
    file: StoredFile
    rows: int
    columns: tuple[str, ...]
    span: tuple[datetime, datetime] | None
    reason: str
    clauses: tuple[str, ...] = ()
    model_id: int | None = None
    discovery: str = ""


def to_hold(
    files: EvidenceFiles, frame: pl.DataFrame, *, because: HeldBecause, kind: str, model: str, version: str,
    environment: str, reason: str, clauses: tuple[str, ...] = (), model_id: int | None = None,
) -> ToHold:  # fmt: skip
    """Keep the rows in a file, outside of any transaction; it is sealed, as nobody answers yet for what they hold."""
    kept = frame.drop(LINE, strict=False)
    span = (instant(frame[AT].min()), instant(frame[AT].max())) if AT in frame.columns else None  # type: ignore[arg-type]
    return ToHold(
        because, kind, model, version, environment, files.add([parquet_of(kept)], sealing=True), kept.height,
        tuple(kept.columns), span, reason, clauses, model_id,
    )  # fmt: skip


def hold(tx: Transaction, ledger: Ledger, what: ToHold, *, actor: Actor, at: datetime) -> tuple[str, bool]:
    """The number in quarantine, and whether it is new; the same rows that are held already keep theirs.

    Locks the ledger's head: two who hand in the same rows at once wait for one another.
    """
    lock_head(tx.session)
    known = select(HeldRows.number).where(
        HeldRows.digest == what.file.digest,
        HeldRows.model == what.model,
        HeldRows.version == what.version,
        HeldRows.environment == what.environment,
        HeldRows.status == HeldStatus.HELD,
    )
    if number := tx.session.exec(known).first():
        return number, False
    row = _row(tx, what, actor, at)
    tx.session.add(row)
    tx.session.flush()
    payload = {
        "because": row.because.value, "version": row.version, "environment": row.environment, "file": row.digest,
        "rows": row.rows, "clauses": " ".join(what.clauses), "reason": row.reason, "discovery": row.discovery,
    }  # fmt: skip
    ledger.record(tx, Event.ROWS_HELD, entity=entity_of(row), actor=actor, at=at, payload=dict(payload))
    return row.number, True


def entity_of(row: HeldRows) -> Entity:
    """Named after its model where the inventory knows it, so that the model's history shows it."""
    return Entity("quarantine", f"{row.model} {row.number}" if row.model_id is not None else row.number)


def _row(tx: Transaction, what: ToHold, actor: Actor, at: datetime) -> HeldRows:
    first, last = what.span or (None, None)
    return HeldRows(
        number=next_number(tx.session, "QR"), because=what.because, kind=what.kind, model=what.model,
        version=what.version, model_id=what.model_id, environment=what.environment, digest=what.file.digest,
        size=what.file.size, rows=what.rows, columns=json.dumps(what.columns, ensure_ascii=False), first_at=first,
        last_at=last, clauses=json.dumps(what.clauses), reason=what.reason, discovery=what.discovery,
        received_by=actor.id, through=actor.token or ("page" if actor.roles else "drop"), received_at=at,
    )  # fmt: skip
