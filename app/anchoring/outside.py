"""Looks at what is kept outside, before this store goes on: folders, a state file, and witnesses."""

import logging
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from app.anchoring.calling import NoAnswer, call
from app.composition import Workplace
from core.errors import GovernanceError
from core.ledger.anchors.folder import newest_in_folder
from core.ledger.anchors.holding import Hold
from core.ledger.anchors.service import open_destinations
from core.ledger.anchors.standing import Standing, look_again, look_outside
from core.ledger.anchors.tables import Outside
from core.ledger.anchors.witness import place_of
from core.ledger.service import newest_note

log = logging.getLogger("countersign.anchors")
_SILENT: dict[Path, tuple[str, ...]] = {}  # by key folder, of this process


def look_everywhere(place: Workplace, *, at: datetime) -> Hold | None:
    """Compare the store with every checkpoint that is kept outside; what holds the ledger afterwards, if anything.

    A witness that does not answer is passed over and is one of `unanswered` until `ask_again` reaches it.
    """
    for where, note in _kept(place):
        look_outside(place.store, place.ledger, note, where=where, at=at)
    ask_again(place, at=at, every=True)
    return look_again(place.store, place.ledger)


def ask_again(place: Workplace, *, at: datetime, every: bool = False) -> tuple[str, ...]:
    """Ask the witnesses that have not answered since the start, or all; those that still have not."""
    silent = []
    with place.store.reading() as session:
        witnesses = [one for one in open_destinations(session) if one.kind == Outside.WITNESS]
    before = unanswered(place)
    for one in witnesses:
        where = f"{one.number}, {one.address}"
        if not every and where not in before:
            continue
        try:
            note = witness_note(place, one.address)
        except (NoAnswer, GovernanceError) as error:
            log.warning("The witness %s cannot be asked: %s", one.number, error)
            silent.append(where)
            continue
        if note is not None:
            look_outside(place.store, place.ledger, note, where=where, at=at)
    _SILENT[place.ledger.keyring.folder] = tuple(silent)
    return tuple(silent)


def unanswered(place: Workplace) -> tuple[str, ...]:
    """The witnesses that did not answer when this process looked: whether one is ahead of the store is not known."""
    return _SILENT.get(place.ledger.keyring.folder, ())


def witness_note(place: Workplace, address: str) -> str | None:
    """The last note of this log that a witness cosigned, as our witness shows it; raises `NoAnswer`."""
    answer = call(f"{address.rstrip('/')}/{place_of(place.ledger.origin)}/checkpoint", place.settings.anchor_hosts)
    return answer.text if answer.status == 200 else None


def remember_state(place: Workplace) -> None:
    """Write the newest checkpoint into the state file, whole or not at all; raises `OSError`."""
    path = place.settings.ledger_state
    with place.store.reading() as session:
        note = newest_note(session)
    if path is None or note is None:
        return
    draft = path.with_name(f".{path.name}.new")
    with draft.open("w", encoding="utf-8", newline="\n") as sink:
        sink.write(note)
        sink.flush()
        os.fsync(sink.fileno())
    os.replace(draft, path)


def folder_note(folder: Path, origin: str) -> str | None:
    """The newest checkpoint in a folder; none when the folder is not there or cannot be read."""
    try:
        return newest_in_folder(folder, origin)
    except (OSError, UnicodeDecodeError) as error:
        log.warning("The folder %s cannot be looked at: %s", folder, error)
        return None


def _kept(place: Workplace) -> Iterator[tuple[str, str]]:
    with place.store.reading() as session:
        places = open_destinations(session)
    folders = {str(folder): folder for folder in place.settings.anchor_folders}
    folders |= {f"{one.number}, {one.address}": Path(one.address) for one in places if one.kind == Outside.FOLDER}
    for where, folder in folders.items():
        note = folder_note(folder, place.ledger.origin)
        if note is not None:
            yield where, note
    state = place.settings.ledger_state
    if state is not None and state.exists():
        yield str(state), state.read_text(encoding="utf-8")


__all__ = ["Standing", "ask_again", "folder_note", "look_everywhere", "remember_state", "unanswered", "witness_note"]
