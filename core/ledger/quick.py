"""Shows in seconds that the entries are those that were signed: leaves, order and root, and nothing beside them.

What `core.ledger.verify` finds beyond that is about payloads, the stored tree, and what was wrong when it was signed.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import cast

from sqlmodel import Session

from core.ledger import streams
from core.ledger.anchors.keys import followed, hand_overs
from core.ledger.checkpoints import Checkpoint, open_checkpoint
from core.ledger.merkle import fold
from core.ledger.notes import NoteRefused, Verifier
from core.ledger.report import Faults, Report, Step
from core.ledger.service import newest_note

CHUNK = 1 << 15  # leaves whose subtree is hashed at once, level by level
Row = tuple[int, bytes, bytes]


def verify_entries(session: Session, vkey: str) -> Report:
    """Steps 1, 2, 3, 5 and 8 of the whole verification; 1M entries take about two seconds of processor time."""
    signed, steps = _signed(session, vkey)
    order = Faults(3, "order", "entries are numbered without a gap")
    leaves = Faults(5, "leaves", "every leaf is the hash of its body")
    root = Faults(8, "root", "the recomputed root is the signed one")
    size, found = 0, None
    subtrees: list[tuple[int, bytes]] = []  # size and root of complete subtrees, largest first
    for rows in _chunks(session, None if signed is None else signed.size):
        hashes = [sha256(b"\0" + row[1]).digest() for row in rows]
        _compare(rows, hashes, size, order, leaves)
        size += len(rows)
        _grow(subtrees, hashes)
        if signed is not None and size == signed.size:
            found = fold([one for _, one in subtrees])
    if signed is None:
        root.add("there is no signed root to compare with")
    elif size < signed.size:
        root.add(f"the log is shorter than its checkpoint: {size} entries, not {signed.size}")
    elif found != signed.root:
        root.add(f"the {signed.size} entries are not those that were signed")
    if signed is not None and size > signed.size:
        root.add(f"entries {signed.size} to {size - 1} are under no checkpoint")
    return Report((*steps, order.step(), leaves.step(), root.step()), size)


def _signed(session: Session, vkey: str) -> tuple[Checkpoint | None, tuple[Step, ...]]:
    try:
        verifier, _ = followed(list(hand_overs(session)), Verifier.parse(vkey))
    except NoteRefused as error:
        return None, (Step(1, "verifier key", False, str(error)),)
    key = Step(1, "verifier key", True, verifier.name)
    try:
        checkpoint = open_checkpoint(newest_note(session) or "", verifier)
    except (NoteRefused, UnicodeDecodeError) as error:
        return None, (key, Step(2, "checkpoint", False, str(error)))
    return checkpoint, (key, Step(2, "checkpoint", True, f"{checkpoint.size} entries, signed by {verifier.name}"))


def _chunks(session: Session, cut: int | None) -> Iterator[Sequence[Row]]:
    """The rows in order, a chunk at a time; one chunk ends where the checkpoint does."""
    rows, size = _rows(session), 0
    chunk: list[Row] = []
    for many in rows:
        chunk += many
        while chunk:
            wanted = CHUNK - size % CHUNK
            if cut is not None and size < cut:
                wanted = min(wanted, cut - size)
            if len(chunk) < wanted:
                break
            yield chunk[:wanted]
            size, chunk = size + wanted, chunk[wanted:]
    if chunk:
        yield chunk


def _rows(session: Session) -> Iterator[list[Row]]:
    """Number, body and leaf; SQLite's driver is asked itself, as each layer above costs more than the hashing."""
    if session.get_bind().dialect.name == "sqlite":
        driver = session.connection().connection.cursor()
        driver.execute("SELECT idx, CAST(body AS BLOB), leaf FROM log_entry ORDER BY idx")
        while many := cast(list[Row], driver.fetchmany(CHUNK)):
            yield many
        return
    held: list[Row] = []
    for entry in streams.entries(session):
        held.append((entry.index, entry.body, entry.leaf))
        if len(held) == CHUNK:
            yield held
            held = []
    yield held


def _compare(rows: Sequence[Row], hashes: Sequence[bytes], start: int, order: Faults, leaves: Faults) -> None:
    if [row[2] for row in rows] != hashes:
        for row, leaf in zip(rows, hashes, strict=True):
            if row[2] != leaf:
                leaves.add(f"entry {row[0]}: its leaf is not the hash of its body")
    if [row[0] for row in rows] != list(range(start, start + len(rows))):
        wrong = next(n for n, row in enumerate(rows) if row[0] != start + n)
        order.add(f"entry {rows[wrong][0]} stands where entry {start + wrong} belongs")


def _grow(subtrees: list[tuple[int, bytes]], hashes: list[bytes]) -> None:
    """Add leaves; a chunk that fills its place is hashed level by level, which costs half of adding one by one."""
    if len(hashes) == CHUNK:
        while len(hashes) > 1:
            hashes = [sha256(b"\1" + a + b).digest() for a, b in zip(hashes[::2], hashes[1::2], strict=True)]
        _add(subtrees, CHUNK, hashes[0])
        return
    for leaf in hashes:
        _add(subtrees, 1, leaf)


def _add(subtrees: list[tuple[int, bytes]], size: int, root: bytes) -> None:
    while subtrees and subtrees[-1][0] == size:
        root = sha256(b"\1" + subtrees.pop()[1] + root).digest()
        size *= 2
    subtrees.append((size, root))
