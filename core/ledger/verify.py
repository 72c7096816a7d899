"""Verifies the stored ledger from its bytes, in the numbered steps of docs/ledger.md.

 1 verifier key          the key reads as one; where it was rotated, the key that it handed over to
 2 checkpoint            the newest note is signed by it and is of this log
 3 order                 entries are numbered 0, 1, 2 … without gap
 4 canonical form        every body is the canonical JSON of an entry
 5 leaves                every stored leaf is the hash of its body
 6 event ids             none occurs twice
 7 times                 none is before the entry in front of it
 8 root                  the recomputed root is the signed one; nothing is missing or uncovered
 9 earlier checkpoints   each fits the entries it covers, and is quoted by the entries after it
10 stored tree           tiles and head are those of the entries
11 payloads              every payload is the one that its entry commits to
12 erasures              every erasure is on record, and was carried out
13 saved checkpoint      the log continues the one that was seen before
14 files of events       each is there, and its rows have the root that its entry carries
15 removed files         each that is not there was removed on record, and not sooner than the law allows
16 found by id           rows and indexes find the events that are on record
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from core.ledger import streams
from core.ledger.anchors.keys import HandOver, followed, former_keys
from core.ledger.batches.verify import Progress, verify_events
from core.ledger.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from core.ledger.notes import NoteRefused, Verifier, split_note
from core.ledger.report import Report, Step
from core.ledger.service import newest_note
from core.ledger.tile_check import TileCheck
from core.ledger.walk import Walk
from core.store import EvidenceFiles

UNREADABLE = 0


def verify_store(
    session: Session,
    vkey: str,
    *,
    saved_checkpoint: str | None = None,
    events: EvidenceFiles | None = None,
    progress: Progress | None = None,
    unread: Collection[str] = (),
) -> Report:
    """Recompute everything from the stored bytes, and compare it with what the key signed.

    Steps 14 to 16 are part of it where the files of `events` are given; `progress` is told how many were looked at;
    `unread` are files among them that lie sealed without their key.

    `saved_checkpoint` is a note kept outside the store, by an auditor for instance: only it can show that a whole log
    was replaced by an older or another one.
    Takes eight bytes of memory for each event id, 80 MB at 10M entries.
    """
    _hold_still(session)
    try:
        newest = _newest(session)
        outside = None if saved_checkpoint is None else _read(saved_checkpoint)
        walk = Walk(newest.size if newest else None, outside.size if outside else None, TileCheck(session))
        walk.through(streams.entries(session), streams.notes(session), streams.payloads(session))
        verifier, key = _key(walk.hand_overs, vkey)
        checkpoint, signed = _signed(session, verifier)
        walk.settle(checkpoint)
        walk.tree(session)
        saved = _saved(walk.hand_overs, saved_checkpoint, verifier)
        recorded = verify_events(session, events, progress, unread=unread) if events else ()
        steps = (key, signed, *walk.steps(), _continues(saved, walk), *recorded)
    except DBAPIError as error:
        return Report((Step(UNREADABLE, "store", False, f"the stored bytes cannot be read: {error.orig}"),), 0)
    return Report(steps, walk.size)


def _hold_still(session: Session) -> None:
    """One snapshot for all reads, so that writers may go on meanwhile; SQLite's readers have it anyway."""
    if session.get_bind().dialect.name == "postgresql" and not session.in_transaction():
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _key(overs: Sequence[HandOver], vkey: str) -> tuple[Verifier | None, Step]:
    """The key that signs now, which the pinned one leads to."""
    try:
        verifier, entries = followed(overs, Verifier.parse(vkey))
    except NoteRefused as error:
        return None, Step(1, "verifier key", False, str(error))
    through = f", which handed over in entry {', '.join(map(str, entries))}" if entries else ""
    return verifier, Step(1, "verifier key", True, f"{verifier.name}{through}")


def _newest(session: Session) -> Checkpoint | None:
    """What the newest checkpoint says, whoever signed it."""
    with suppress(UnicodeDecodeError):
        note = newest_note(session)
        return None if note is None else _read(note)
    return None


def _read(note: str) -> Checkpoint | None:
    try:
        return parse_checkpoint(split_note(note)[0])
    except NoteRefused:
        return None


def _signed(session: Session, verifier: Verifier | None) -> tuple[Checkpoint | None, Step]:
    checkpoint, detail = None, "there is no checkpoint"
    with suppress(UnicodeDecodeError):
        note = newest_note(session)
        if note is not None and verifier is not None:
            checkpoint, detail = _opened(note, verifier)
    return checkpoint, Step(2, "checkpoint", checkpoint is not None, detail)


def _opened(note: str, verifier: Verifier) -> tuple[Checkpoint | None, str]:
    try:
        checkpoint = open_checkpoint(note, verifier)
    except NoteRefused as error:
        return None, str(error)
    return checkpoint, f"{checkpoint.size} entries, signed by {verifier.name}"


def _saved(overs: Sequence[HandOver], note: str | None, verifier: Verifier | None) -> Checkpoint | str | None:
    """The saved checkpoint, why it is none, or nothing when none was given; a former key may have signed it."""
    if note is None:
        return None
    if verifier is None:
        return "the saved checkpoint cannot be read without a verifier key"
    for key in former_keys(overs, verifier):
        with suppress(NoteRefused):
            return open_checkpoint(note, key)
    checkpoint, detail = _opened(note, verifier)
    return checkpoint or _given_up(overs, note) or f"the saved checkpoint: {detail}"


def _given_up(overs: Sequence[HandOver], note: str) -> str | None:
    """That a key signed the note which this ledger does not follow any more, and which entry says why."""
    for one in reversed(overs):
        with suppress(NoteRefused):
            seen = open_checkpoint(note, one.former)
            return (
                f"the saved checkpoint of {seen.size} entries is signed by {one.former.vkey}, a key given up by entry "
                f"{one.index}: read there why, before you trust the key in use"
            )
    return None


def _continues(saved: Checkpoint | str | None, walk: Walk) -> Step:
    name = "saved checkpoint"
    if saved is None:
        return Step(13, name, True, "none was given")
    if isinstance(saved, str):
        return Step(13, name, False, saved)
    if walk.size < saved.size:
        return Step(13, name, False, f"the log has {walk.size} entries, the saved checkpoint {saved.size}")
    if walk.saved_root != saved.root:
        return Step(13, name, False, f"the first {saved.size} entries are not those that were signed then")
    return Step(13, name, True, f"the first {saved.size} entries are those that were signed then")


def numbered(report: Report) -> Iterator[str]:
    """One line a step, as the command line prints them."""
    for step in report.steps:
        yield f"{'ok  ' if step.passed else 'FAIL'} {step.number:>2} {step.name}: {step.detail}"
