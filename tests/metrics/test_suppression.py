"""Small cells: nobody in a group of few follows from what is shown, whatever the table."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.metrics.suppression import withheld


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({("a",): 40, ("b",): 30}, []),
        ({("a",): 40, ("b",): 3, ("c",): 20}, ["b", "c"]),  # alone it would be the total less the others
        (
            {("a",): 40, ("b",): 1, ("c",): 2, ("d",): 9},
            ["b", "c", "d"],
        ),  # two with three people would be known as such
        ({("a",): 40, ("b",): 3, ("c",): 4}, ["b", "c"]),
        ({("a",): 40, ("b",): 0}, []),  # nobody is singled out by nobody
        ({("a",): 3}, ["a"]),
    ],
)
def test_what_is_withheld_of_one_attribute(cells: dict[tuple[str, ...], int], expected: list[str]) -> None:
    assert sorted(cell for (cell,) in withheld(cells, 5)) == expected


def test_of_crossed_attributes_no_cell_follows_from_the_totals_of_a_row_and_a_column() -> None:
    cells = {("f", "x"): 3, ("f", "y"): 50, ("f", "z"): 20, ("m", "x"): 40, ("m", "y"): 30, ("m", "z"): 60}

    assert withheld(cells, 5) == {("f", "x"), ("f", "z"), ("m", "x"), ("m", "z")}


counts = st.lists(st.integers(0, 40), min_size=12, max_size=12)


@settings(max_examples=200, deadline=None)
@given(counts=counts, smallest=st.integers(2, 8))
def test_small_cells_are_hidden_and_every_known_total_leaves_two_or_none(counts: list[int], smallest: int) -> None:
    cells = dict(zip(product("fm", "abc", "xy"), counts, strict=True))

    hidden = withheld(cells, smallest)

    assert {cell for cell, count in cells.items() if 0 < count < smallest} <= hidden
    assert all(cells[cell] > 0 for cell in hidden)
    for place in range(3):
        for value in {cell[place] for cell in cells}:
            line = [cell for cell in cells if cell[place] == value]
            within = [cell for cell in line if cell in hidden]
            left = [cell for cell in line if cell not in hidden and cells[cell]]
            enough = len(within) > 1 and sum(cells[cell] for cell in within) >= smallest
            assert not within or enough or not left
