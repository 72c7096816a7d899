"""Removes production data whose time is over: on record first, then the files; what is held stays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlmodel import Session, col, select

from core.access.rules import SYSTEM, Actor
from core.inventory.moves import load_model
from core.ledger.service import Ledger
from core.monitoring.intake.counting import locked
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.removing import put_removal_on_record, remove_files
from core.monitoring.intake.tables import ProductionBatch
from core.privacy.classes.noting import locked_holder
from core.privacy.retention.planning import Ending, endings
from core.store import EvidenceFiles, Store, Transaction

RETENTION_JOB = "retention"
AT_ONCE = 100  # batches of one transaction
NOW = timedelta(0)


@dataclass(frozen=True)
class Cleared:
    """What a run came to: the batches it removed, their rows and bytes, how many are held, and files that went."""

    batches: tuple[str, ...] = ()
    rows: int = 0
    bytes: int = 0
    held: int = 0
    files: int = 0


def remove_due_data(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, actor: Actor = SYSTEM, at: datetime,
    alive: Callable[[], bool] = lambda: True,
) -> Cleared:  # fmt: skip
    """Remove what is due; each stream in transactions of its own, looked at again within them.

    A crash after a commit leaves a file that the next run takes, and nothing that is not on record.
    """
    with store.reading() as session:
        due = endings(session, at=at, within=NOW)
    done, held = list[Ending](), sum(not one.due(at) for one in due)
    ready = sorted((one for one in due if one.due(at)), key=lambda one: (one.model, one.environment))
    for (model, environment), group in groupby(ready, key=lambda one: (one.model, one.environment)):
        batches = list(group)
        for first in range(0, len(batches), AT_ONCE):
            if not alive():
                break
            with store.transaction() as tx:
                done += _removed(tx, ledger, model, environment, batches[first : first + AT_ONCE], actor, at)
    with store.reading() as session:
        gone = remove_files(session, files)
    return Cleared(
        tuple(one.batch for one in done), sum(one.rows for one in done), sum(one.size for one in done), held, gone
    )


def _removed(
    tx: Transaction, ledger: Ledger, model: str, environment: str, due: Sequence[Ending], actor: Actor, at: datetime
) -> list[Ending]:
    """Those of them that are still due now that nobody can add to the stream."""
    locked(tx, Stream(load_model(tx.session, model).id or 0, environment))
    locked_holder(tx, model, at=at)  # a hold that is being set is waited for
    now = {one.batch: one for one in endings(tx.session, at=at, within=NOW, models=[model]) if one.due(at)}
    still = [now[one.batch] for one in due if one.batch in now]
    for row in _rows(tx.session, still):
        one = now[row.number]
        why = f"kept for {one.term.days:,} days by {one.term.by}"
        put_removal_on_record(tx, ledger, row, model=model, why=why, days=one.term.days, actor=actor, at=at)
    return still


def _rows(session: Session, due: Sequence[Ending]) -> Sequence[ProductionBatch]:
    query = select(ProductionBatch).where(col(ProductionBatch.number).in_([one.batch for one in due]))
    return session.exec(query.order_by(col(ProductionBatch.id)).with_for_update()).all()
