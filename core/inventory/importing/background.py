"""Imports a large table in the background: asked for with the plan that was shown, watched, cancelled, and kept."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.grants import actor_of
from core.access.rules import Actor
from core.errors import Conflict, GovernanceError, NotFound, Problem, Refused, Unreadable
from core.inventory.importing.rules import PENDING, ImportStatus, cancel_import_refusals
from core.inventory.importing.service import Imported, TableImport, import_refusals, import_table
from core.inventory.importing.sheets import Encoding
from core.inventory.importing.tables import ImportJob
from core.jobs.service import enqueue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import EvidenceFiles, Store, Transaction
from core.store.numbers import next_number

IMPORT_JOB = "import"
DIRECT_ROWS = 500  # tables up to this length are imported at once on the page; longer ones in the background
SAYS_EVERY = 0.5  # seconds between two words of progress
MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Queued:
    """An import that was asked for, and the ledger entry that says so."""

    job: str
    entry: int


class Stopped(GovernanceError):
    """The import was cancelled, or another worker has it."""


def request_import(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, wish: TableImport, expected: str, actor: Actor, at: datetime
) -> Queued:
    """Queue the import of this table as the plan with this digest showed it; the file is kept until it ends."""
    file = files.add_path(wish.path)
    with deciding(store, ledger, "import models", entity=Entity("import", "new"), actor=actor, at=at) as tx:
        reasons = import_refusals(actor)
        if reasons:
            raise Refused(reasons)
        row = ImportJob(
            number=next_number(tx.session, "IJ"),
            filename=wish.filename[:200],
            digest=file.digest,
            columns="" if wish.columns is None else json.dumps(dict(wish.columns)),
            constants=json.dumps(dict(wish.constants)),
            encoding=wish.encoding.value if wish.encoding else "",
            expected=expected,
            requested_by=actor.id,
            requested_at=at,
        )
        tx.session.add(row)
        enqueue(tx, IMPORT_JOB, row.number, at=at)
        entity, payload = Entity("import job", row.number), {"source": row.filename, "sha256": row.digest}
        entry = ledger.record(tx, Event.IMPORT_REQUESTED, entity=entity, actor=actor, at=at, payload=payload)
        return Queued(row.number, entry.index)


def cancel_import(store: Store, ledger: Ledger, files: EvidenceFiles, *, job: str, actor: Actor, at: datetime) -> None:
    """Stop an import that has not ended; it leaves nothing in the inventory."""
    entity = Entity("import job", job)
    with deciding(store, ledger, "cancel an import", entity=entity, actor=actor, at=at) as tx:
        row = load_import_job(tx.session, job)
        reasons = cancel_import_refusals(row.status, row.requested_by, actor)
        if reasons:
            raise Refused(reasons)
        _settle(tx, row, ImportStatus.CANCELLED, at=at)
        ledger.record(tx, Event.IMPORT_CANCELLED, entity=entity, actor=actor, at=at, payload={"source": row.filename})
    _drop(store, files, row.digest)


def perform_import(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    *,
    job: str,
    clock: Callable[[], datetime],
    alive: Callable[[], bool] = lambda: True,
) -> None:
    """Import the table whole or not at all, as whoever asked for it may now; what came of it is kept with the job.

    The job is settled in the transaction of the import itself, so that one that was cancelled imports nothing.
    """
    with store.reading() as session:
        row = load_import_job(session, job)
        actor = actor_of(session, row.requested_by, at=clock())
    if row.status not in PENDING:
        return
    try:
        if actor is None:
            raise NotFound("active person", row.requested_by)
        at = clock()
        import_table(
            store, ledger, wish=_wish(row, files), expected=row.expected, actor=actor, at=at,
            say=_Progress(store, job, alive), with_it=lambda tx, done: _done(tx, job, done, at=at),
        )  # fmt: skip
    except Stopped:
        return
    except GovernanceError as error:
        _fail(store, job, error, at=clock())
    _drop(store, files, row.digest)


def fail_import(store: Store, files: EvidenceFiles, *, job: str, error: str, at: datetime) -> None:
    """Say why an import came to nothing; one that has ended stays as it is."""
    with store.reading() as session:
        row = load_import_job(session, job)
    _fail(store, job, Stopped(error), at=at)
    _drop(store, files, row.digest)


def load_import_job(session: Session, number: str) -> ImportJob:
    """The import with this number; raises `NotFound`."""
    row = session.exec(select(ImportJob).where(ImportJob.number == number)).first()
    if row is None:
        raise NotFound("import", number)
    return row


def import_jobs(session: Session, person: str, *, limit: int = 5) -> tuple[ImportJob, ...]:
    """What this person had imported in the background, the newest first."""
    query = select(ImportJob).where(ImportJob.requested_by == person).order_by(col(ImportJob.id).desc())
    return tuple(session.exec(query.limit(limit)).all())


def problems_of(row: ImportJob) -> tuple[Problem, ...]:
    """What was wrong with the file, up to fifty places."""
    return tuple(Problem(**one) for one in json.loads(row.problems or "[]"))


class _Progress:
    """Says how far it is to whoever watches, twice a second; stops once it was cancelled or another worker has it."""

    def __init__(self, store: Store, number: str, alive: Callable[[], bool]) -> None:
        self._store, self._number, self._alive = store, number, alive
        self._said, self._step = 0.0, ""

    def __call__(self, step: str, done: int, of: int) -> None:
        if step == self._step and time.monotonic() - self._said < SAYS_EVERY:
            return
        self._said, self._step = time.monotonic(), step
        if not self._alive():
            raise Stopped(step)
        with self._store.transaction() as tx:
            values = {"status": ImportStatus.RUNNING, "step": step, "steps_done": done, "steps_total": of}
            if not _update(tx, self._number, values):
                raise Stopped(step)


def _done(tx: Transaction, job: str, done: Imported, *, at: datetime) -> None:
    """Settle the job with the import; raises `Stopped`, which undoes it, where it was cancelled meanwhile."""
    counts = done.counts
    values = {
        "status": ImportStatus.FINISHED, "finished_at": at, "import_number": done.number, "models": counts.models,
        "versions": counts.versions, "datasets": counts.datasets, "changed": counts.changed, "step": "",
    }  # fmt: skip
    if not _update(tx, job, values):
        raise Stopped(job)


def _fail(store: Store, job: str, error: GovernanceError, *, at: datetime) -> None:
    problems: Sequence[Problem] = error.problems[:MOST_PROBLEMS] if isinstance(error, Unreadable) else ()
    said = "The inventory changed since the plan was shown. Look at it again." if isinstance(error, Conflict) else ""
    count = len(error.problems) if isinstance(error, Unreadable) else 0
    with store.transaction() as tx:
        values = {
            "status": ImportStatus.FAILED, "finished_at": at, "step": "",
            "error": (said or (f"{count} things to put right" if count else str(error)))[:1000],
            "problems": json.dumps([vars(one) for one in problems]),
        }  # fmt: skip
        _update(tx, job, values)


def _update(tx: Transaction, job: str, values: dict[str, object]) -> bool:
    """Whether the job had not ended yet."""
    statement = update(ImportJob).where(col(ImportJob.number) == job, col(ImportJob.status).in_(PENDING))
    done = tx.session.execute(statement.values(**values).execution_options(synchronize_session=False))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE gives a cursor result


def _settle(tx: Transaction, row: ImportJob, status: ImportStatus, *, at: datetime) -> None:
    if not _update(tx, row.number, {"status": status, "finished_at": at, "step": ""}):
        raise Conflict("an import that has not ended", "one that has", "The import")


def _wish(row: ImportJob, files: EvidenceFiles) -> TableImport:
    columns = json.loads(row.columns) if row.columns else None
    encoding = Encoding(row.encoding) if row.encoding else None
    return TableImport(files.path(row.digest), row.filename, columns, json.loads(row.constants), encoding)


def _drop(store: Store, files: EvidenceFiles, digest: str) -> None:
    """Forget the file, unless another import of the same one waits still."""
    with store.reading() as session:
        query = select(ImportJob.id).where(ImportJob.digest == digest, col(ImportJob.status).in_(PENDING))
        if session.exec(query.limit(1)).first() is None:
            files.remove(digest)
