"""Removes data whose time is over: on record first, then the files; what is held stays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from core.privacy.retention.evidence import evidence_endings
from core.privacy.retention.planning import Ending, endings, parts
from core.privacy.retention.quarantine import quarantine_endings
from core.privacy.retention.removing_files import NOW, clear_files, remove_due_evidence, remove_due_rows
from core.store import EvidenceFiles, Store, Transaction
from core.validation.evidently_file import forget_pages

RETENTION_JOB = "retention"


@dataclass(frozen=True)
class Cleared:
    """What a run came to: the records it removed, their rows and bytes, how many are held, and files that went.

    `batches` are of production data, `evidence` of validations, `quarantine` lots on which nobody decided.
    """

    batches: tuple[str, ...] = ()
    rows: int = 0
    bytes: int = 0
    held: int = 0
    files: int = 0
    evidence: tuple[str, ...] = ()
    quarantine: tuple[str, ...] = ()

    @property
    def records(self) -> tuple[str, ...]:
        """The numbers of all that were removed."""
        return (*self.batches, *self.evidence, *self.quarantine)


def remove_due_data(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, actor: Actor = SYSTEM, at: datetime,
    alive: Callable[[], bool] = lambda: True,
) -> Cleared:  # fmt: skip
    """Remove what is due: production data, files of validations, and quarantine that nobody decided on.

    Each stream or model goes in transactions of its own, looked at again within them.

    A crash after a commit leaves a file that the next run takes, and nothing that is not on record.
    """
    with store.reading() as session:
        due = endings(session, at=at, within=NOW)
        evidence = evidence_endings(session, at=at, within=NOW)
        rows = quarantine_endings(session, at=at, within=NOW)
    held = sum(not one.due(at) for one in due) + sum(not one.due(at) for one in (*evidence, *rows))
    done = _remove_batches(store, ledger, [one for one in due if one.due(at)], actor, at, alive)
    evidence_gone = remove_due_evidence(
        store, ledger, [one for one in evidence if one.due(at)], actor=actor, at=at, alive=alive
    )
    rows_gone = remove_due_rows(store, ledger, [one for one in rows if one.due(at)], actor=actor, at=at, alive=alive)
    if evidence_gone:
        forget_pages(files)  # before their files go, by which the next run would know after a crash
    gone, cleared = remove_files(store, files), clear_files(store, files)
    if cleared:
        forget_pages(files)  # also one that was being made
    every = [(one.rows, one.size) for one in done] + [(one.rows, one.size) for one in (*evidence_gone, *rows_gone)]
    return Cleared(
        tuple(one.batch for one in done), sum(rows for rows, _ in every), sum(size for _, size in every), held,
        gone + cleared,
        tuple(one.record for one in evidence_gone), tuple(one.record for one in rows_gone),
    )  # fmt: skip


def _remove_batches(
    store: Store, ledger: Ledger, due: Sequence[Ending], actor: Actor, at: datetime, alive: Callable[[], bool]
) -> list[Ending]:
    done = list[Ending]()
    ready = sorted(due, key=lambda one: (one.model, one.environment))
    for (model, environment), group in groupby(ready, key=lambda one: (one.model, one.environment)):
        for some in parts(list(group)):
            if not alive():
                return done
            with store.transaction() as tx:
                done += _removed(tx, ledger, model, environment, some, actor, at)
    return done


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
        put_removal_on_record(tx, ledger, row, model=model, why=one.term.said, days=one.term.days, actor=actor, at=at)
    return still


def _rows(session: Session, due: Sequence[Ending]) -> Sequence[ProductionBatch]:
    query = select(ProductionBatch).where(col(ProductionBatch.number).in_([one.batch for one in due]))
    return session.exec(query.order_by(col(ProductionBatch.id)).with_for_update()).all()
