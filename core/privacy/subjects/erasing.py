"""Erases a person: on record in the same transaction, then the former files, and no copy is left beside the store.

Texts are masked, rows of files go with a new file beside the former digest, events and particulars of entries are
emptied, and the account of a user keeps its number alone. Every proof that was given stays valid, as the ledger commits
to digests and to what was erased by salted hashes; figures that were computed stay, marked by what their input lost.
"""

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import col, select, update

from core.access.redactions.tables import FileRedaction
from core.access.rules import Actor
from core.ledger.batches.erasing import erase_event, sweep_erased
from core.ledger.batches.index import hashes_of
from core.ledger.canonical import JsonValue
from core.ledger.erasure import empty_write_ahead_log
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger, Recorded
from core.monitoring.intake.kept import index_for
from core.monitoring.intake.tables import ProductionBatch
from core.privacy.subjects.contents import write_without
from core.privacy.subjects.forgetting import forget
from core.privacy.subjects.held import mask_held
from core.privacy.subjects.holdings import FileHit
from core.privacy.subjects.matching import Matcher
from core.privacy.subjects.orders import ErasureFile
from core.privacy.subjects.places import Places
from core.privacy.subjects.rules import Treatment
from core.privacy.subjects.scanning import Scan, scan
from core.privacy.subjects.tables import ErasureOrder
from core.privacy.subjects.texts import forget_words, mask_cell
from core.privacy.subjects.values import mark_of
from core.reports.tables import Export
from core.store import EvidenceFiles, Store, Transaction
from core.store.files import Redaction
from core.validation.evidently_file import forget_pages

MOST_PASSES = 3  # what is written while an erasure is under way is found by the next pass


@dataclass(frozen=True)
class Erased:
    """What an erasure came to: how many places of each kind, and the entry that says so."""

    entry: Recorded
    texts: int
    files: int
    events: int
    entries: int
    account: bool

    @property
    def places(self) -> int:
        """How many places in all."""
        return self.texts + self.files + self.events + self.entries + self.account


def erase_found(
    store: Store,
    ledger: Ledger,
    places: Places,
    found: Scan,
    order: ErasureFile,
    matcher: Matcher,
    *,
    replayed: bool = False,
    actor: Actor,
    at: datetime,
) -> Erased:
    """Erase what a scan found, and what comes up while it works; the order has to be kept before."""
    erased = _pass(store, ledger, places, found, order, matcher, replayed=replayed, actor=actor, at=at)
    for _ in range(MOST_PASSES - 1):
        _leave_no_copy(store, places, found)
        found = scan(store, places, matcher, links=found.links)
        if not found.erasable:
            break
        _pass(store, ledger, places, found, order, matcher, replayed=replayed, actor=actor, at=at)
    _leave_no_copy(store, places, found)
    return erased


def finish_redactions(store: Store, places: Places) -> int:
    """Destroy what is on record as destroyed and still lies there, as after a crash; how many files."""
    folders, done = dict(places.searched()), 0
    with store.reading() as session:
        rows = session.exec(select(FileRedaction).order_by(col(FileRedaction.id))).all()
    for row in rows:
        files = folders[row.folder]
        if files.redaction(row.former) is None or files.holds(row.former):
            files.redact(Redaction(row.former, row.replacement, row.request, row.entry, row.rows))
            done += 1
    return done


def _pass(
    store: Store,
    ledger: Ledger,
    places: Places,
    found: Scan,
    order: ErasureFile,
    matcher: Matcher,
    *,
    replayed: bool,
    actor: Actor,
    at: datetime,
) -> Erased:
    folders = dict(places.searched())
    written = [(hit, _written(folders[hit.folder], hit, matcher)) for hit in found.files]
    event = Event.ERASURE_REPLAYED if replayed else Event.SUBJECT_ERASED
    payload: dict[str, JsonValue] = {
        "order": order.digest, "texts": len(found.masked) + len(found.held), "files": len(found.files),
        "events": len(found.events), "entries": sum(not one.kept for one in found.entries),
    }  # fmt: skip
    with store.transaction() as tx:
        entity = Entity("subject_request", order.request)
        recorded = ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=payload)
        account = bool(order.person) and forget(tx, ledger, order.person, request=order.request, actor=actor, at=at)
        mark = mark_of(order.request)
        texts = sum(mask_cell(tx.session, cell, matcher, mark) > 0 for cell in found.masked)
        texts += sum(mask_held(tx.session, places.keys, one, matcher, mark) > 0 for one in found.held)
        for hit, replacement in written:
            request = hit.gone.request if hit.gone else order.request
            _replace(tx, ledger, folders[hit.folder], hit, replacement, request, actor=actor, at=at)
        reason = f"Erasure of {order.request}"
        for happened in found.events:
            erase_event(tx, ledger, places.events, happened.event, reason=reason, actor=actor, at=at)
        emptied = [one.index for one in found.entries if not one.kept]
        for index in emptied:
            ledger.erase(tx, index, reason=reason, actor=actor, at=at)
        _note(tx, order, recorded, found, replayed, at)
    _settle(store, places)
    return Erased(recorded, texts, len(written), len(found.events), len(emptied), account)


def _written(files: EvidenceFiles, hit: FileHit, matcher: Matcher) -> str:
    """The digest of the file without the person, or nothing where it is destroyed."""
    if hit.gone is not None:
        stands = files.sealed.vault.follow(hit.digest)
        return stands[0] if stands and files.holds(stands[0]) else ""
    if hit.treatment is not Treatment.ROWS:
        return ""
    return write_without(files, hit.digest, matcher, hit.linked) or ""


def _replace(
    tx: Transaction,
    ledger: Ledger,
    files: EvidenceFiles,
    hit: FileHit,
    replacement: str,
    request: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    session = tx.session
    if hit.folder == "exports" and hit.owner.record:
        export = Entity("export", hit.owner.record)
        ledger.record(tx, Event.EXPORT_REMOVED, entity=export, actor=actor, at=at, payload={"digest": hit.digest})
        session.execute(
            update(Export)
            .where(col(Export.digest) == hit.digest, col(Export.removed_at).is_(None))
            .values(removed_at=at)
        )
    payload: dict[str, JsonValue] = {
        "request": request, "replacement": replacement, "rows": hit.rows, "folder": hit.folder,
        "record": hit.owner.record,
    }  # fmt: skip
    entity = Entity("file", hit.digest)
    recorded = ledger.record(tx, Event.FILE_REDACTED, entity=entity, actor=actor, at=at, payload=payload)
    session.add(
        FileRedaction(
            former=hit.digest, replacement=replacement, folder=hit.folder, request=request, entry=recorded.index,
            rows=hit.rows, redacted_at=recorded.at,
        )
    )  # fmt: skip
    if hit.owner.batch is not None:
        _refile(tx, files, hit, replacement)


def _refile(tx: Transaction, files: EvidenceFiles, hit: FileHit, replacement: str) -> None:
    """Production data are read by the digest of their row, and found by an index that follows from their ids."""
    ids, size = _ids(files, replacement) if replacement else (pa.chunked_array([], pa.string()), 0)
    empty = not len(ids)
    index = "" if empty else files.add([index_for(hashes_of(pc.cast(ids, pa.large_string())))], durable=False).digest
    rows = select(ProductionBatch).where(ProductionBatch.digest == hit.digest)
    for batch in tx.session.exec(rows.with_for_update()).all():
        batch.digest, batch.ids, batch.rows = "" if empty else replacement, index, len(ids)
        batch.size = 0 if empty else size
        tx.session.add(batch)


def _ids(files: EvidenceFiles, digest: str) -> tuple[pa.ChunkedArray, int]:
    with files.opened() as path:
        held = path(digest)
        return pq.read_table(held, columns=["id"]).column("id"), held.stat().st_size


def _note(tx: Transaction, order: ErasureFile, recorded: Recorded, found: Scan, replayed: bool, at: datetime) -> None:
    row = tx.session.exec(select(ErasureOrder).where(ErasureOrder.request == order.request)).first()
    row = row or ErasureOrder(
        request=order.request, digest=order.digest, entry=recorded.index, replayed=replayed, carried_out_at=at
    )
    row.hits, row.digest = row.hits + found.hits, order.digest
    tx.session.add(row)


def _settle(store: Store, places: Places) -> None:
    finish_redactions(store, places)
    with store.reading() as session:
        sweep_erased(session, places.events)


def _leave_no_copy(store: Store, places: Places, found: Scan) -> None:
    changed = {cell.shelf.name for cell in found.masked} | ({"held_text"} if found.held else set())
    forget_words(store, changed | {"log_payload", "person"})
    forget_pages(places.evidence)  # made from files as they were
    empty_write_ahead_log(store)
