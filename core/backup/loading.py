"""Brings the copy of a backup back: as the file of an SQLite store, or row by row into an empty PostgreSQL database."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from core.backup.copying import Say, open_copy
from core.backup.tables import Table, tables_of
from core.store.migrations import revision_of, upgrade


def is_empty(engine: Engine) -> bool:
    """Whether there is nothing in the database."""
    path = engine.url.database
    if engine.dialect.name == "sqlite" and (not path or not Path(path).exists()):
        return True
    return not inspect(engine).get_table_names()


def load_copy(copy: Path, engine: Engine, say: Say) -> None:
    """Fill the empty database with what the copy holds, with its schema; an SQLite store becomes a copy of the file."""
    if engine.dialect.name == "sqlite":
        engine.dispose()
        _put_file(copy, Path(str(engine.url.database)))
        return
    source = open_copy(copy)
    upgrade(engine, revision_of(source) or "base")
    with engine.begin() as here, closing(sqlite3.connect(copy)) as raw:
        for one in tables_of(here):
            say(f"table {one.name}")
            _load(here, one, _rows(raw, one))
        _number_on(here)
    source.dispose()


def _put_file(copy: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm", "-journal"))):
        left.unlink(missing_ok=True)  # the database is empty
    shutil.copyfile(copy, target)
    target.chmod(0o600)
    with target.open("rb") as written:
        os.fsync(written.fileno())


def _rows(raw: sqlite3.Connection, one: Table) -> Iterator[tuple[object, ...]]:
    order = ", ".join(f'"{name}"' for name in one.key) or "rowid"
    columns = ", ".join(f'"{name}"' for name in one.columns)
    yield from raw.execute(f'SELECT {columns} FROM "{one.name}" ORDER BY {order}')  # noqa: S608  our own names


def _load(here: Connection, one: Table, rows: Iterator[tuple[object, ...]]) -> None:
    """By COPY, which takes a table in seconds where single statements take minutes."""
    truths = [at for at, name in enumerate(one.columns) if name in one.booleans]
    columns = ", ".join(f'"{name}"' for name in one.columns)
    with here.connection.cursor() as cursor, cursor.copy(f'COPY "{one.name}" ({columns}) FROM STDIN') as sink:  # type: ignore[attr-defined]
        for row in rows:
            if truths:
                values = list(row)
                for at in truths:
                    values[at] = None if values[at] is None else bool(values[at])
                sink.write_row(values)
            else:
                sink.write_row(row)


def _number_on(here: Connection) -> None:
    """Let every series of row numbers go on after the rows that were loaded."""
    serial = here.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND column_default LIKE 'nextval(%' OR is_identity = 'YES' AND table_schema = current_schema()"
        )
    )
    for name, column in serial.all():
        here.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('\"{name}\"', '{column}'), max(\"{column}\")) "  # noqa: S608
                f'FROM "{name}" HAVING max("{column}") IS NOT NULL'
            )
        )
