"""The tree over the rows of one file: its root stands in the ledger, and leads to each row by a short proof."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from core.ledger.merkle import inclusion_spans, tree_root

Buffer: TypeAlias = "bytes | memoryview"


def leaves_of(leaf_inputs: Iterable[Buffer]) -> list[bytes]:
    """The leaf hash of each row, SHA-256(0x00 ‖ body)."""
    sha256 = hashlib.sha256
    return [sha256(one).digest() for one in leaf_inputs]


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of RFC 6962 over leaf hashes, level by level."""
    if not leaves:
        return tree_root([])
    sha256, level = hashlib.sha256, list(leaves)
    while len(level) > 1:
        pairs = iter(level)
        above = [sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
        if len(level) % 2:
            above.append(level[-1])  # RFC 6962 splits at the largest power of two, so an odd one rises as it is
        level = above
    return level[0]


def proof_of(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The inclusion proof of one row, its sibling first."""
    return tuple(root_of(leaves[start:end]) for start, end in inclusion_spans(index, len(leaves)))
