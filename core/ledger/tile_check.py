"""Compares the stored tiles with those of the entries while the entries go by, one tile of each level at a time."""

from collections.abc import Iterator

from sqlmodel import Session

from core.ledger import streams
from core.ledger.tiles import Tile


class TileCheck:
    """Reads each level from its beginning, in step with the tiles that the entries complete."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stored: dict[int, Iterator[tuple[int, bytes]]] = {}
        self._next: dict[int, tuple[int, bytes] | None] = {}

    def against(self, tile: Tile) -> Iterator[str]:
        """One line for each thing that is wrong with the stored tiles up to this place of its level."""
        while (found := self._peek(tile.level)) is not None and found[0] < tile.idx:
            yield _stray(tile.level, self._take(tile.level))
        if found is None or found[0] > tile.idx:
            yield f"tile {tile.idx} of level {tile.level} is missing"
            return
        self._take(tile.level)
        if found[1] != tile.hashes:
            yield f"tile {tile.idx} of level {tile.level} differs at {_differing(tile, found[1])}"

    def rest(self) -> Iterator[str]:
        """One line for each stored tile that no entry completed."""
        for level in streams.tile_levels(self._session):
            while self._peek(level) is not None:
                yield _stray(level, self._take(level))

    def _peek(self, level: int) -> tuple[int, bytes] | None:
        if level not in self._stored:
            self._stored[level] = streams.tiles(self._session, level)
            self._next[level] = next(self._stored[level], None)
        return self._next[level]

    def _take(self, level: int) -> int:
        taken = self._next[level]
        self._next[level] = next(self._stored[level], None)
        return taken[0] if taken is not None else -1


def _stray(level: int, idx: int) -> str:
    return f"tile {idx} of level {level} covers entries that are not there"


def _differing(tile: Tile, hashes: bytes) -> str:
    """Which entries a tile's first difference speaks of."""
    at = next((n for n in range(16) if tile.hashes[32 * n : 32 * n + 32] != hashes[32 * n : 32 * n + 32]), 0)
    width = 16**tile.level
    first = (tile.idx * 16 + at) * width
    return f"entry {first}" if width == 1 else f"entries {first} to {first + width - 1}"
