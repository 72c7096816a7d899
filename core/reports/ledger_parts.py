"""What a bundle carries of the ledger: the checkpoint, the entries it speaks of, and a proof for each."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LedgerEntry:
    """One entry as stored; `salt` (hexadecimal) and `payload` are empty where nothing was committed or it was erased."""

    index: int
    body: str
    salt: str
    payload: str


@dataclass(frozen=True)
class LedgerParts:
    """The signed checkpoint note, the key that verifies it, the entries and, by index, their `.tlog-proof` texts."""

    checkpoint: str
    vkey: str
    entries: tuple[LedgerEntry, ...]
    proofs: Mapping[int, str]
