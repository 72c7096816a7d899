"""Evidently's report of a finished run as a file to take away: made on the first request, then kept."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import NotFound, Refusal, Refused
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.metrics.drift import ColumnDrift
from core.store import EvidenceFiles, Store
from core.validation.evidently_report import COLUMNS, evidently_html
from core.validation.inputs import RunInputs, inputs_of
from core.validation.removed import removals_of
from core.validation.results import from_json
from core.validation.rules import EvidenceKind
from core.validation.tables import Run

MOST_KEPT = 50  # files of some 4 MB
ACT = "download a drift report"
PATIENCE = 60.0  # seconds; making one takes half a gigabyte, so others wait
_ONE_AT_A_TIME = Lock()
NO_DRIFT = Refusal("no-drift", "This validation compared nothing with a reference", "drift")
BUSY = Refusal("busy", "Another report is being made", "drift", "Try again in a minute.")


@dataclass(frozen=True)
class _Comparison:
    """What the page is made from: the two files by digest, and the columns with method, threshold and score."""

    reference: str
    current: str
    columns: tuple[ColumnDrift, ...]
    inputs: str

    @property
    def key(self) -> str:
        """Same data and same result, same page."""
        return hashlib.sha256(self.inputs.encode() + COLUMNS.dump_json(self.columns)).hexdigest()

    def is_sealed(self, files: EvidenceFiles) -> bool:
        """Whether one of the two files lies sealed, as it holds sensitive attributes."""
        return any(
            files.sealed.holds(one if files.holds(one) else files.stands_for(one))
            for one in (self.reference, self.current)
        )


def evidently_file(
    store: Store, ledger: Ledger, files: EvidenceFiles, kept: Path, *, run: str, actor: Actor, at: datetime
) -> bytes:
    """The page of a run with drift, from the folder `kept` or made now, which takes several seconds.

    Who took it away is on record, as with every download, and so is a refusal. Raises `Refused` without the permission
    to read the record, without drift, or while others are being made; `NotFound` where there is no such run;
    `Unreadable` where Evidently cannot make it.
    """
    entity = Entity("run", run)
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at) as tx:
        if reasons := permission_refusals(actor, Permission.RECORD_READ):
            raise Refused(reasons)
        found = _comparison(tx.session, run)
    page = _page(files, found, kept / f"{found.key}.html")
    payload: dict[str, JsonValue] = {"report": "evidently", "digest": hashlib.sha256(page).hexdigest()}
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at) as tx:
        ledger.record(tx, Event.EXPORT_DOWNLOADED, entity=entity, actor=actor, at=at, payload=payload)
    return page


def pages_of(files: EvidenceFiles) -> Path:
    """Where pages are kept that were made from these files."""
    return files.folder.parent / "cache" / "evidently"


def forget_pages(files: EvidenceFiles) -> int:
    """Delete every page that is kept, as when a file that one was made from is removed or changed; how many."""
    found = list(pages_of(files).glob("*.html"))
    for one in found:
        one.unlink(missing_ok=True)
    return len(found)


def _page(files: EvidenceFiles, found: _Comparison, path: Path) -> bytes:
    if found.is_sealed(files):  # it shows how attributes are spread: made each time, and never on disk
        path.unlink(missing_ok=True)
        with _one_at_a_time():
            return _drawn(files, found)
    if (page := _read(path)) is not None:
        return page
    with _one_at_a_time():
        return _read(path) or _made(files, found, path)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _ONE_AT_A_TIME.acquire(timeout=PATIENCE):
        raise Refused([BUSY])
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


def _comparison(session: Session, number: str) -> _Comparison:
    run = session.exec(select(Run).where(col(Run.number) == number)).first()
    if run is None:
        raise NotFound("validation run", number)
    result, inputs = from_json(run.result) if run.result else None, inputs_of(session, run)
    if result is None or result.drift is None:
        raise Refused([NO_DRIFT])
    return _of_files(session, inputs, result.drift.columns)


def _of_files(session: Session, inputs: RunInputs, columns: tuple[ColumnDrift, ...]) -> _Comparison:
    reference = inputs.given(EvidenceKind.REFERENCE) or inputs.given(EvidenceKind.TRAINING)
    current = inputs.given(EvidenceKind.PREDICTIONS)
    if reference is None or current is None:
        raise Refused([NO_DRIFT])
    if gone := removals_of(session, [reference.evidence, current.evidence]):
        raise NotFound("rows of a file", "; ".join(gone.values()))
    return _Comparison(reference.table, current.table, columns, inputs.digest)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _made(files: EvidenceFiles, found: _Comparison, path: Path) -> bytes:
    """Make the page and keep it under its name at once or not at all; the oldest give way."""
    page = _drawn(files, found)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".incoming-{secrets.token_hex(8)}")
    try:
        temporary.write_bytes(page)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    by_age = sorted(path.parent.glob("*.html"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in by_age[MOST_KEPT:]:
        old.unlink(missing_ok=True)
    return page


def _drawn(files: EvidenceFiles, found: _Comparison) -> bytes:
    with files.opened() as path:
        return evidently_html(path(found.reference), path(found.current), found.columns)
