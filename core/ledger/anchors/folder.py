"""A folder outside that keeps checkpoints: each in a file of its own that is never written again."""

import os
import re
import secrets
from pathlib import Path

from core.ledger.anchors.witness import place_of
from core.ledger.checkpoints import parse_checkpoint
from core.ledger.notes import NoteRefused, split_note

_NAME = re.compile(r"checkpoint-([0-9a-f]{8})-(\d{12})\.txt")


def file_name(note: str) -> str:
    """`checkpoint-LOG-SIZE.txt`: eight digits of the log's name, twelve of the size, so that names sort by size."""
    checkpoint = parse_checkpoint(split_note(note)[0])
    return f"checkpoint-{place_of(checkpoint.origin)[:8]}-{checkpoint.size:012}.txt"


def keep_in_folder(folder: Path, note: str) -> Path:
    """Write the note there, whole or not at all; a file that is there stays as it is. Raises `OSError`.

    A file of that name with another text raises `NoteRefused`: two histories of one size were signed.
    """
    path = folder / file_name(note)
    if path.exists():
        return _unchanged(path, note)
    draft = folder / f".{path.name}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(note.encode())
            sink.flush()
            os.fsync(sink.fileno())
        _name_once(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _synchronise(folder)
    return _unchanged(path, note)


def newest_in_folder(folder: Path, origin: str) -> str | None:
    """The note of the largest checkpoint of this log that the folder holds, unjudged; raises `OSError`."""
    found = [match for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))]
    mine = [match for match in found if match[1] == place_of(origin)[:8]]
    if not mine:
        return None
    return (folder / max(mine, key=lambda match: int(match[2]))[0]).read_text(encoding="utf-8")


def _name_once(draft: Path, path: Path) -> None:
    """Give the file its name unless the name is taken; a link, unlike a rename, never replaces.

    File systems without links (some network shares) get the name by renaming, after a look.
    """
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:
        if not path.exists():
            os.rename(draft, path)


def _unchanged(path: Path, note: str) -> Path:
    if split_note(path.read_text(encoding="utf-8"))[0] != split_note(note)[0]:
        raise NoteRefused(f"{path.name} is there already and says something else.")
    return path


def _synchronise(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
