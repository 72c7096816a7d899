"""The Merkle tree of RFC 6962: one root for all entries, short proofs that an entry or an older tree is in it."""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()

Span = tuple[int, int]  # leaves from the first, up to and without the second
Node = tuple[int, int]  # level above the leaves, position within the level


def leaf_hash(body: bytes) -> bytes:
    """SHA-256(0x00 ‖ body), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\0" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Frontier:
    """The roots of the complete subtrees of a growing tree, largest first: enough to append and to tell the root."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    @classmethod
    def of(cls, size: int, roots: Sequence[bytes]) -> "Frontier":
        """The frontier of a tree that has grown already: the roots of its complete subtrees, largest first."""
        found = cls()
        found.size, found._roots = size, list(roots)
        return found

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash; at most one hash a level, one on average."""
        carry = leaf
        position = self.size
        while position & 1:
            carry = node_hash(self._roots.pop(), carry)
            position >>= 1
        self._roots.append(carry)
        self.size += 1

    def root(self) -> bytes:
        return fold(self._roots)


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def fold(roots: Sequence[bytes]) -> bytes:
    """One hash over neighbouring complete subtrees, largest first; the empty tree's root for none."""
    if not roots:
        return EMPTY_ROOT
    *others, result = roots
    for left in reversed(others):
        result = node_hash(left, result)
    return result


def cover(span: Span) -> list[Node]:
    """The complete subtrees that make up a span of a proof, largest first."""
    start, end = span
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def inclusion_spans(index: int, size: int) -> list[Span]:
    """What an inclusion proof of leaf `index` in a tree of `size` consists of, leaf's sibling first."""
    if not 0 <= index < size:
        raise ValueError(f"Leaf {index} is not in a tree of {size}.")
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, size: int) -> list[Span]:
    """What a proof consists of that the tree of `old` leaves is the beginning of the tree of `size`."""
    if not 0 < old <= size:
        raise ValueError(f"A tree of {old} does not begin a tree of {size}.")
    spans: list[Span] = []
    start, end, known = 0, size, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, known = middle, False
    if not known:
        spans.append((start, end))
    return spans[::-1]


def included(leaf: bytes, index: int, proof: Sequence[bytes], size: int, root: bytes) -> bool:
    """Whether `proof` leads from the leaf hash to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, result = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = node_hash(step, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, step)
        node, last = node >> 1, last >> 1
    return last == 0 and result == root


def extends(old_root: bytes, old: int, root: bytes, size: int, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows the old tree to be the beginning of the new one (RFC 9162 section 2.1.4.2)."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_result = result = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_result, result = node_hash(step, old_result), node_hash(step, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, step)
        node, last = node >> 1, last >> 1
    return last == 0 and old_result == old_root and result == root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
