"""Reads of bulk edits: one with its rows, and the newest of a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.tables import BulkEdit, BulkEditRow


@dataclass(frozen=True)
class BulkEditLine:
    """One bulk edit: how many models it changed, by whom, why, and which edit took it back."""

    number: str
    reason: str
    made_by: str
    made_at: datetime
    models: int
    undoes: str
    undone_by: str


def load_bulk_edit(session: Session, number: str) -> tuple[BulkEdit, tuple[BulkEditRow, ...]]:
    """The edit with its rows; raises `NotFound`."""
    found = session.exec(select(BulkEdit).where(BulkEdit.number == number)).first()
    if found is None:
        raise NotFound("bulk edit", number)
    rows = select(BulkEditRow).where(BulkEditRow.bulk_edit_id == found.id).order_by(col(BulkEditRow.id))
    return found, tuple(session.exec(rows).all())


def bulk_edit(session: Session, number: str) -> BulkEditLine:
    """One edit; raises `NotFound`."""
    found, rows = load_bulk_edit(session, number)
    undone = session.exec(select(BulkEdit.number).where(BulkEdit.undoes == number)).first()
    models = len({row.model for row in rows})
    return BulkEditLine(number, found.reason, found.made_by, found.made_at, models, found.undoes, undone or "")


def newest_bulk_edit(session: Session, person: str) -> BulkEditLine | None:
    """The last edit of this person, which they may want to take back."""
    newest = select(BulkEdit.number).where(BulkEdit.made_by == person).order_by(col(BulkEdit.id).desc()).limit(1)
    number = session.exec(newest).first()
    return bulk_edit(session, number) if number else None
