"""Takes out of the ledger what an export carries, in the form that the offline verification reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.ledger import offline
from core.ledger.anchors.keys import hand_overs, key_after
from core.ledger.anchors.lines import newest_cosigned, newest_stamped
from core.ledger.anchors.tables import LogAnchor
from core.ledger.canonical import canonical
from core.ledger.events import Event
from core.ledger.head import read_head
from core.ledger.merkle import consistency_spans, inclusion_spans
from core.ledger.newest import Newest, newest
from core.ledger.receipts import Receipt, proof_lines
from core.ledger.tables import LogCheckpoint, LogEntry, LogPayload
from core.ledger.tiles import StoredTree

FOLDER = "data/ledger"
EXPORTS = 25
SENT, WEEKS = 25, 26  # checkpoints outside: the newest, and the last of each week of half a year
AFTER_EACH = 16  # a bundle is built some commits after it was asked for


@dataclass(frozen=True)
class LedgerEntry:
    """One entry as stored; `salt` (hexadecimal) and `payload` are empty where there is none or it was erased."""

    index: int
    body: str
    salt: str
    payload: str


@dataclass(frozen=True)
class LedgerParts:
    """A checkpoint note, the key that verifies it, entries with their `.tlog-proof` texts, and consistency proofs.

    `anchors` are the files that show what holds the ledger from outside: keys handed over, cosignatures, time stamp.
    """

    checkpoint: str
    vkey: str
    entries: tuple[LedgerEntry, ...]
    proofs: Mapping[int, str]
    consistency: str
    anchors: Mapping[str, bytes] = field(default_factory=dict)


def parts(session: Session, indexes: Iterable[int], *, vkey: str) -> LedgerParts:
    """These entries under the newest checkpoint; `NotFound` for an index that it does not cover.

    The consistency proofs lead from the checkpoints of the last 25 exports, and from those that left for places
    outside, so that whoever kept one can verify that the ledger was only ever continued.
    """
    wanted = sorted(set(indexes))
    last, entries, proofs = _proven(session, wanted)
    size, tree = last.size, StoredTree(session, last.pending)
    held, anchored = anchor_files(session, size)
    olds = sorted({*_earlier(session, size), *sizes_sent(session, size), *held})
    earlier = (f"old {old}\n{proof_lines(tree.proof(consistency_spans(old, size)))}" for old in olds if old < size)
    shown = tuple(entries[index] for index in wanted)
    return LedgerParts(last.note, key_after(session, size) or vkey, shown, proofs, "\n".join(earlier), anchored)


def one_entry(session: Session, index: int) -> tuple[LedgerEntry, str]:
    """An entry with its `.tlog-proof` under the newest checkpoint; raises `NotFound`."""
    _, entries, proofs = _proven(session, [index])
    return entries[index], proofs[index]


def _proven(session: Session, wanted: list[int]) -> tuple[Newest, dict[int, LedgerEntry], dict[int, str]]:
    last = newest(session)
    if last is None:
        raise NotFound("ledger checkpoint", "newest")
    entries = _entries(session, wanted)
    for index in wanted:
        if index not in entries or index >= last.size:
            raise NotFound("ledger entry", index)
    found = StoredTree(session, last.pending).proofs([inclusion_spans(index, last.size) for index in wanted])
    receipts = (Receipt(index, proof, last.note).text() for index, proof in zip(wanted, found, strict=True))
    return last, entries, dict(zip(wanted, receipts, strict=True))


def anchor_files(session: Session, size: int) -> tuple[set[int], dict[str, bytes]]:
    """The files about keys, cosignatures and time stamps, and the sizes of the checkpoints in them."""
    sizes, files = set[int](), dict[str, bytes]()
    for over in hand_overs(session):
        proof = StoredTree(session, read_head(session).pending).proof(inclusion_spans(over.index, over.index + 1))
        sizes.add(over.index + 1)
        files[f"keys/{over.index}.entry"] = over.body.encode()
        files[f"keys/{over.index}.tlog-proof"] = Receipt(over.index, proof, over.note).text().encode()
    seen = newest_cosigned(session, most=size)
    if seen is not None:
        sizes.add(seen[0])
        files["cosigned"] = seen[1].encode()
    stamped = newest_stamped(session, most=size)
    if stamped is not None:
        sizes.add(stamped.size)
        files |= {"stamped": stamped.note.encode(), "stamped.tst": stamped.token}
    return sizes, files


def ledger_files(taken: LedgerParts) -> dict[str, bytes]:
    """The files of a bundle under `data/ledger`, by path."""
    lines = (
        canonical({"index": e.index, "body": e.body, "payload": e.payload, "salt": e.salt}, limit=1 << 20) + b"\n"
        for e in taken.entries
    )
    files = {
        f"{FOLDER}/checkpoint": taken.checkpoint.encode(),
        f"{FOLDER}/vkey": f"{taken.vkey}\n".encode(),
        f"{FOLDER}/entries.jsonl": b"".join(lines),
    }
    files |= {f"{FOLDER}/{name}": content for name, content in taken.anchors.items()}
    if taken.consistency:
        files[f"{FOLDER}/consistency"] = taken.consistency.encode()
    return files | {f"{FOLDER}/proofs/{index}.tlog-proof": text.encode() for index, text in taken.proofs.items()}


def verifier_source() -> bytes:
    """The one file that goes into every bundle as verify.py."""
    return Path(offline.__file__).read_bytes()


def _entries(session: Session, wanted: list[int]) -> dict[int, LedgerEntry]:
    found: dict[int, LedgerEntry] = {}
    for at in range(0, len(wanted), 500):
        chunk = wanted[at : at + 500]
        rows = session.exec(select(LogEntry.idx, LogEntry.body).where(col(LogEntry.idx).in_(chunk))).all()
        kept = session.exec(select(LogPayload).where(col(LogPayload.entry_id).in_(chunk))).all()
        payloads = {row.entry_id: row for row in kept if row.body is not None and row.salt is not None}
        for index, body in rows:
            payload = payloads.get(index)
            salt = payload.salt.hex() if payload and payload.salt else ""
            found[index] = LedgerEntry(index, body, salt, payload.body or "" if payload else "")
    return found


def sizes_sent(session: Session, size: int) -> set[int]:
    """The sizes of checkpoints that arrived outside: the newest 25, and the last one of each of 26 weeks before."""
    sizes = select(LogAnchor.size).where(LogAnchor.size <= size).order_by(col(LogAnchor.size).desc())
    found = set(session.exec(sizes.distinct().limit(SENT)).all())
    if len(found) < SENT:
        return found  # all that ever left
    now = session.exec(select(LogEntry.at).where(LogEntry.idx == size - 1)).one()
    for weeks in range(1, WEEKS + 1):
        since = now - timedelta(weeks=weeks)
        later = select(LogEntry.idx).where(col(LogEntry.at) >= since).order_by(col(LogEntry.at), col(LogEntry.idx))
        first = session.exec(later.limit(1)).first()
        found.update(session.exec(sizes.where(LogAnchor.size <= (first or 0)).limit(1)).all())
    return found


def _earlier(session: Session, size: int) -> list[int]:
    """The sizes of the checkpoints that earlier exports may carry: one before each request, and those after it."""
    exports = select(LogEntry.idx).where(LogEntry.action == Event.EXPORT_MADE.value)
    sizes = col(LogCheckpoint.size)
    around: set[int] = set()
    for index in session.exec(exports.order_by(col(LogEntry.idx).desc()).limit(EXPORTS)).all():
        around.update(session.exec(select(sizes).where(sizes <= index).order_by(sizes.desc()).limit(1)).all())
        around.update(session.exec(select(sizes).where(sizes > index).order_by(sizes).limit(AFTER_EACH)).all())
    return sorted(old for old in around if 0 < old < size)
