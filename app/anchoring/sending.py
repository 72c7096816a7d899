"""Delivers the newest checkpoint to one place outside, and keeps what comes back."""

import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from app.anchoring.calling import call
from app.anchoring.outside import folder_note, remember_state, witness_note
from app.composition import Workplace
from app.mail import send
from core.errors import GovernanceError, NotFound, Problem, Unreadable
from core.jobs.outbox.service import Message, Outcome
from core.ledger.anchors.asking import WitnessAhead, cosignature, size_seen, submission
from core.ledger.anchors.cosignatures import Witness
from core.ledger.anchors.folder import keep_in_folder
from core.ledger.anchors.holding import LedgerHeld, refuse_while_held
from core.ledger.anchors.service import destination, keep_anchor, last_arrived
from core.ledger.anchors.standing import look_outside
from core.ledger.anchors.tables import AnchorDestination, Outside
from core.ledger.anchors.timestamps import QUERY, stamp_request, verified_stamp
from core.ledger.checkpoints import parse_checkpoint
from core.ledger.notes import NoteRefused, split_note
from core.ledger.service import newest_note

_TRUST = "Let it know the key of this ledger, on its machine: countersign witness trust {vkey} --state DIR"
WAYS_OUT = defaultdict(str, {403: _TRUST, 404: _TRUST})  # by what a witness answers


def send_anchor(place: Workplace, message: Message, at: datetime) -> Outcome:
    """Send the newest checkpoint to the place of this message; never raises for what the place does."""
    started = time.perf_counter()
    try:
        said, arrived = _sent(place, message, at), True
    except (GovernanceError, OSError) as error:
        said, arrived = str(error).rstrip(".") or type(error).__name__, False
    return Outcome(arrived, said, round((time.perf_counter() - started) * 1000))


def _sent(place: Workplace, message: Message, at: datetime) -> str:
    with place.store.reading() as session:
        to, note = destination(session, message.receiver), newest_note(session)
    if to.closed_at is not None or note is None:
        raise NotFound("open place or checkpoint for", message.receiver)
    refuse_while_held(place.ledger.keyring.folder)
    match Outside(to.kind):
        case Outside.FOLDER:
            said = _to_folder(place, to, note, at)
        case Outside.MAILBOX:
            said = _to_mailbox(place, to, note, message, at)
        case Outside.WITNESS:
            said = _to_witness(place, to, note, at)
        case Outside.AUTHORITY:
            said = _to_authority(place, to, note, at)
    remember_state(place)
    return said


def size_of(note: str) -> int:
    """The number of entries under a checkpoint."""
    return parse_checkpoint(split_note(note)[0]).size


def allowed_folder(place: Workplace, address: str) -> Path:
    """The folder, if the installation lets checkpoints be kept there; raises `Unreadable`."""
    folder = Path(address)
    real = folder.resolve()
    if not folder.is_absolute() or not any(real.is_relative_to(root) for root in place.settings.anchor_folders):
        raise Unreadable([Problem("not a folder that is told", column="address", found=address, expected=_told(place))])
    return real


def _told(place: Workplace) -> str:
    named = ", ".join(map(str, place.settings.anchor_folders)) or "none yet"
    return f"one in or below those of COUNTERSIGN_ANCHOR_FOLDERS: {named}"


def _to_folder(place: Workplace, to: AnchorDestination, note: str, at: datetime) -> str:
    folder = allowed_folder(place, to.address)
    there = folder_note(folder, place.ledger.origin)
    if there is not None:
        _refuse_behind(place, to, there, at)
    path = keep_in_folder(folder, note)
    keep_anchor(place.store, to, size=size_of(note), at=at)
    return f"Kept as {path.name}"


def _to_mailbox(place: Workplace, to: AnchorDestination, note: str, message: Message, at: datetime) -> str:
    if place.settings.mail is None:
        raise NotFound("mail server for", to.number)
    host = place.settings.public_url.partition("://")[2].partition(":")[0]
    size = size_of(note)
    send(
        place.settings.mail,
        to=to.address,
        subject=f"Checkpoint of {place.ledger.origin}: {size} entries",
        text=mail_text(place.ledger.origin, size, note, place.ledger.vkey),
        message_id=f"<{message.number}@{host}>",
    )
    keep_anchor(place.store, to, size=size, at=at)
    return "Handed to the mail server"


def mail_text(origin: str, size: int, note: str, vkey: str) -> str:
    """The note as it is to be kept, and what it is good for."""
    return (
        f"Keep the lines between the rules. They state that the ledger {origin} had {size} entries, and which.\n"
        "Later, `countersign verify BUNDLE --state FILE` or the ledger page shows whether it was only continued.\n"
        f"\n-----\n{note}-----\n\nVerifier key: {vkey}\n"
    )


def _to_witness(place: Workplace, to: AnchorDestination, note: str, at: datetime) -> str:
    witness, size = Witness.parse(to.key), size_of(note)
    with place.store.reading() as session:
        old = last_arrived(session, to.number) or 0
    for _ in range(2):
        with place.store.reading() as session:
            try:
                body = submission(session, note, old=old)
            except WitnessAhead:
                _ask_what_it_saw(place, to, at)
                raise
        answer = call(f"{to.address.rstrip('/')}/add-checkpoint", place.settings.anchor_hosts, content=body.encode())
        if answer.status == 200:
            found = cosignature(note, answer.text, witness)
            keep_anchor(place.store, to, size=size, at=found.at, line=found.line)
            return f"Cosigned {size} entries"
        seen = size_seen(answer.text) if answer.status == 409 else None
        if seen is None or seen == old:
            break
        old = seen
    _ask_what_it_saw(place, to, at)
    said = f"The witness answered {answer.status}: {answer.text.strip()[:200]}"
    raise NoteRefused(f"{said} {WAYS_OUT[answer.status].format(vkey=place.ledger.vkey)}".strip())


def _ask_what_it_saw(place: Workplace, to: AnchorDestination, at: datetime) -> None:
    """Hold the ledger when the witness shows a checkpoint of ours that this store does not continue.

    A bare number holds nothing: whoever answers for the witness could make one up.
    """
    there = witness_note(place, to.address)
    if there is not None:
        _refuse_behind(place, to, there, at)


def _to_authority(place: Workplace, to: AnchorDestination, note: str, at: datetime) -> str:
    request = stamp_request(note)
    answer = call(to.address, place.settings.anchor_hosts, content=request.as_bytes(), headers={"Content-Type": QUERY})
    if answer.status != 200:
        raise NoteRefused(f"The authority answered {answer.status}")
    stamp = verified_stamp(answer.body, request, note, to.key)
    keep_anchor(place.store, to, size=size_of(note), at=stamp.at, token=stamp.token)
    return f"Stamped {size_of(note)} entries"


def _refuse_behind(place: Workplace, to: AnchorDestination, there: str, at: datetime) -> None:
    look_outside(place.store, place.ledger, there, where=f"{to.number}, {to.address}", at=at)
    refuse_while_held(place.ledger.keyring.folder)


__all__ = ["LedgerHeld", "allowed_folder", "mail_text", "send_anchor", "size_of"]
