"""Builds an export step by step: read, laid out, typeset, signed; stopped between steps when it was cancelled."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.grants import actor_of
from core.access.reach.reading import within
from core.access.rules import SYSTEM
from core.errors import GovernanceError, NotFound
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.extract import parts
from core.ledger.service import Ledger
from core.reports import bundle
from core.reports.formats.kinds import Format
from core.reports.formats.naming import stem
from core.reports.render import SIGNING, TYPESETTING, Forms, Rendered, forms, render
from core.reports.rules import PENDING, ExportStatus
from core.reports.service.queries import asked_of, load_export
from core.reports.service.requesting import EXPORT_JOB, entity_of, of_every_version, versions_of
from core.reports.signing import SigningKeys
from core.reports.tables import Export
from core.reports.templates import build_reports
from core.reports.typeset.process import Typesetters
from core.reports.values.report import Asked, Report
from core.store import EvidenceFiles, Store

__all__ = ["EXPORT_JOB", "build_export", "fail_export"]
READING, LAYING_OUT = "Reading the record", "Laying out"
STEPS = 4
AT_ONCE = 2  # reports that are typeset side by side
SAID_EVERY = 2.0  # seconds between two words about the same step


class Stopped(GovernanceError):
    """The export was cancelled, or another worker has it."""


def build_export(
    store: Store,
    ledger: Ledger,
    exports: EvidenceFiles,
    keys: SigningKeys,
    *,
    export: str,
    clock: Callable[[], datetime],
    alive: Callable[[], bool] = lambda: True,
) -> None:
    """Render a queued export and keep its bytes by digest; one that has ended stays as it is.

    `alive` holds the worker's lease.
    """
    with store.reading() as session:
        row = load_export(session, export)
    if row.status not in PENDING:
        return
    try:
        _Building(store, ledger, keys, row, clock, alive).into(exports)
    except Stopped:
        return


def fail_export(store: Store, *, export: str, error: str) -> None:
    """Mark an export that could not be built."""
    with store.transaction() as tx:
        row = load_export(tx.session, export)
        if row.status in PENDING:
            row.status, row.error, row.step = ExportStatus.FAILED, error, ""
            tx.session.add(row)


def _as_asked(store: Store, row: Export, *, at: datetime) -> Store:
    """The store as far as whoever asked for the export reads now; of somebody gone, as the installation does."""
    with store.reading() as session:
        asker = actor_of(session, row.requested_by, at=at)
    return store if asker is None else within(store, asker)


class _Building:
    """One export on its way."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        keys: SigningKeys,
        row: Export,
        clock: Callable[[], datetime],
        alive: Callable[[], bool],
    ) -> None:
        self._store, self._ledger, self._keys, self._row, self._clock = store, ledger, keys, row, clock
        self._read = _as_asked(store, row, at=clock())
        self._say = _Steps(store, row.number, alive)

    def into(self, exports: EvidenceFiles) -> None:
        """Build it, keep its bytes, and say that it is ready."""
        at = self._clock()
        self._say(READING, 0)
        made, reports = self._bundle(at) if self._row.format is Format.BUNDLE else self._single(at)
        stored = exports.add([made.content])
        if not self._settle(made, stored.digest, stored.size, reports) and not _kept(self._store, stored.digest):
            exports.remove(stored.digest)

    def _single(self, at: datetime) -> tuple[Rendered, tuple[Report, ...]]:
        with self._read.reading() as session:
            (report,) = self._reports(session, (asked_of(self._row),), at)
        self._say(LAYING_OUT, 1)
        steps = {TYPESETTING: 2, SIGNING: 3}
        made = render(report, self._row.format, self._keys, at=at, say=lambda step: self._say(step, steps[step]))
        return made, (report,)

    def _bundle(self, at: datetime) -> tuple[Rendered, tuple[Report, ...]]:
        """Every report in every form, typeset two at a time while the next is read; then the proofs, and one bag."""
        asked, reports = asked_of(self._row), list[Report]()
        with Typesetters(AT_ONCE) as typesetters, ThreadPoolExecutor(AT_ONCE) as threads:

            def made(report: Report) -> Forms:
                with typesetters.one() as typesetter:
                    return forms(report, self._keys, at=at, typesetter=typesetter)

            futures: list[Future[Forms]] = []
            try:
                with self._read.reading() as session:
                    wanted = versions_of(session, asked) if of_every_version(asked, Format.BUNDLE) else (asked,)
                    if not wanted:
                        raise NotFound("version of", asked.subject.number)
                    for report in self._reports(session, wanted, at):
                        reports.append(report)
                        futures.append(threads.submit(made, report))
                        self._say(_counted(LAYING_OUT, len(reports), len(wanted)), 1)
                    entries = {index for report in reports for index in report.entries}
                    covered = parts(session, entries, vkey=self._ledger.vkey)
                held: list[Forms] = []
                for future in futures:
                    self._say(_counted(TYPESETTING, len(held) + 1, len(wanted)), 2)
                    held.append(future.result())
            except BaseException:  # whatever ended it: what waits in line is not begun, and it is passed on
                threads.shutdown(cancel_futures=True)
                raise
        self._say(SIGNING, 3)
        name = bundle.bundle_name(self._row.number, asked)
        return Rendered(bundle.make(held, covered, self._keys, name=name, at=at), "zip"), tuple(reports)

    def _reports(self, session: Session, wanted: Sequence[Asked], at: datetime) -> Iterator[Report]:
        return build_reports(
            session,
            wanted,
            reference=self._row.number,
            origin=self._ledger.origin,
            vkey=self._ledger.vkey,
            generated_by=self._row.requested_by,
            at=at,
        )

    def _settle(self, made: Rendered, digest: str, size: int, reports: Sequence[Report]) -> bool:
        """Ready, unless it was cancelled or another worker was first."""
        with self._store.transaction() as tx:
            row = load_export(tx.session, self._row.number)
            if row.status not in PENDING:
                return False
            asked, at = asked_of(row), self._clock()
            row.status, row.digest, row.size, row.ready_at = ExportStatus.READY, digest, size, at
            row.step, row.steps_done, row.unsigned_digest = "", STEPS, made.unsigned_digest
            row.template_version, row.gaps = reports[0].template_version, sum(len(one.gaps) for one in reports)
            row.filename = f"{stem(row.number, asked)}.{made.ending}"
            tx.session.add(row)
            payload: dict[str, JsonValue] = {
                "export": row.number,
                "digest": digest,
                "unsigned": made.unsigned_digest,
                "template": row.template_version,
                "gaps": row.gaps,
            }
            entity = entity_of(asked.subject)
            self._ledger.record(tx, Event.EXPORT_READY, entity=entity, actor=SYSTEM, at=at, payload=payload)
            return True


class _Steps:
    """Says each step to whoever watches, and stops when the export was cancelled or another worker took over."""

    def __init__(self, store: Store, number: str, alive: Callable[[], bool]) -> None:
        self._store, self._number, self._alive = store, number, alive
        self._said, self._at = -1, 0.0

    def __call__(self, step: str, done: int) -> None:
        if done == self._said and time.monotonic() < self._at + SAID_EVERY:
            return
        self._said, self._at = done, time.monotonic()
        values = {"status": ExportStatus.RUNNING, "step": step, "steps_done": done, "steps_total": STEPS}
        with self._store.transaction() as tx:
            still = (
                update(Export)
                .where(col(Export.number) == self._number, col(Export.status).in_(PENDING))
                .values(**values)
            )
            if tx.session.execute(still).rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
                raise Stopped(step)
        if not self._alive():
            raise Stopped(step)


def _counted(step: str, done: int, total: int) -> str:
    return f"{step} {done:,} of {total:,}" if total > 1 else step


def _kept(store: Store, digest: str) -> bool:
    """Whether an export holds a file with this digest."""
    with store.reading() as session:
        return session.exec(select(Export.id).where(Export.digest == digest).limit(1)).first() is not None
