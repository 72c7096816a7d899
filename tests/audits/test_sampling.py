"""Sampling: anybody draws the same sample again with a hash and a sort, and no tier is left out."""

import hashlib
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.audits.sampling import Member, Method, digest_of, divide, draw, listed

TIERS = st.dictionaries(st.integers(1, 4), st.integers(1, 60), min_size=1)


def population(sizes: dict[int, int]) -> list[Member]:
    return [Member(f"M{tier}{n:03d}", tier, f"M{tier}{n:03d}") for tier, count in sizes.items() for n in range(count)]


def test_a_simple_sample_is_what_a_few_lines_of_anybody_give() -> None:
    members = population({1: 5, 2: 20, 3: 40})
    kept = listed(members)

    lines = [line.split("\t") for line in kept.splitlines()]
    order = sorted(key for key, _ in lines)  # from here on nothing of ours
    order.sort(key=lambda key: hashlib.sha256(b"dice of 3 March\n" + key.encode()).hexdigest())

    drawn = draw(members, seed="dice of 3 March", size=12, method=Method.SIMPLE)
    assert [one.key for one in drawn] == order[:12]
    assert digest_of(kept) == hashlib.sha256(kept.encode()).hexdigest()
    assert kept == "".join(f"{key}\t{tier}\n" for key, tier in sorted(lines))


def test_a_known_seed_gives_a_known_sample() -> None:
    """Ranks by `printf 'seed-1\\nM0001' | sha256sum` and so on, sorted by hand."""
    members = [Member(f"M000{n}", 1, f"M000{n}") for n in range(1, 6)]

    drawn = draw(members, seed="seed-1", size=3, method=Method.SIMPLE)

    ranks = {f"M000{n}": hashlib.sha256(f"seed-1\nM000{n}".encode()).hexdigest() for n in range(1, 6)}
    assert [one.key for one in drawn] == sorted(ranks, key=ranks.__getitem__)[:3]


@given(TIERS, st.integers(1, 250))
def test_a_division_gives_every_tier_a_place_and_none_more_than_it_has(sizes: dict[int, int], size: int) -> None:
    places = divide(sizes, size)

    assert sum(places.values()) == min(size, sum(sizes.values()))
    assert all(0 <= places[tier] <= sizes[tier] for tier in sizes)
    assert size < len(sizes) or all(places.values())


@given(TIERS, st.integers(5, 120))
def test_a_larger_tier_never_gets_fewer_places(sizes: dict[int, int], size: int) -> None:
    places = divide(sizes, size)

    by_size = sorted(sizes, key=lambda tier: (sizes[tier], -tier))
    assert all(places[first] <= places[second] for first, second in pairwise(by_size))


@given(TIERS, st.integers(1, 100), st.text(max_size=20))
def test_a_stratified_sample_takes_the_first_of_each_tier(sizes: dict[int, int], size: int, seed: str) -> None:
    members = population(sizes)

    drawn = draw(members, seed=seed, size=size, method=Method.STRATIFIED)

    ordered = sorted(members, key=lambda one: hashlib.sha256(f"{seed}\n{one.key}".encode()).digest())
    for tier, count in divide(sizes, size).items():
        assert [one for one in drawn if one.tier == tier] == [one for one in ordered if one.tier == tier][:count]
    assert [one.tier for one in drawn] == sorted(one.tier for one in drawn)


def test_the_order_of_the_population_changes_nothing() -> None:
    members = population({1: 9, 4: 30})

    for method in Method:
        one = draw(members, seed="x", size=10, method=method)
        assert one == draw(members[::-1], seed="x", size=10, method=method)
        assert one != draw(members, seed="y", size=10, method=method)
    assert listed(members) == listed(members[::-1])
