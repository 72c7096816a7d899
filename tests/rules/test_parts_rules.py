"""What a withdrawal reaches, whatever circles there are, and which links can be made."""

from collections.abc import Callable, Collection

from hypothesis import given
from hypothesis import strategies as st

from core.inventory.parts.rules import ENDS, Edge, Node, NodeKind, Relation, link_refusals, reach, seen_refusals

NODES = "ABCDEFGH"
edges = st.frozensets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=24)


def leaving(pairs: Collection[tuple[str, str]]) -> Callable[[Collection[str]], list[Edge]]:
    def of(nodes: Collection[str]) -> list[Edge]:
        return [Edge(source, Relation.FEEDS, target) for source, target in pairs if source in nodes]

    return of


def closure(pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Shortest distances by Floyd and Warshall (Communications of the ACM 5, 1962, 345), from one step on."""
    far = len(NODES) + 1
    length = {(a, b): 1 if (a, b) in pairs else far for a in NODES for b in NODES}
    for via in NODES:
        for a in NODES:
            for b in NODES:
                length[a, b] = min(length[a, b], length[a, via] + length[via, b])
    return {pair: steps for pair, steps in length.items() if steps < far}


@given(edges, st.sampled_from(NODES))
def test_a_withdrawal_reaches_what_a_path_leads_to_and_nothing_else(
    pairs: frozenset[tuple[str, str]], start: str
) -> None:
    found = {step.number: step.distance for step in reach(start, leaving(pairs))}

    assert found == {b: steps for (a, b), steps in closure(pairs).items() if a == start and b != start}


@given(edges, st.sampled_from(NODES))
def test_each_step_says_by_which_edge_it_was_reached(pairs: frozenset[tuple[str, str]], start: str) -> None:
    steps = {step.number: step for step in reach(start, leaving(pairs))}

    for step in steps.values():
        before = 0 if step.by.source == start else steps[step.by.source].distance
        assert (step.by.source, step.by.target) in pairs
        assert (step.by.target, step.distance) == (step.number, before + 1)


def test_a_long_chain_is_asked_for_once_a_distance() -> None:
    asked: list[int] = []

    def of(nodes: Collection[str]) -> list[Edge]:
        asked.append(len(nodes))
        return [Edge(one, Relation.FEEDS, str(int(one) + 1)) for one in nodes if int(one) < 300]

    assert len(reach("0", of)) == 300
    assert asked == [1] * 301


def codes(source: NodeKind, relation: Relation, target: NodeKind, **told: bool) -> list[str]:
    ends = Node("X1", source, told.get("retired", False)), Node("X2", target)
    return [reason.code for reason in link_refusals(ends[0], relation, ends[1], standing=told.get("standing", False))]


def test_a_relation_joins_its_kinds_and_no_others() -> None:
    for relation in Relation:
        for source in NodeKind:
            for target in NodeKind:
                expected = [] if (source, target) in ENDS[relation] else ["link-ends"]
                assert codes(source, relation, target) == expected, (source, relation, target)


def test_vendors_and_prompts_stand_at_the_beginning() -> None:
    targets = {target for pairs in ENDS.values() for _, target in pairs}
    sources = {source for pairs in ENDS.values() for source, _ in pairs}

    assert sources == set(NodeKind)
    assert set(NodeKind) - targets == {NodeKind.VENDOR}
    assert {source for source, target in ENDS[Relation.SUPPLIES] if target is NodeKind.PROMPT} == {NodeKind.VENDOR}


def test_nothing_retired_is_linked_and_nothing_twice_or_to_itself() -> None:
    model, feeds = NodeKind.MODEL, Relation.FEEDS

    assert codes(model, feeds, model, retired=True) == ["retired"]
    assert codes(model, feeds, model, standing=True) == ["link-standing"]
    assert [one.code for one in link_refusals(Node("X1", model), feeds, Node("X1", model), standing=False)] == [
        "link-self"
    ]


def test_a_withdrawal_needs_everything_it_breaks_to_have_been_seen() -> None:
    assert seen_refusals(frozenset({"M1"}), frozenset({"M1", "M2"})) == ()
    (reason,) = seen_refusals(frozenset({"M1", "M2"}), frozenset({"M1"}))
    assert (reason.code, "M2" in reason.message, "M1" in reason.message) == ("reach-unseen", True, False)
