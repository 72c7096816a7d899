"""A file that comes in: for its owner alone, and gone after the block, also where closing it finds no room."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def incoming(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Where it lies and how it is written; who reads it in the block flushes it first.

    A temporary file of Python's own stays where it is when the rest of its buffer does not fit on the disk.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"incoming-{secrets.token_hex(8)}"
    sink = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        yield path, sink
    finally:
        path.unlink(missing_ok=True)
        with suppress(OSError):  # what is left to be written belongs to nobody any more
            sink.close()
