"""Places in the figure of a system: what is needed stands left of what needs it, whatever circles there are."""

from hypothesis import given
from hypothesis import strategies as st

from app.layered import placed

NODES = "ABCDEFG"
edges = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=20)


@given(edges)
def test_no_two_nodes_share_a_place_and_all_have_one(pairs: list[tuple[str, str]]) -> None:
    places = placed(NODES, pairs)

    assert set(places) == set(NODES)
    assert len({(one.column, one.row) for one in places.values()}) == len(NODES)
    assert min(one.column for one in places.values()) >= 0


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
def test_without_circles_every_edge_leads_to_the_right(pairs: list[tuple[int, int]]) -> None:
    onward = [(NODES[min(pair)], NODES[max(pair)]) for pair in pairs if pair[0] != pair[1]]

    places = placed(NODES, onward)

    assert all(places[source].column < places[target].column for source, target in onward)


def test_a_circle_is_drawn_with_one_edge_back() -> None:
    places = placed("ABC", [("A", "B"), ("B", "C"), ("C", "A")])

    assert [places[node].column for node in "ABC"] == [0, 1, 2]
