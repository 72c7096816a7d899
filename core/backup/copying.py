"""Copies the database into one SQLite file, as it was at one moment, while writers go on.

Of SQLite that is its own backup in one step; of PostgreSQL every table is read in one snapshot. Either way the copy is
the same kind of file with the schema of the original, so that one check reads both and a backup can be restored on the
other database.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text

from core.backup.tables import Table, tables_of
from core.store.migrations import revision_of, upgrade

ROWS_AT_ONCE = 5_000
Say = Callable[[str], None]


def copy_database(engine: Engine, target: Path, say: Say) -> None:
    """Write the copy; raises `OSError` and `sqlite3.OperationalError` when the disk is full."""
    if engine.dialect.name == "sqlite":
        _copy_sqlite(engine, target)
    else:
        _copy_postgresql(engine, target, say)


def open_copy(path: Path) -> Engine:
    """The copy, to be read only: nothing can be written, and no file appears beside it."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False))


def rows_by_table(engine: Engine) -> Mapping[str, int]:
    """How many rows each table has."""
    with engine.connect() as connection:
        return {
            one.name: connection.execute(text(f'SELECT count(*) FROM "{one.name}"')).scalar_one()  # noqa: S608
            for one in tables_of(connection)
        }


def _copy_sqlite(engine: Engine, target: Path) -> None:
    with engine.connect() as connection, closing(sqlite3.connect(target)) as sink:
        source = connection.connection.driver_connection  # without a transaction, which would hold writers up
        assert isinstance(source, sqlite3.Connection)
        source.backup(sink, pages=-1)
        sink.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def _copy_postgresql(engine: Engine, target: Path, say: Say) -> None:
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with snapshot.connect() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        made = create_engine(f"sqlite:///{target}")
        upgrade(made, revision)
        made.dispose()
        with closing(sqlite3.connect(target, isolation_level=None)) as sink:
            sink.execute("PRAGMA synchronous=OFF")  # the whole file is made durable at the end
            sink.execute("BEGIN")
            for one in tables_of(connection):
                say(f"table {one.name}")
                _fill(sink, one, _read(connection, one))
            sink.execute("COMMIT")


def _read(connection: Connection, one: Table) -> Iterator[Sequence[object]]:
    order = f" ORDER BY {', '.join(map(_quoted, one.key))}" if one.key else ""
    query = f"SELECT {', '.join(map(_quoted, one.columns))} FROM {_quoted(one.name)}{order}"  # noqa: S608
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(text(query))
    for part in found.partitions():
        yield from part


def _fill(sink: sqlite3.Connection, one: Table, rows: Iterator[Sequence[object]]) -> None:
    places = ", ".join("?" * len(one.columns))
    statement = f"INSERT INTO {_quoted(one.name)} ({', '.join(map(_quoted, one.columns))}) VALUES ({places})"  # noqa: S608
    sink.executemany(statement, (tuple(map(_plain, row)) for row in rows))


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


__all__ = ["copy_database", "open_copy", "revision_of", "rows_by_table"]
