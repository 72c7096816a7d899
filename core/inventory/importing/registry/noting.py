"""Keeps the differences that a look at a registry finds, each once."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.access.rules import SYSTEM
from core.inventory.importing.rules import DifferenceKind, DifferenceStatus
from core.inventory.importing.tables import Difference, RegistryModel
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Transaction


def withdraw(
    tx: Transaction, link: RegistryModel, kind: DifferenceKind, *, at: datetime, external: str = "", field: str = ""
) -> None:
    """Both sides agree again: nobody needs to decide any more."""
    for row in tx.session.exec(_open_ones(link, kind, external, field)).all():
        row.status, row.decided_by, row.decided_at = DifferenceStatus.KEPT, SYSTEM.id, at
        row.reason = "Both sides agree again."
        tx.session.add(row)


def note(
    tx: Transaction, ledger: Ledger, link: RegistryModel, kind: DifferenceKind, *, at: datetime, external: str = "",
    field: str = "", agreed: str = "", ours: str = "", theirs: str = "",
) -> int:  # fmt: skip
    """Keep a difference unless it is open, or was decided on, as it is; 1 where it is new."""
    same = (
        select(Difference)
        .where(Difference.registry_model_id == link.id, Difference.kind == kind)
        .where(Difference.external == external, Difference.field == field)
        .order_by(col(Difference.id).desc())
    )
    last = tx.session.exec(same).first()
    if last is not None and last.status is DifferenceStatus.OPEN:
        last.ours, last.theirs = ours, theirs
        tx.session.add(last)
        return 0
    if last is not None and kind is not DifferenceKind.CHANGED and last.status is DifferenceStatus.KEPT:
        return 0
    row = Difference(
        registry_model_id=link.id or 0,
        kind=kind,
        external=external,
        field=field,
        agreed=agreed,
        ours=ours,
        theirs=theirs,
        found_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    ledger.record(
        tx,
        Event.DIFFERENCE_FOUND,
        entity=Entity("difference", str(row.id)),
        actor=SYSTEM,
        at=at,
        payload={
            "server": link.server,
            "model": link.name,
            "kind": kind.value,
            "field": field,
            "version": external,
            "theirs": theirs,
        },
    )
    return 1


def _open_ones(link: RegistryModel, kind: DifferenceKind, external: str, field: str) -> SelectOfScalar[Difference]:
    return select(Difference).where(
        Difference.registry_model_id == link.id,
        Difference.kind == kind,
        Difference.external == external,
        Difference.field == field,
        Difference.status == DifferenceStatus.OPEN,
    )
