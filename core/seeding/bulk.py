"""Writes many rows at once: past the object mapper, without triggers and indexes, which are put back afterwards."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from sqlalchemy import Engine

from core.ledger.tables import table_of
from core.store.base import Row

Value = str | int | float | bytes | bool | None
NO_CONSTRAINT = "AND schemaname = current_schema() AND indexname NOT IN (SELECT conname FROM pg_constraint)"
PLAIN = "AND type IN ('index', 'trigger') AND sql IS NOT NULL"
CACHE_KILOBYTES = 400_000


class Cursor(Protocol):
    """What SQLite's and PostgreSQL's cursors share, as far as it is used here; each types its statements its way."""

    def execute(self, statement: Any, values: Any = ..., /) -> Any: ...
    def executemany(self, statement: Any, rows: Any, /) -> Any: ...
    def fetchall(self) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Bulk:
    """Where rows are written: values are what the database holds, so moments are microseconds and enums their words."""

    cursor: Cursor
    postgresql: bool

    def add(self, kind: type[Row], columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Add rows that give these columns; what they leave out has its default."""
        others = _defaults(kind, columns)
        names, constant = (*columns, *others), tuple(others.values())
        whole = ((*row, *constant) for row in rows) if constant else rows
        table = table_of(kind).name
        listed = ", ".join(f'"{name}"' for name in names)
        if self.postgresql:
            with self.cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:  # type: ignore[attr-defined]
                for row in whole:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(names))
            self.cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", whole)  # noqa: S608

    @contextmanager
    def without_indexes(self, table: str) -> Iterator[None]:
        """Take the triggers and plain indexes of a table away and put them back: sorting once beats inserting often."""
        if self.postgresql:
            query = f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '{table}' {NO_CONSTRAINT}"  # noqa: S608
            self.cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            query = f"SELECT type || ' ' || name, sql FROM sqlite_master WHERE tbl_name = '{table}' {PLAIN}"  # noqa: S608
        self.cursor.execute(query)
        found = self.cursor.fetchall()
        for name, _ in found:
            self.cursor.execute(f"DROP {'INDEX ' if self.postgresql else ''}{name}")
        yield
        for _, statement in found:
            self.cursor.execute(statement)
        if self.postgresql:
            self.cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def set_head(self, size: int, frontier: bytes, last_at: int, checkpoint_digest: str) -> None:
        """The ledger's head after the entries."""
        mark = "%s" if self.postgresql else "?"
        columns = ("size", "frontier", "last_at", "checkpoint_digest")
        settings = ", ".join(f"{column} = {mark}" for column in columns)
        values = (size, frontier, last_at, checkpoint_digest)
        self.cursor.execute(f"UPDATE log_head SET {settings} WHERE id = 1", values)  # noqa: S608

    def number_on(self, kind: type[Row]) -> None:
        """Let the next row that is written otherwise get the number after these; SQLite does so by itself."""
        if self.postgresql:
            table = table_of(kind).name
            newest = f"SELECT coalesce(max(id), 0) + 1 FROM {table}"  # noqa: S608
            self.cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), ({newest}), false)")


@contextmanager
def writing_in_bulk(engine: Engine) -> Iterator[Bulk]:
    """One transaction for all that is written; statistics for the planner are made at its end."""
    postgresql = engine.dialect.name == "postgresql"
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        if not postgresql:
            for pragma in ("synchronous = OFF", f"cache_size = -{CACHE_KILOBYTES}", "temp_store = FILE"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.execute("BEGIN IMMEDIATE")
        yield Bulk(cursor, postgresql)
        connection.commit() if postgresql else cursor.execute("COMMIT")
        cursor.execute("ANALYZE")
        connection.commit()
    except BaseException:  # whatever ended it: nothing of it stays, and it is passed on
        connection.rollback()
        raise
    finally:
        connection.invalidate()  # its settings are not those of the store


def _defaults(kind: type[Row], given: Sequence[str]) -> dict[str, Value]:
    """What the columns that are not given hold in a new row, so that a column added later needs no word here."""
    found: dict[str, Value] = {}
    for column in table_of(kind).columns:
        field = kind.model_fields.get(column.key)
        if column.key in given or column.computed is not None or field is None or column.key == "id":
            continue
        value = field.get_default(call_default_factory=True)
        if isinstance(value, Enum):
            value = value.value
        if isinstance(value, str | int | float | bytes | bool):
            found[column.key] = value
    return found
