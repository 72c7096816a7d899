"""The tree: the vectors of RFC 6962, and every proof of every small tree."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledger import offline
from core.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_spans,
    cover,
    extends,
    fold,
    included,
    inclusion_spans,
    leaf_hash,
    tree_root,
)
from core.ledger.tiles import Pending

# The inputs and roots of the Certificate Transparency test data for RFC 6962.
INPUTS = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [bytes.fromhex(text) for text in (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)]  # fmt: skip
LARGEST = 40
LEAVES = [leaf_hash(bytes([number])) for number in range(LARGEST)]
TREES = [tree_root(LEAVES[:size]) for size in range(LARGEST + 1)]


def hashes_of(spans: list[tuple[int, int]]) -> list[bytes]:
    return [fold([tree_root(LEAVES[at << level : (at + 1) << level]) for level, at in cover(span)]) for span in spans]


def inclusion(index: int, size: int) -> list[bytes]:
    return hashes_of(inclusion_spans(index, size))


def consistency(old: int, size: int) -> list[bytes]:
    return hashes_of(consistency_spans(old, size))


def test_the_empty_tree_has_the_root_of_rfc_6962() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Frontier().root() == Pending().root() == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_equal_the_vectors_of_rfc_6962(size: int) -> None:
    leaves = [leaf_hash(body) for body in INPUTS[:size]]
    pending = Pending()
    for leaf in leaves:
        pending.append(leaf)

    assert tree_root(leaves) == ROOTS[size - 1]
    assert pending.root() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "path"), [
    (0, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (5, 8, ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (1, 5, ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
])  # fmt: skip
def test_inclusion_proofs_equal_the_published_ones(index: int, size: int, path: list[str]) -> None:
    leaves = [leaf_hash(body) for body in INPUTS]
    spans = inclusion_spans(index, size)
    proof = [fold([tree_root(leaves[at << level : (at + 1) << level]) for level, at in cover(span)]) for span in spans]

    assert [step.hex() for step in proof] == path
    assert included(leaves[index], index, proof, size, ROOTS[size - 1])


def test_every_inclusion_proof_of_every_small_tree_verifies_for_its_leaf_alone() -> None:
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = inclusion(index, size)
            fits = [at for at in range(size + 2) if included(LEAVES[index], at, proof, size, TREES[size])]
            assert fits == [index]


def test_every_consistency_proof_of_every_small_tree_verifies_for_its_sizes_alone() -> None:
    for size in range(1, LARGEST + 1):
        for old in range(1, size + 1):
            proof = consistency(old, size)
            assert extends(TREES[old], old, TREES[size], size, proof)
            assert not extends(TREES[old - 1], old, TREES[size], size, proof)
            assert not extends(TREES[old], old, TREES[size - 1], size, proof)


def test_a_proof_that_is_longer_shorter_or_reordered_is_refused() -> None:
    size, index = 29, 11
    proof = inclusion(index, size)
    wrong = [proof[:-1], proof[1:], [*proof, proof[0]], [b"\0" * 32, *proof], proof[::-1], []]

    assert not any(included(LEAVES[index], index, path, size, TREES[size]) for path in wrong)


def test_a_consistency_proof_that_is_longer_shorter_or_reordered_is_refused() -> None:
    proof = consistency(11, 29)
    wrong = [proof[:-1], proof[1:], [*proof, proof[0]], proof[::-1], []]

    assert not any(extends(TREES[11], 11, TREES[29], 29, path) for path in wrong)


@pytest.mark.parametrize(("old", "size"), [(0, 5), (6, 5), (-1, 5)])
def test_sizes_that_cannot_follow_one_another_have_no_proof(old: int, size: int) -> None:
    assert not extends(EMPTY_ROOT, old, TREES[size], size, [])
    with pytest.raises(ValueError, match="does not begin"):
        consistency_spans(old, size)


@pytest.mark.parametrize(("index", "size"), [(5, 5), (-1, 5), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    assert not included(LEAVES[0], index, [], size, TREES[size])
    with pytest.raises(ValueError, match="is not in a tree"):
        inclusion_spans(index, size)


def test_the_offline_verifier_agrees_on_every_small_tree() -> None:
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = inclusion(index, size)
            assert offline.included(LEAVES[index], index, proof, size, TREES[size])
            assert not offline.included(LEAVES[index], index, proof[:-1], size, TREES[size]) or size == 1
            old = offline.Checkpoint("", index + 1, TREES[index + 1])
            new = offline.Checkpoint("", size, TREES[size])
            assert index + 1 == size or offline.extends(old, new, consistency(index + 1, size))


@settings(deadline=None)  # a busy machine is not a fault
@given(st.integers(0, 700))
def test_the_stored_open_end_has_the_trees_root_and_survives_storage(size: int) -> None:
    pending, frontier = Pending(), Frontier()
    for number in range(size):
        leaf = hashlib.sha256(number.to_bytes(4, "big")).digest()
        pending.append(leaf)
        frontier.append(leaf)

    assert pending.root() == frontier.root()
    assert Pending.parse(size, pending.to_bytes()).root() == frontier.root()


def test_an_open_end_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="holds 31 bytes"):
        Pending.parse(1, b"\0" * 31)


def test_tiles_are_complete_in_order_and_given_once() -> None:
    pending = Pending()
    tiles = [tile for number in range(16**3) for tile in pending.append(number.to_bytes(32, "big"))]

    assert [tile.idx for tile in tiles if tile.level == 0] == list(range(256))
    assert [tile.idx for tile in tiles if tile.level == 1] == list(range(16))
    assert [tile.idx for tile in tiles if tile.level == 2] == [0]
    assert all(len(tile.hashes) == 512 for tile in tiles)
    first = [tile.hashes for tile in tiles if tile.level == 0]
    assert all(left < right for left, right in pairwise(first))
