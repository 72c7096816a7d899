"""What kind of values a column has in either file, and how the engine reads them so that both files compare."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.frames.profile import ColumnType
from core.frames.source import Table

FIRST_ROWS = 1_000
TEXT = "VARCHAR"
FLOATS = ("FLOAT", "DOUBLE", "DECIMAL")
WHOLES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
          "UHUGEINT")  # fmt: skip


@dataclass(frozen=True)
class Side:
    """A column of one of the two files: its engine name, its storage type and what its values are."""

    table: Table
    key: str
    storage: str
    type: ColumnType
    rows: int

    @property
    def number(self) -> str:
        """The engine's expression of the value as a double: NULL or NaN where it is missing or no number."""
        cast = "CAST" if self.storage.startswith((*FLOATS, *WHOLES)) else "TRY_CAST"
        return self.key if self.storage == "DOUBLE" else f"{cast}({self.key} AS DOUBLE)"

    @property
    def missing(self) -> str:
        """The engine's condition of a missing value: NULL, blank text or NaN."""
        if self.storage in ("FLOAT", "DOUBLE"):
            return f"coalesce(isnan({self.key}), true)"
        if self.storage.startswith(WHOLES) or self.storage.startswith("DECIMAL"):
            return f"{self.key} IS NULL"
        return f"coalesce(trim(CAST({self.key} AS VARCHAR)) = '', true)"

    @property
    def is_text(self) -> bool:
        """Stored as text, as every column of an uploaded CSV that nobody declared a number."""
        return self.storage == TEXT

    @property
    def whole(self) -> bool:
        """Not stored as fractions: whole numbers, or text that has to be looked at."""
        return not self.storage.startswith(FLOATS)


def sides(table: Table, names: Sequence[str]) -> dict[str, Side]:
    """The columns of a file; those stored as text are read once, all together, to see whether they are numbers."""
    relation = table.connection.view(table.view)
    storage = {key: str(kind) for key, kind in zip(relation.columns, relation.types, strict=True)}
    rows = table.count("true")
    found = {
        name: Side(table, key, storage[key], _stored_as(storage[key]), rows)
        for name, key in ((name, table.key(name)) for name in names)
    }
    for most in (FIRST_ROWS, None):
        # What is text among the first rows is text; only what may be numbers, times or nothing is read to the end.
        unsure = [name for name, side in found.items() if side.is_text and side.type is not ColumnType.TEXT]
        found |= dict(zip(unsure, _looked_at([found[name] for name in unsure], most), strict=True))
    return found


def _stored_as(storage: str) -> ColumnType:
    if storage.startswith((*FLOATS, *WHOLES)):
        return ColumnType.NUMBER
    if storage == "BOOLEAN":
        return ColumnType.BOOLEAN
    if storage.startswith(("DATE", "TIME", "INTERVAL")):
        return ColumnType.TIME
    return ColumnType.EMPTY if storage == TEXT else ColumnType.TEXT


def _looked_at(texts: Sequence[Side], most: int | None) -> list[Side]:
    """Text columns as what their values are, or the first of them: numbers, dates or times, nothing, or text."""
    if not texts:
        return []
    parts = [
        f"count(*) FILTER (NOT {side.missing}), count({side.number}) FILTER (NOT {side.missing}), "
        f"min({side.key}) FILTER (NOT {side.missing}), max({side.key}) FILTER (NOT {side.missing})"
        for side in texts
    ]
    table = texts[0].table
    rows = table.connection.view(table.view)
    row = (rows if most is None else rows.limit(most)).aggregate(", ".join(parts)).fetchall()[0]
    return [_typed(side, *row[4 * at : 4 * at + 4]) for at, side in enumerate(texts)]


def _typed(side: Side, present: int, numbers: int, first: str | None, last: str | None) -> Side:
    kind = ColumnType.TEXT
    if not present:
        kind = ColumnType.EMPTY
    elif numbers == present:
        kind = ColumnType.NUMBER
    elif _is_time(first) and _is_time(last):
        kind = ColumnType.TIME
    return replace(side, type=kind)


def _is_time(text: str | None) -> bool:
    """Whether text is a date or time of ISO 8601, as exports write them."""
    try:
        datetime.fromisoformat((text or "").strip())
    except ValueError:
        return False
    return True
