"""Draws a sample that anybody can draw again from the record: an order by hash, and a division over tiers by counting.

1. The population is a list of keys with tiers. Its digest is the SHA-256 of the lines “key, tab, tier, line feed” in
   the order of the keys' UTF-8 bytes.
2. The rank of a member is the SHA-256, in hexadecimal, of the seed, a line feed and the key, in UTF-8.
3. Simple random: the members with the lowest ranks, as many as the size says, in the order of rank.
4. Stratified by tier: each tier that has members gets one place, tier 1 first, while there are places. The places that
   are left are divided in proportion to the members that each tier has left: whole places first, then one each by the
   largest remainder, the lower tier first where two are equal. Within each tier the lowest ranks are taken, tier 1
   first.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """How the members are chosen."""

    SIMPLE = "simple random"
    STRATIFIED = "stratified by tier"


@dataclass(frozen=True)
class Member:
    """One of a population: `M0001`, `M0001 1.0.0` or `C0001`, the tier that counts for it, and the model it is of."""

    key: str
    tier: int
    model: str


def listed(members: Iterable[Member]) -> str:
    """The population as it is kept and digested: a line each, by key."""
    return "".join(f"{one.key}\t{one.tier}\n" for one in sorted(members, key=lambda one: one.key.encode()))


def digest_of(population: str) -> str:
    """SHA-256 of what `listed` gave."""
    return hashlib.sha256(population.encode()).hexdigest()


def rank(seed: str, key: str) -> str:
    """Where a member stands in the order of this seed."""
    return hashlib.sha256(f"{seed}\n{key}".encode()).hexdigest()


def draw(members: Sequence[Member], *, seed: str, size: int, method: Method) -> tuple[Member, ...]:
    """The sample, in the order in which it was drawn; everybody where `size` is the population's or more."""
    ordered = sorted(members, key=lambda one: rank(seed, one.key))
    if method is Method.SIMPLE:
        return tuple(ordered[:size])
    by_tier: dict[int, list[Member]] = {}
    for one in ordered:
        by_tier.setdefault(one.tier, []).append(one)
    places = divide({tier: len(found) for tier, found in by_tier.items()}, size)
    return tuple(one for tier in sorted(by_tier) for one in by_tier[tier][: places[tier]])


def divide(sizes: Mapping[int, int], size: int) -> dict[int, int]:
    """How many places of `size` each stratum gets; never more than it has members."""
    strata = sorted(sizes)
    if size >= sum(sizes.values()):
        return dict(sizes)
    places = {one: int(place < size) for place, one in enumerate(strata)}
    left, members = size - sum(places.values()), sum(sizes.values()) - len(strata)
    if left <= 0:
        return places
    shares = {one: divmod(left * (sizes[one] - 1), members) for one in strata}
    for one in strata:
        places[one] += shares[one][0]
    for one in sorted(strata, key=lambda tier: (-shares[tier][1], tier))[: size - sum(places.values())]:
        places[one] += 1
    return places
