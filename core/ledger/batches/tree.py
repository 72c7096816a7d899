"""The tree over the rows of one file: its root stands in the ledger, and leads to each row by a short proof."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

from core.ledger.batches.writing import Written
from core.ledger.merkle import EMPTY_ROOT

Level = list[bytes]


def leaves_of(rows: Written) -> Level:
    """The leaf hash of each row, SHA-256(0x00 ‖ body)."""
    sha256, data = hashlib.sha256, rows.data
    return [sha256(data[start:end]).digest() for start, end in pairwise(rows.ends)]


def levels_over(leaves: Sequence[bytes]) -> Iterator[Level]:
    """The levels of the tree of RFC 6962, leaves first, root last.

    RFC 6962 splits at the largest power of two, so a node without a neighbour rises as it is.
    """
    sha256, level = hashlib.sha256, list(leaves)
    yield level
    while len(level) > 1:
        pairs = iter(level)
        above = [sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
        yield level


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of RFC 6962 over leaf hashes."""
    root = EMPTY_ROOT
    for level in levels_over(leaves):
        root = level[0] if level else EMPTY_ROOT
    return root


def proof_of(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The inclusion proof of one row, its sibling first."""
    return tuple(sibling(list(levels_over(leaves)), index))


def sibling(levels: Sequence[Sequence[bytes]], index: int) -> Iterator[bytes]:
    """The neighbours on the way up from this position of the first level; a node without one has none."""
    for level in levels[:-1]:
        if index ^ 1 < len(level):
            yield level[index ^ 1]
        index >>= 1
