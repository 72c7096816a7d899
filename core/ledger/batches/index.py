"""Finds an event by its id and proves its place: beside each file of events lies an index that follows from its rows.

Its bytes: the sorted hashes of the ids (8 each), their lines (4 each), and the levels of the tree from the nodes over
sixteen rows upwards (32 a hash). So an event is found, and proven, by reading sixteen rows and a dozen hashes.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from core.ledger.batches.tree import Level
from core.ledger.batches.writing import text_bytes, text_lengths

Hashes = NDArray[np.uint64]
LOW_LEVELS = 4  # of these the hashes are taken anew, from the sixteen rows
BLOCK = 1 << LOW_LEVELS
HASH, LINE, NODE = 8, 4, 32
WIDEST = 64  # bytes of an id
_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)


def hashes_of(ids: pa.ChunkedArray) -> Hashes:
    """Eight bytes for each id: a mixing of its bytes that finds and proves nothing, the rows decide.

    Two ids may share one, by chance or on purpose; that costs a look at the rows.
    """
    lengths = text_lengths(ids)
    joined = np.concatenate(text_bytes(ids))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    padded = np.zeros((len(lengths), WIDEST), np.uint8)
    for length in np.unique(lengths).tolist():
        chosen = np.flatnonzero(lengths == length)
        padded[chosen, :length] = joined[starts[chosen][:, None] + np.arange(length)]
    mixed = lengths.astype(np.uint64)
    for word in padded.view("<u8").T:
        mixed = (mixed ^ word) * _FIRST
        mixed ^= mixed >> np.uint64(29)
        mixed *= _SECOND
        mixed ^= mixed >> np.uint64(32)
    return mixed


def index_bytes(hashes: Hashes, levels: Sequence[Level]) -> bytes:
    """The index of a file whose ids have these hashes and whose tree has these levels."""
    order = np.argsort(hashes, kind="stable")
    kept = [b"".join(level) for level in levels[LOW_LEVELS:]]
    return b"".join([hashes[order].astype("<u8").tobytes(), order.astype("<u4").tobytes(), *kept])


def size_of(rows: int) -> int:
    """How many bytes the index of so many rows has."""
    return rows * (HASH + LINE) + NODE * sum(_widths(rows))


class Index:
    """The index of one file, read where it is asked."""

    def __init__(self, path: Path, rows: int) -> None:
        self._raw, self._rows = np.asarray(np.memmap(path, dtype=np.uint8, mode="r")), rows
        self._hashes = self._raw[: rows * HASH].view("<u8")

    def may_hold(self, wanted: Hashes) -> NDArray[np.bool_]:
        """Of each hash whether it stands in the file."""
        places = np.minimum(np.searchsorted(self._hashes, wanted), self._rows - 1)
        return np.asarray(self._hashes[places] == wanted)

    def lines(self, wanted: np.uint64) -> list[int]:
        """The lines whose id has this hash."""
        first, last = (int(np.searchsorted(self._hashes, wanted, side)) for side in ("left", "right"))
        lines = self._raw[self._rows * HASH : self._rows * (HASH + LINE)].view("<u4")[first:last]
        return [int(line) for line in lines]

    def upper_path(self, line: int) -> list[bytes]:
        """The neighbours on the way from the node over the line's sixteen rows to the root."""
        path, position, start = list[bytes](), line >> LOW_LEVELS, self._rows * (HASH + LINE)
        for width in _widths(self._rows):
            if position ^ 1 < width:
                at = start + (position ^ 1) * NODE
                path.append(self._raw[at : at + NODE].tobytes())
            start, position = start + width * NODE, position >> 1
        return path


def _widths(rows: int) -> list[int]:
    """How many nodes the kept levels have, the lowest first; none where the tree ends below them."""
    widths, width = list[int](), -(-rows // BLOCK)
    if rows <= BLOCK // 2:
        return widths
    while True:
        widths.append(width)
        if width == 1:
            return widths
        width = -(-width // 2)
