"""What a verification remembers of millions of entries: eight bytes for each event id, one bit for each payload."""

from array import array
from collections.abc import Iterable, Iterator, Set

PARTS = 256
BLOCK = 512  # bytes
UNSIGNED = (1 << 64) - 1


class Ids:
    """Event ids by a 64-bit hash, in parts; two ids may share one, so whoever finds one twice looks at them again."""

    def __init__(self) -> None:
        self._parts = [array("Q") for _ in range(PARTS)]

    def add(self, event_id: str) -> None:
        """Remember that this id occurred."""
        key = _key(event_id)
        self._parts[key % PARTS].append(key)

    def suspects(self) -> frozenset[int]:
        """The hashes that occurred more than once."""
        found: set[int] = set()
        for part in self._parts:
            if len(set(part)) < len(part):
                seen: set[int] = set()
                found.update(key for key in part if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return frozenset(found)


def repeated(ids: Iterable[tuple[int, str]], suspects: Set[int]) -> Iterator[tuple[int, str]]:
    """Of entries with their ids, those whose id occurred before; only ids with these hashes are remembered."""
    seen: set[str] = set()
    for index, event_id in ids:
        if _key(event_id) in suspects:
            if event_id in seen:
                yield index, event_id
            seen.add(event_id)


def _key(event_id: str) -> int:
    return hash(event_id) & UNSIGNED  # keyed anew in every process, so that nobody can prepare ids that share one


class Marks:
    """A set of numbers of entries, one bit for each in blocks that hold any; a forged number takes one block."""

    def __init__(self) -> None:
        self._blocks: dict[int, bytearray] = {}

    def add(self, index: int) -> None:
        """Mark this number."""
        block, bit = divmod(index, 8 * BLOCK)
        self._blocks.setdefault(block, bytearray(BLOCK))[bit >> 3] |= 1 << (bit & 7)

    def __contains__(self, index: int) -> bool:
        block, bit = divmod(index, 8 * BLOCK)
        return block in self._blocks and bool(self._blocks[block][bit >> 3] >> (bit & 7) & 1)
