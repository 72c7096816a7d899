"""Links two records in the transaction of the act that made them belong together."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from core.links.tables import RecordKind, RecordLink
from core.store import Transaction


@dataclass(frozen=True, order=True)
class Ref:
    """A record by its kind and number, for example the alert `AL0007`."""

    kind: RecordKind
    number: str


def link(tx: Transaction, source: Ref, target: Ref, *, by: str, at: datetime) -> bool:
    """Link them once; False when they were linked already, in either direction.

    The act's own ledger entry names both, so a link has no entry of its own.
    """
    for one, other in ((source, target), (target, source)):
        known = select(RecordLink.id).where(
            RecordLink.from_kind == one.kind.value,
            RecordLink.from_number == one.number,
            RecordLink.to_kind == other.kind.value,
            RecordLink.to_number == other.number,
        )
        if tx.session.exec(known).first() is not None:
            return False
    tx.session.add(
        RecordLink(
            from_kind=source.kind.value,
            from_number=source.number,
            to_kind=target.kind.value,
            to_number=target.number,
            made_by=by,
            made_at=at,
        )
    )
    tx.session.flush()
    return True
