"""Rows in quarantine, and what a stream tells of a model that nobody registered."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from core.access.rules import Actor
from core.errors import Refusal
from core.inventory.tables import Model
from core.monitoring.controls.adopting import load_held
from core.monitoring.controls.rules import HeldBecause, HeldStatus, quarantine_refusals
from core.monitoring.controls.tables import HeldRows
from core.monitoring.intake.rules import OURS
from core.store.paging import Page


@dataclass(frozen=True)
class HeldRow:
    """Rows in quarantine, as one entry of the list; `model_number` is empty where nobody registered the model."""

    number: str
    because: HeldBecause
    kind: str
    model: str
    model_number: str
    model_name: str
    version: str
    environment: str
    digest: str
    rows: int
    columns: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None
    clauses: tuple[str, ...]
    reason: str
    discovery: str
    received_by: str
    received_at: datetime
    status: HeldStatus
    decided_by: str
    decided_at: datetime | None
    decision: str
    batches: tuple[str, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class StreamDraft:
    """A draft of a record, from what the stream tells: its name, versions, features, when it was first seen, rows."""

    discovery: str
    name: str
    versions: tuple[str, ...]
    features: tuple[str, ...]
    environments: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    rows: int
    quarantine: tuple[str, ...]


def quarantine(
    session: Session,
    viewer: Actor,
    *,
    status: HeldStatus = HeldStatus.HELD,
    model: str = "",
    whose: str = "",
    limit: int,
    offset: int = 0,
) -> Page[HeldRow]:
    """What lies in quarantine, or what became of it; the newest first.

    `whose` leaves out rows of models that this person neither owns nor develops.
    """
    query = select(HeldRows, Model).outerjoin(Model, col(Model.id) == col(HeldRows.model_id))
    query = query.where(HeldRows.status == status)
    query = query.where(Model.number == model) if model else query
    if whose:
        theirs = or_(col(Model.owner) == whose, col(Model.developer) == whose)
        query = query.where(or_(col(HeldRows.model_id).is_(None), theirs))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    found = session.execute(query.order_by(col(HeldRows.id).desc()).limit(limit).offset(offset)).all()
    return Page(tuple(_row(row, known, viewer) for row, known in found), total)


def held_row(session: Session, number: str, viewer: Actor) -> HeldRow:
    """One entry of the quarantine; raises `NotFound`."""
    row = load_held(session, number)
    return _row(row, session.get(Model, row.model_id) if row.model_id else None, viewer)


def stream_draft(session: Session, discovery: str) -> StreamDraft | None:
    """What the rows in quarantine tell of this discovery; none where no rows of it are held."""
    query = select(HeldRows).where(HeldRows.discovery == discovery, HeldRows.status == HeldStatus.HELD)
    rows = session.exec(query.order_by(col(HeldRows.id))).all()
    if not rows:
        return None
    features = [name for row in rows for name in json.loads(row.columns) if name not in OURS]
    return StreamDraft(
        discovery=discovery,
        name=rows[0].model,
        versions=_each(row.version for row in rows if row.version),
        features=_each(features),
        environments=_each(row.environment for row in rows),
        first_seen=min(row.first_at or row.received_at for row in rows),
        last_seen=max(row.last_at or row.received_at for row in rows),
        rows=sum(row.rows for row in rows),
        quarantine=tuple(row.number for row in rows),
    )


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _row(row: HeldRows, known: Model | None, viewer: Actor) -> HeldRow:
    batches: Sequence[str] = json.loads(row.taken_as) if row.taken_as else ()
    return HeldRow(
        row.number, row.because, row.kind, row.model, known.number if known else "", known.name if known else "",
        row.version, row.environment, row.digest, row.rows, tuple(json.loads(row.columns)), row.first_at, row.last_at,
        tuple(json.loads(row.clauses) if row.clauses else ()), row.reason, row.discovery, row.received_by,
        row.received_at, row.status, row.decided_by, row.decided_at, row.decision, tuple(batches),
        quarantine_refusals(row.status, row.because, viewer),
    )  # fmt: skip
