"""How wide the columns of a table are: by their shares, but never narrower than what no line break can divide."""

from collections.abc import Sequence

from core.reports.layout.blocks import Badge, Cell, Cited, Column, Digest, Stacked
from core.reports.layout.words import SPACE

PAGE, GUTTER = 481.0, 10.0  # points: between the margins of a sheet, and beside each column
LETTER, SMALL, MONOSPACED = 4.35, 4.0, 4.2  # a letter at the size of tables, on the quieter line, and of a digest
BADGE, CITED = 17.0, 3.4  # what a badge adds, and each digit of a raised number
WORD = 22  # letters after which the template divides a word
BREAK = f",{SPACE}"  # where it divides a moment


def shares(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> tuple[float, ...]:
    """The shares of the columns, where what is too narrow took width from those that have some to give."""
    given = [one.share for one in columns]
    if not all(given) or not rows:
        return tuple(given)
    width = [one * PAGE / sum(given) for one in given]
    need = [max(_title(column), *(_least(row[place]) for row in rows)) + GUTTER for place, column in enumerate(columns)]
    if all(have >= least for have, least in zip(width, need, strict=True)):
        return tuple(given)
    missing = sum(max(least - have, 0.0) for have, least in zip(width, need, strict=True))
    spare = [max(have - least, 0.0) for have, least in zip(width, need, strict=True)]
    taken = min(1.0, missing / sum(spare)) if any(spare) else 0.0
    return tuple(
        max(have, least) if have < least else have - room * taken
        for have, least, room in zip(width, need, spare, strict=True)
    )


def _title(column: Column) -> float:
    return max(map(len, column.title.split(" "))) * SMALL


def _least(cell: Cell) -> float:
    """The width of the longest piece of a cell that stays on one line."""
    match cell:
        case Cited(shown, _):
            return _least(shown) + 4 * CITED
        case Badge(word, _):
            return len(word) * LETTER + BADGE
        case Digest(text):
            return len(text) * MONOSPACED if len(text) <= 3 * WORD else 0.0
        case Stacked(main, below):
            return max(_longest(main) * LETTER, _longest(below) * SMALL)
        case _:
            return _longest(cell) * LETTER


def _longest(text: str) -> int:
    """Letters of the longest piece without a place to break; a long word breaks anywhere."""
    pieces = (piece for line in text.replace(BREAK, ", ").split("\n") for piece in line.split(" "))
    return max((len(piece) for piece in pieces if SPACE in piece or len(piece) <= WORD), default=0)
