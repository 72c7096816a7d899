"""What a record is linked with, read from either side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from core.links.service import Ref
from core.links.tables import RecordKind, RecordLink


@dataclass(frozen=True)
class Linked:
    """The record on the other side, who linked it, and when."""

    ref: Ref
    made_by: str
    made_at: datetime


def linked(session: Session, ref: Ref) -> tuple[Linked, ...]:
    """Everything that is linked with this record, the oldest link first."""
    return linked_with(session, ref.kind, [ref.number]).get(ref.number, ())


def linked_with(session: Session, kind: RecordKind, numbers: Iterable[str]) -> Mapping[str, tuple[Linked, ...]]:
    """As `linked`, for several records of one kind in one statement."""
    wanted = list(dict.fromkeys(numbers))
    query = (
        select(RecordLink)
        .where(
            or_(
                and_(col(RecordLink.from_kind) == kind.value, col(RecordLink.from_number).in_(wanted)),
                and_(col(RecordLink.to_kind) == kind.value, col(RecordLink.to_number).in_(wanted)),
            )
        )
        .order_by(col(RecordLink.id))
    )
    found: dict[str, list[Linked]] = {}
    for row in session.exec(query):
        ends = (Ref(RecordKind(row.from_kind), row.from_number), Ref(RecordKind(row.to_kind), row.to_number))
        for here, there in (ends, ends[::-1]):
            if here.kind is kind and here.number in wanted:
                found.setdefault(here.number, []).append(Linked(there, row.made_by, row.made_at))
    return {number: tuple(rows) for number, rows in found.items()}
