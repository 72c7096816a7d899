"""What the columns of a table hold, told while it streams by: type, missing values, distinct values, examples."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

import polars as pl

from core.errors import Problem
from core.validation.uploads.blocks import Block
from core.validation.uploads.limits import Limits
from core.validation.uploads.numbers import DECIMAL_COMMA, INTEGER, NUMBER_OR_DECIMAL_COMMA
from core.validation.uploads.problems import Problems, shown

EXAMPLES = 20
LONGEST_EXAMPLE = 80


class ColumnType(StrEnum):
    """What every value of a column is; text when they differ."""

    EMPTY = "empty"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXT = "text"


NUMERIC = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL})
PATTERNS = (  # from narrow to wide; a leading zero makes a code, not a number, unless a decimal point follows
    (ColumnType.INTEGER, INTEGER),
    (ColumnType.DECIMAL, r"^[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"),
    (ColumnType.BOOLEAN, r"^(?i:true|false)$"),
    (ColumnType.DATE, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?$"),
)


@dataclass(frozen=True)
class ColumnPreview:
    """One column as it is: `distinct` counts up to a cap; `examples` are the first distinct values, masked and cut.

    With at most 20 distinct values, `examples` holds them all.
    """

    name: str
    inferred_type: ColumnType
    missing: int
    distinct: int
    examples: tuple[str, ...]


@dataclass
class _Column:
    """One column on the way: the types still possible, and the values seen."""

    name: str
    cap: int
    possible: list[tuple[ColumnType, str]] = field(default_factory=lambda: list(PATTERNS))
    typed: ColumnType | None = None
    missing: int = 0
    seen: dict[str, None] = field(default_factory=dict)

    def look(self, cells: pl.Series) -> None:
        self.missing += cells.null_count()
        if cells.dtype != pl.String:
            self.typed = _type_of(cells.dtype)
        if len(self.seen) < self.cap:
            cells = cells.drop_nulls().unique(maintain_order=True)
            self.seen.update(dict.fromkeys(islice(_texts(cells), self.cap)))
        while self.typed is None and self.possible and not _all_match(cells, self.possible[0][1]):
            self.possible.pop(0)
            self._recheck()

    def _recheck(self) -> None:
        """A wider type must fit the values of earlier blocks too; decimals include integers, nothing else overlaps."""
        if self.possible and self.possible[0][0] in (ColumnType.BOOLEAN, ColumnType.DATE) and self.seen:
            first = pl.Series([next(iter(self.seen))], dtype=pl.String)
            if not _all_match(first, self.possible[0][1]):
                self.possible.pop(0)
                self._recheck()

    def preview(self) -> ColumnPreview:
        fitting = self.possible[0][0] if self.possible else ColumnType.TEXT
        inferred = self.typed or (fitting if self.seen else ColumnType.EMPTY)
        examples = tuple(text[:LONGEST_EXAMPLE] for text in islice(self.seen, EXAMPLES))
        return ColumnPreview(self.name, inferred, self.missing, min(len(self.seen), self.cap), examples)


def profile(blocks: Iterable[Block], limits: Limits) -> tuple[int, tuple[ColumnPreview, ...]]:
    """Rows and columns of a table."""
    rows, columns = 0, dict[str, _Column]()
    for block in blocks:
        rows += block.frame.height
        for cells in block.frame.iter_columns():
            columns.setdefault(cells.name, _Column(cells.name, limits.distinct)).look(cells)
    return rows, tuple(column.preview() for column in columns.values())


def without_decimal_commas(blocks: Iterable[Block], limits: Limits) -> Iterator[Block]:
    """Pass the blocks on; at the end raise `Unreadable` for columns whose values are numbers with decimal commas."""
    places: dict[str, list[Problem] | None] = {}
    for block in blocks:
        for cells in block.frame.iter_columns():
            seen = places.setdefault(cells.name, [])
            if seen is not None:
                fits = _all_match(cells, NUMBER_OR_DECIMAL_COMMA)
                places[cells.name] = [*seen, *_commas(cells, block, limits.problems - len(seen))] if fits else None
        yield block
    problems = Problems(limits.problems)
    for found in places.values():
        problems.extend(found or ())
    problems.settle()


def _commas(cells: pl.Series, block: Block, room: int) -> Iterator[Problem]:
    for row in cells.str.contains(DECIMAL_COMMA).arg_true().head(max(0, room)):
        yield Problem("a decimal comma", block.lines[row], cells.name, shown(cells[row]), "a decimal point")


def _all_match(cells: pl.Series, pattern: str) -> bool:
    return bool(cells.str.contains(pattern).all())  # nulls are passed over


def _texts(cells: pl.Series) -> Iterator[str]:
    yield from cells.cast(pl.String)


def _type_of(dtype: pl.DataType) -> ColumnType:
    if dtype.is_integer():
        return ColumnType.INTEGER
    if dtype.is_float() or dtype.is_decimal():
        return ColumnType.DECIMAL
    if dtype == pl.Boolean:
        return ColumnType.BOOLEAN
    return ColumnType.DATE if dtype.is_temporal() else ColumnType.TEXT
