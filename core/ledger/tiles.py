"""The tree as stored: complete tiles of sixteen hashes, and the hashes in the head that fill no tile yet."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlmodel import Session

from core.ledger.merkle import Node, Span, cover, fold, tree_root
from core.ledger.tables import LogTile, table_of

HEIGHT = 4
WIDTH = 1 << HEIGHT
HASH = 32


@dataclass(frozen=True)
class Tile:
    """Sixteen neighbouring hashes; those of level n are the roots of tiles of level n - 1, those of level 0 leaves."""

    level: int
    idx: int
    hashes: bytes


@dataclass
class Pending:
    """The hashes outside complete tiles: of each level as many as that base-16 digit of the size, lowest first."""

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)

    @classmethod
    def parse(cls, size: int, frontier: bytes) -> "Pending":
        """Read what `to_bytes` wrote; a length that does not fit the size raises `ValueError`."""
        levels, rest, at = [], size, 0
        while rest:
            count = rest % WIDTH
            levels.append([frontier[at + n * HASH : at + (n + 1) * HASH] for n in range(count)])
            at, rest = at + count * HASH, rest // WIDTH
        if at != len(frontier):
            raise ValueError(f"The head holds {len(frontier)} bytes where a tree of {size} leaves needs {at}.")
        return cls(size, levels)

    def to_bytes(self) -> bytes:
        return b"".join(hash_ for level in self.levels for hash_ in level)

    def append(self, leaf: bytes) -> list[Tile]:
        """Add a leaf hash; the tiles that it completes, lowest first."""
        complete: list[Tile] = []
        carry, level = leaf, 0
        while True:
            if level == len(self.levels):
                self.levels.append([])
            row = self.levels[level]
            row.append(carry)
            if len(row) < WIDTH:
                break
            complete.append(Tile(level, self.size >> HEIGHT * (level + 1), b"".join(row)))
            carry = tree_root(row)
            row.clear()
            level += 1
        self.size += 1
        return complete

    def root(self) -> bytes:
        """The tree's root: the complete subtrees of every level, largest first."""
        parts: list[bytes] = []
        for row in reversed(self.levels):
            parts += [_subtree(row, node) for node in cover((0, len(row)))]
        return fold(parts)


AT_ONCE = 500  # tiles in one query


class StoredTree:
    """The nodes of the stored tree up to the head; reads only the tiles that a proof needs."""

    def __init__(self, session: Session, pending: Pending) -> None:
        self._session, self._pending = session, pending

    def proof(self, spans: Sequence[Span]) -> tuple[bytes, ...]:
        """The hashes of these spans (see `merkle.inclusion_spans`), with one query."""
        covers = [cover(span) for span in spans]
        tiles = self._tiles({_place(node) for nodes in covers for node in nodes})
        return tuple(fold([self._node(tiles, node) for node in nodes]) for nodes in covers)

    def proofs(self, wanted: Sequence[Sequence[Span]]) -> Iterator[tuple[bytes, ...]]:
        """As `proof`, for many at once: a tile is read once, and a node that several proofs hold is computed once."""
        covers = [[cover(span) for span in spans] for spans in wanted]
        places = sorted({_place(node) for spans in covers for nodes in spans for node in nodes})
        tiles: dict[Node, list[bytes]] = {}
        for at in range(0, len(places), AT_ONCE):
            tiles |= self._tiles(places[at : at + AT_ONCE])
        known: dict[Node, bytes] = {}

        def hash_of(node: Node) -> bytes:
            if node not in known:
                known[node] = self._node(tiles, node)
            return known[node]

        for spans in covers:
            yield tuple(fold([hash_of(node) for node in nodes]) for nodes in spans)

    def root(self, size: int) -> bytes:
        """The root that the tree had at an earlier size."""
        return self.proof([(0, size)])[0]

    def _tiles(self, places: Iterable[Node]) -> dict[Node, list[bytes]]:
        tiles: dict[Node, list[bytes]] = {}
        stored: dict[str, list[int]] = {f"level{level}": [] for level in range(len(self._pending.levels))}
        for level, idx in places:
            if idx == self._pending.size >> HEIGHT * (level + 1):
                tiles[level, idx] = self._pending.levels[level]
            else:
                stored[f"level{level}"].append(idx)
        if any(stored.values()):
            rows = self._session.execute(_tiles_of(len(stored)), stored)
            tiles |= {(level, idx): split(hashes) for level, idx, hashes in rows}
        return tiles

    def _node(self, tiles: dict[Node, list[bytes]], node: Node) -> bytes:
        level, position = node
        place = _place(node)
        inside = level % HEIGHT
        if place not in tiles:
            raise ValueError(f"Tile {place[1]} of level {place[0]} is missing.")
        return _subtree(tiles[place], (inside, position % (WIDTH >> inside)))


@cache
def _tiles_of(levels: int) -> Select[tuple[int, int, bytes]]:
    """Tiles by position, level by level: SQLite would read the whole table for (level, idx) IN (…)."""
    table = table_of(LogTile).c
    one = (and_(table.level == n, table.idx.in_(bindparam(f"level{n}", expanding=True))) for n in range(levels))
    return select(table.level, table.idx, table.hashes).where(or_(*one))


def split(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]


def _place(node: Node) -> Node:
    """The tile (level, position) that holds a node of the tree."""
    level, position = node
    return level // HEIGHT, position >> (HEIGHT - level % HEIGHT)


def _subtree(hashes: Sequence[bytes], node: Node) -> bytes:
    level, position = node
    return tree_root(hashes[position << level : (position + 1) << level])
