"""Tables that are too long to read on pages: the first rows stay, all of them travel as CSV, and the count is said."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.reports.formats.csv_files import csv_file
from core.reports.formats.grids import of_table
from core.reports.formats.laying import Laid
from core.reports.layout.blocks import Block, Section, Table
from core.reports.texts.formats import files as texts

MOST_ROWS = 500  # 20,000 rows would take six seconds and nobody would read them
SHOWN_ROWS = 25


@dataclass(frozen=True)
class Moved:
    """A table that travels as a file of its own."""

    name: str
    caption: str
    rows: int
    content: bytes


def with_tables_moved(laid: Laid, where: Callable[[str], str]) -> tuple[Laid, tuple[Moved, ...]]:
    """The document with its long tables shortened, and these tables whole; `where` says where a file is found."""
    moved: list[Moved] = []

    def shortened(section: Section, one: Block) -> Block:
        if not isinstance(one, Table) or len(one.rows) <= MOST_ROWS:
            return one
        content = csv_file(of_table(section.title, one, laid))
        moved.append(Moved(f"table-{len(moved) + 1:02d}.csv", one.caption, len(one.rows), content))
        said = texts.MOVED.format(rows=f"{len(one.rows):,}", shown=SHOWN_ROWS, where=where(moved[-1].name))
        return replace(one, rows=one.rows[:SHOWN_ROWS], note=" ".join(filter(None, (said, one.note))))

    sections = tuple(
        replace(section, blocks=tuple(shortened(section, one) for one in section.blocks))
        for section in laid.document.sections
    )
    return replace(laid, document=replace(laid.document, sections=sections)), tuple(moved)
