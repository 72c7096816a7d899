"""The history of every field of a record: what it was, what it became, who changed it, when and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.inventory.tables import FieldChange
from core.ledger.service import Entity
from core.store import Transaction
from core.store.paging import Page


@dataclass(frozen=True)
class Difference:
    """One field that changes, both values as text; `why` where it has a reason of its own."""

    field: str
    old: str
    new: str
    why: str = ""


@dataclass(frozen=True)
class HistoryRow:
    """One change of one field."""

    field: str
    old: str
    new: str
    reason: str
    revision: int
    changed_by: str
    changed_at: datetime


FieldHistory = Page[HistoryRow]


def write_history(
    tx: Transaction,
    entity: Entity,
    differences: Sequence[Difference],
    *,
    reason: str,
    revision: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep each difference; the caller records the act itself."""
    tx.session.add_all(
        FieldChange(
            entity_kind=entity.kind,
            entity=entity.id,
            field=one.field,
            old=one.old,
            new=one.new,
            reason=one.why or reason.strip(),
            revision=revision,
            changed_by=actor.acting_as,
            changed_at=at,
        )
        for one in differences
    )
    tx.session.flush()


def field_history(
    session: Session, entity: str, *, field: str | None = None, limit: int = 50, offset: int = 0
) -> FieldHistory:
    """Changes of a record (`M0001`, `D0002`, `M0001 1.0.0`), newest first, or of one of its fields."""
    wanted = [FieldChange.entity == entity, *([] if field is None else [FieldChange.field == field])]
    total = session.exec(select(func.count()).select_from(FieldChange).where(*wanted)).one()
    newest = select(FieldChange).where(*wanted).order_by(col(FieldChange.id).desc())
    rows = session.exec(newest.limit(limit).offset(offset)).all()
    return Page(tuple(_row(row) for row in rows), total)


def _row(row: FieldChange) -> HistoryRow:
    return HistoryRow(row.field, row.old, row.new, row.reason, row.revision, row.changed_by, row.changed_at)
