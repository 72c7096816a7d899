"""The keys that sign this ledger: the one in use, and the one that takes over from it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import GovernanceError
from core.ledger.keys import load_or_make_signer, load_signer, make_signer
from core.ledger.notes import Signer

CURRENT, NEXT = "ledger.key", "ledger.key.next"


class KeyNotHere(GovernanceError):
    """The ledger is signed with a key whose file this installation does not hold."""

    def __init__(self, vkey: str) -> None:
        self.vkey = vkey
        super().__init__(
            f"The ledger is signed with {vkey}, and its key file is not here. Put the file {CURRENT} of that key back."
        )


class Keyring:
    """The key files of one installation; another process may hand over to the next key at any moment."""

    def __init__(self, folder: Path, *, origin: str) -> None:
        self.folder = folder
        self._signer = load_or_make_signer(folder / CURRENT, origin)
        self._seen = (0, 0)
        self._seen = self._stamp()

    @property
    def current(self) -> Signer:
        """The key in use, read again when its file was replaced."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._signer, self._seen = load_signer(self.folder / CURRENT), stamp
        return self._signer

    def named(self, vkey: str) -> Signer:
        """The key of this name: the one in use, or the one that waits; raises `KeyNotHere`."""
        if self.current.vkey == vkey:
            return self._signer
        with self._alone():  # else the key could take over between the two looks
            for signer in (self.current, self._waiting()):
                if signer is not None and signer.vkey == vkey:
                    return signer
        raise KeyNotHere(vkey)

    def prepare(self, origin: str) -> Signer:
        """Make the key that is to take over; one that was made before and never used is dropped."""
        with self._alone():
            (self.folder / NEXT).unlink(missing_ok=True)
            return make_signer(self.folder / NEXT, origin)

    def take_over(self, signer: Signer) -> None:
        """Put the key that waits in the place of the one in use, which is destroyed.

        Only a key of another log, one that was resumed after a loss, is kept aside: an older copy may turn up.
        """
        with self._alone():
            waits = self._waiting()
            if self.current.vkey == signer.vkey or waits is None or waits.vkey != signer.vkey:
                return
            if self._signer.name != signer.name:
                with suppress(FileExistsError):
                    os.link(self.folder / CURRENT, self.folder / f"{CURRENT}.{self._signer.vkey.split('+')[1]}")
            os.replace(self.folder / NEXT, self.folder / CURRENT)

    def _waiting(self) -> Signer | None:
        path = self.folder / NEXT
        return load_signer(path) if path.exists() else None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of all processes and threads one decides which key waits: what it looked at is what it puts in place."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # ends with the process, however that ends
            yield
        finally:
            os.close(folder)

    def _stamp(self) -> tuple[int, int]:
        try:
            found = os.stat(self.folder / CURRENT)
        except FileNotFoundError:  # whoever removes the file does not stop a server that holds the key
            return self._seen
        return found.st_ino, found.st_mtime_ns
