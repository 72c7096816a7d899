"""Runs the typesetter in processes of their own: several reports one after the other, within limits for each."""

import json
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from core.errors import GovernanceError
from core.reports.typeset.glyphs import FONTS

HERE = Path(__file__).parent
MEMORY = 2 * 1024**3  # address space in bytes; a dossier of 16 pages takes a tenth of it
SECONDS = 60
RENEWED_AFTER = 25  # the typesetter keeps what it read: 40 dossiers took 715 MB


class RenderFailed(GovernanceError):
    """A report could not be typeset within its limits; says what the typesetter said."""


class Typesetter:
    """One process, started at the first report and started anew after many, or after one that went wrong."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._done = 0

    def typeset(self, folder: Path, *, seconds: int = SECONDS) -> None:
        """Typeset `report.typ` in this folder into `out.pdf`; raises `RenderFailed`."""
        process = self._running()
        self._done += 1
        answer = _asked(process, folder, seconds * 2)
        if answer is None:
            self.close()
            raise RenderFailed(f"The report was not typeset within {seconds * 2} seconds, or took too much memory.")
        error = json.loads(answer)["error"]
        if error or self._done >= RENEWED_AFTER:
            self.close()
        if error:
            raise RenderFailed(f"The report could not be typeset: {error}.")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process, self._done = None, 0

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            command = [sys.executable, "-I", str(HERE / "child.py"), str(FONTS)]
            self._process = subprocess.Popen(  # noqa: S603  our own file
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                bufsize=1,
                env={},
            )
        return self._process


class Typesetters:
    """Several typesetters for several threads; each serves one thread at a time."""

    def __init__(self, count: int) -> None:
        self._free: SimpleQueue[Typesetter] = SimpleQueue()
        self._all = tuple(Typesetter() for _ in range(count))
        self._closing = threading.Lock()
        for one in self._all:
            self._free.put(one)

    @contextmanager
    def one(self) -> Iterator[Typesetter]:
        """A typesetter that nobody else uses."""
        taken = self._free.get()
        try:
            yield taken
        finally:
            self._free.put(taken)

    def __enter__(self) -> "Typesetters":
        return self

    def __exit__(self, *_: object) -> None:
        with self._closing:
            for one in self._all:
                one.close()


def _asked(process: "subprocess.Popen[str]", folder: Path, seconds: float) -> str | None:
    """The answer of the process; None when it ended, or did not answer in time."""
    if process.stdin is None or process.stdout is None:
        return None
    try:
        process.stdin.write(f"{folder}\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], seconds)
        return process.stdout.readline() or None if ready else None
    except BrokenPipeError:
        return None
