"""Lends the content of sealed files to readers that want a path, without a plain byte on any disk."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

IN_MEMORY = 1 << 29  # bytes; what is larger lies in a file without a name, which ends with the process


@contextmanager
def lent(chunks: Iterable[bytes], size: int) -> Iterator[Path]:
    """A path under which these bytes are read until the block ends, by this process and by those it starts.

    On Linux that is memory, and nothing is left of it however the process ends. Elsewhere it is a file of its owner
    alone in the folder for temporary files, removed with the block.
    """
    if sys.platform != "linux":
        with tempfile.NamedTemporaryFile(prefix="unsealed-") as sink:
            _fill(sink.fileno(), chunks)
            yield Path(sink.name)
        return
    if size <= IN_MEMORY:
        descriptor = os.memfd_create("unsealed", os.MFD_CLOEXEC)
    else:
        descriptor = os.open(tempfile.gettempdir(), os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        _fill(descriptor, chunks)
        yield Path(f"/proc/{os.getpid()}/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _fill(descriptor: int, chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        left = memoryview(chunk)
        while left:
            left = left[os.write(descriptor, left) :]
