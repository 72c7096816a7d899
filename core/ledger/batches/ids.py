"""Finds an event by its id: beside each file of events lies one of its ids, as sorted hashes of eight bytes."""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]


def hashes_of(ids: list[str]) -> Hashes:
    """The first eight bytes of the SHA-256 of each id, in the order of the ids."""
    sha256 = hashlib.sha256
    joined = b"".join([sha256(one.encode()).digest()[:8] for one in ids])
    return np.frombuffer(joined, dtype=">u8").astype(np.uint64)


def written(hashes: Hashes) -> bytes:
    """Sorted, little-endian."""
    return np.sort(hashes).astype("<u8").tobytes()


def read(path: Path) -> Hashes:
    """What `written` wrote, without reading it whole."""
    return np.memmap(path, dtype="<u8", mode="r")


def may_hold(path: Path, wanted: Hashes) -> NDArray[np.bool_]:
    """Of each hash whether it stands in the file; two ids in 2^64 share one, so the rows decide."""
    stored = read(path)
    places = np.minimum(np.searchsorted(stored, wanted), len(stored) - 1)
    return np.asarray(stored[places] == wanted)


def ids_in(table: pa.Table) -> list[str]:
    """The ids of a table of events."""
    ids: list[str] = table.column("id").to_numpy().tolist()
    return ids
