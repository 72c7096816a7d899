"""The keys that sign this ledger: the one in use, and the one that takes over from it."""

import os
from contextlib import suppress
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
        waiting = self.folder / NEXT
        signer = load_signer(waiting) if waiting.exists() else None
        if signer is None or signer.vkey != vkey:
            raise KeyNotHere(vkey)
        return signer

    def prepare(self, origin: str) -> Signer:
        """Make the key that is to take over; one that was made before and never used is dropped."""
        (self.folder / NEXT).unlink(missing_ok=True)
        return make_signer(self.folder / NEXT, origin)

    def take_over(self, signer: Signer) -> None:
        """Put the key that waits in the place of the one in use, which is destroyed.

        Only a key of another log, one that was resumed after a loss, is kept aside: an older copy may turn up.
        """
        current, waiting = self.folder / CURRENT, self.folder / NEXT
        if self.current.vkey == signer.vkey or not waiting.exists() or load_signer(waiting).vkey != signer.vkey:
            return
        if self._signer.name != signer.name:
            with suppress(FileExistsError):
                os.link(current, self.folder / f"{CURRENT}.{self._signer.vkey.split('+')[1]}")
        with suppress(FileNotFoundError):  # another process was faster
            os.replace(waiting, current)

    def _stamp(self) -> tuple[int, int]:
        try:
            found = os.stat(self.folder / CURRENT)
        except FileNotFoundError:  # whoever removes the file does not stop a server that holds the key
            return self._seen
        return found.st_ino, found.st_mtime_ns
