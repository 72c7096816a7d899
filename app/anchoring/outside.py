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


def look_everywhere(place: Workplace, *, at: datetime) -> Hold | None:
    """Compare the store with every checkpoint that is kept outside; what holds the ledger afterwards, if anything.

    A place that cannot be reached is passed over: it is asked again with the next checkpoint that goes there.
    """
    for where, note in _kept(place):
        look_outside(place.store, place.ledger, note, where=where, at=at)
    return look_again(place.store, place.ledger)


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
    for one in places:
        if one.kind == Outside.WITNESS:
            try:
                note = witness_note(place, one.address)
            except (NoAnswer, GovernanceError) as error:
                log.warning("The witness %s cannot be asked: %s", one.number, error)
                continue
            if note is not None:
                yield f"{one.number}, {one.address}", note


__all__ = ["Standing", "folder_note", "look_everywhere", "remember_state", "witness_note"]
