"""Builds an export step by step: read, laid out, typeset, signed; stopped between steps when it was cancelled."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.rules import SYSTEM
from core.errors import GovernanceError, NotFound
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.extract import LedgerParts, parts
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
from core.reports.templates import build_report
from core.reports.typeset.process import Typesetters
from core.reports.values.report import Asked, Report
from core.store import EvidenceFiles, Store

__all__ = ["EXPORT_JOB", "build_export", "fail_export"]
READING, LAYING_OUT = "Reading the record", "Laying out"
STEPS = 4
AT_ONCE = 2  # reports that are typeset side by side
SAID_EVERY = 0.5  # seconds between two words about the same step


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
        self._say = _Steps(store, row.number, alive)

    def into(self, exports: EvidenceFiles) -> None:
        """Build it, keep its bytes, and say that it is ready."""
        at = self._clock()
        self._say(READING, 0)
        reports, covered = self._read(at)
        self._say(LAYING_OUT, 1)
        made = self._bundle(reports, covered, at) if covered else self._single(reports[0], at)
        stored = exports.add([made.content])
        if not self._settle(made, stored.digest, stored.size, reports) and not _kept(self._store, stored.digest):
            exports.remove(stored.digest)

    def _read(self, at: datetime) -> tuple[tuple[Report, ...], LedgerParts | None]:
        """The reports of one moment, and for a bundle the proofs of the entries that they rest on."""
        asked, form = asked_of(self._row), self._row.format
        with self._store.reading() as session:
            wanted = versions_of(session, asked) if of_every_version(asked, form) else (asked,)
            if not wanted:
                raise NotFound("version of", asked.subject.number)
            reports = tuple(self._report(session, one, at) for one in wanted)
            if form is not Format.BUNDLE:
                return reports, None
            entries = {index for report in reports for index in report.entries}
            return reports, parts(session, entries, vkey=self._ledger.vkey)

    def _report(self, session: Session, asked: Asked, at: datetime) -> Report:
        return build_report(
            session,
            asked,
            reference=self._row.number,
            origin=self._ledger.origin,
            vkey=self._ledger.vkey,
            generated_by=self._row.requested_by,
            at=at,
        )

    def _single(self, report: Report, at: datetime) -> Rendered:
        steps = {TYPESETTING: 2, SIGNING: 3}
        return render(report, self._row.format, self._keys, at=at, say=lambda step: self._say(step, steps[step]))

    def _bundle(self, reports: Sequence[Report], covered: LedgerParts, at: datetime) -> Rendered:
        held = self._typeset(reports, at)
        self._say(SIGNING, 3)
        asked = asked_of(self._row)
        name = bundle.bundle_name(self._row.number, asked)
        return Rendered(bundle.make(held, covered, self._keys, name=name, at=at), "zip")

    def _typeset(self, reports: Sequence[Report], at: datetime) -> list[Forms]:
        """Every report in every form, two at a time; the first that fails or is stopped ends it."""
        done = count(1)
        with Typesetters(min(AT_ONCE, len(reports))) as typesetters, ThreadPoolExecutor(AT_ONCE) as threads:

            def made(report: Report) -> Forms:
                with typesetters.one() as typesetter:
                    found = forms(report, self._keys, at=at, typesetter=typesetter)
                self._say(f"{TYPESETTING} {next(done):,} of {len(reports):,}" if len(reports) > 1 else TYPESETTING, 2)
                return found

            self._say(TYPESETTING, 2)
            futures = [threads.submit(made, report) for report in reports]
            try:
                return [future.result() for future in futures]
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise

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


def _kept(store: Store, digest: str) -> bool:
    """Whether an export holds a file with this digest."""
    with store.reading() as session:
        return session.exec(select(Export.id).where(Export.digest == digest).limit(1)).first() is not None
