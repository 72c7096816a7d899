"""Removes files of validations and rows in quarantine whose time is over: on record first, then the files."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlmodel import Session, col, select

from core.access.rules import SYSTEM, Actor
from core.inventory.moves import load_model
from core.inventory.tables import ModelVersion
from core.ledger.service import Ledger
from core.ledger.unnamed import remove_unnamed
from core.monitoring.controls.removing import remove_rows
from core.monitoring.controls.rules import HeldStatus
from core.monitoring.controls.tables import HeldRows
from core.privacy.classes.noting import locked_holder
from core.privacy.retention.evidence import evidence_endings
from core.privacy.retention.planning import FileEnding, parts
from core.privacy.retention.quarantine import quarantine_endings
from core.store import EvidenceFiles, Store, Transaction
from core.validation.held import datasets_of
from core.validation.removing import put_removal_on_record
from core.validation.tables import Evidence

NOW = timedelta(0)


def remove_due_evidence(
    store: Store, ledger: Ledger, due: Iterable[FileEnding], *, actor: Actor = SYSTEM, at: datetime,
    alive: Callable[[], bool] = lambda: True,
) -> list[FileEnding]:  # fmt: skip
    """Put on record what goes, each model in transactions of its own, looked at again within them."""
    done = list[FileEnding]()
    for model, group in groupby(sorted(due, key=lambda one: (one.model, one.record)), key=lambda one: one.model):
        for some in parts(list(group)):
            if not alive():
                return done
            with store.transaction() as tx:
                done += _removed(tx, ledger, model, some, actor, at)
    return done


def remove_due_rows(
    store: Store, ledger: Ledger, due: Iterable[FileEnding], *, actor: Actor = SYSTEM, at: datetime,
    alive: Callable[[], bool] = lambda: True,
) -> list[FileEnding]:  # fmt: skip
    """As `remove_due_evidence`, rows in quarantine; what a person decides at this moment is the person's."""
    done = list[FileEnding]()
    for some in parts(list(due)):
        if not alive():
            break
        with store.transaction() as tx:
            for model in sorted({one.model for one in some} - {""}):
                locked_holder(tx, model, at=at)
            now = quarantine_endings(tx.session, at=at, within=NOW, only=[one.record for one in some])
            for one in (one for one in now if one.due(at)):
                if remove_rows(tx, ledger, one.record, why=one.term.said, days=one.term.days, actor=actor, at=at):
                    done.append(one)
    return done


def clear_files(store: Store, files: EvidenceFiles) -> int:
    """Delete files of removed evidence and of quarantine that was decided on, which no other row names; how many."""
    with store.reading() as session:
        gone = _gone(session)
    return remove_unnamed(store, files, gone)


def _removed(
    tx: Transaction, ledger: Ledger, model: str, due: Sequence[FileEnding], actor: Actor, at: datetime
) -> list[FileEnding]:
    """Those of them that are still due now that nothing can be decided about versions of the model."""
    row = load_model(tx.session, model)
    query = select(ModelVersion).where(ModelVersion.model_id == row.id).order_by(col(ModelVersion.id))
    versions = tx.session.exec(query.with_for_update()).all()
    datasets = {dataset.number for dataset in datasets_of(tx.session, versions).values()}
    for holder in sorted({model, *datasets}):
        locked_holder(tx, holder, at=at)  # a hold or days that are being set are waited for
    found = evidence_endings(tx.session, at=at, within=NOW, only=[one.record for one in due])
    still = {one.record: one for one in found if one.due(at)}
    rows = select(Evidence).where(col(Evidence.number).in_(list(still))).order_by(col(Evidence.id))
    for evidence in tx.session.exec(rows.with_for_update()).all():
        one = still[evidence.number]
        put_removal_on_record(tx, ledger, evidence, why=one.term.said, days=one.term.days, actor=actor, at=at)
    return list(still.values())


def _gone(session: Session) -> tuple[str, ...]:
    evidence = session.exec(
        select(Evidence.file_digest, Evidence.table_digest).where(col(Evidence.removed_at).is_not(None))
    ).all()
    rows = session.exec(select(HeldRows.digest).where(HeldRows.status != HeldStatus.HELD)).all()
    return (*(digest for pair in evidence for digest in pair), *rows)
