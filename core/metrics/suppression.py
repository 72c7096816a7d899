"""Which cells of a table of counts are withheld, so that nobody in a small group can be singled out.

Cells of fewer than `smallest` people are withheld, and as many more as it takes that none of them follows from a total:
wherever the cells of a line add up to a number that is known, either none of them is withheld, or at least two that
hold `smallest` people together (complementary suppression; Willenborg and de Waal, Elements of Statistical Disclosure
Control, 2001, chapter 6). Empty cells say nothing of anybody and stay.
"""

from collections.abc import Iterator, Mapping

Cell = tuple[str, ...]


def withheld(cells: Mapping[Cell, int], smallest: int) -> frozenset[Cell]:
    """The cells to withhold: crossed values, one of each attribute; totals of each value and of all are known."""
    hidden = {cell for cell, count in cells.items() if 0 < count < smallest}
    changed = bool(hidden)
    while changed:
        changed = False
        for line in _lines(cells):
            further = _further(line, cells, hidden, smallest)
            if further is not None:
                hidden.add(further)
                changed = True
    return frozenset(hidden)


def _lines(cells: Mapping[Cell, int]) -> Iterator[list[Cell]]:
    """The cells that add up to a known total: all of them, and those of each value of each attribute."""
    yield list(cells)
    width = max((len(cell) for cell in cells), default=0)
    if width < 2:
        return
    for place in range(width):
        for value in sorted({cell[place] for cell in cells}):
            yield [cell for cell in cells if cell[place] == value]


def _further(line: list[Cell], cells: Mapping[Cell, int], hidden: set[Cell], smallest: int) -> Cell | None:
    """The next cell of this line to withhold: the smallest that is still shown and holds somebody."""
    within = [cell for cell in line if cell in hidden]
    if not within or (len(within) > 1 and sum(cells[cell] for cell in within) >= smallest):
        return None
    shown = [cell for cell in line if cell not in hidden and cells[cell] > 0]
    return min(shown, key=lambda cell: (cells[cell], cell), default=None)
