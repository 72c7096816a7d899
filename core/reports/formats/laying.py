"""What every form adds to a report: numbered sources behind its figures, and what it says when a part is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Cited,
    Digest,
    Document,
    Facts,
    SignatureBlock,
    Source,
    Stacked,
    Statement,
    Table,
    Tone,
)
from core.reports.layout.words import counted
from core.reports.texts.formats import laying as texts
from core.reports.values.report import Gap, Report


@dataclass(frozen=True)
class Laid:
    """A document with its sources numbered in order of appearance; `warning` stands on the cover of one with gaps."""

    document: Document
    numbers: Mapping[Source, int]
    warning: Statement | None
    gaps: tuple[Gap, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources, the first as number 1."""
        return tuple(self.numbers)

    def number(self, cell: Cell) -> int | None:
        """The number of the source that a cell cites."""
        return self.numbers[cell.source] if isinstance(cell, Cited) else None


def laid(report: Report) -> Laid:
    """The report's document, ready for a renderer."""
    found: dict[Source, int] = {}
    for cell in cells(report.document):
        if isinstance(cell, Cited):
            found.setdefault(cell.source, len(found) + 1)
    return Laid(report.document, MappingProxyType(found), warning(report.gaps), report.gaps)


def warning(gaps: tuple[Gap, ...]) -> Statement | None:
    """“Not complete: 2 parts could not be built …”, with every reason."""
    if not gaps:
        return None
    said = texts.COULD_NOT_BE_BUILT.format(gaps=counted(len(gaps), "part"))
    listed = "\n".join(f"{gap.section}: {gap.reason}" for gap in gaps)
    return Statement(Badge(texts.NOT_COMPLETE, Tone.ATTENTION), said, listed)


def cells(document: Document) -> Iterator[Cell]:
    """Every cell, in the order of reading."""
    for _, cell in (*document.cover.cards, *document.cover.facts):
        yield cell
    for section in document.sections:
        for block in section.blocks:
            yield from cells_of(block)


def cells_of(block: Block) -> Iterator[Cell]:
    """The cells of a block, row by row."""
    match block:
        case Facts(_, rows) | SignatureBlock(rows):
            yield from (cell for _, cell in rows)
        case Table():
            yield from (cell for row in block.rows for cell in row)
        case _:
            return


def uncited(cell: Cell) -> str | Badge | Digest | Stacked:
    """The cell as it is shown, without its source."""
    return cell.shown if isinstance(cell, Cited) else cell


def words(cell: Cell) -> tuple[str, str]:
    """A cell as text: what it says, and the quieter line below it."""
    match uncited(cell):
        case Stacked(main, below):
            return main, below
        case Badge(word, _):
            return word, ""
        case Digest(text):
            return text, ""
        case text:
            return str(text), ""
