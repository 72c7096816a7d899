"""Every released schema, with what its release wrote, is upgraded row for row, and its ledger stays guarded."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from core.backup.loading import load_copy
from core.ledger.guards import APPEND_ONLY
from core.ledger.verify import verify_store
from core.store import Store, open_store
from core.store.migrations import newest_revision, revision_of, revisions, upgrade
from tests.postgresql import Server
from tests.upgrades.recorded import RELEASED, Recorded, Value, recorded

# what a migration took to another table, row for row
MOVED = {"export": "report_export", "export_download": "report_download"}


def quiet(_step: str) -> None:
    """Says nothing."""


def stored(engine: Engine, table: str, columns: list[str]) -> list[tuple[Value, ...]]:
    listed = ", ".join(f'"{column}"' for column in columns)
    with engine.connect() as connection:
        found = connection.execute(text(f'SELECT {listed} FROM "{table}"')).all()
    return sorted((tuple(map(_plain, row)) for row in found), key=repr)


def _plain(value: object) -> Value:
    return int(value) if isinstance(value, bool) else bytes(value) if isinstance(value, memoryview) else value  # type: ignore[return-value]


def lost(engine: Engine, before: Recorded) -> dict[str, str]:
    """By table, what is not there any more as it was."""
    there, wrong = set(inspect(engine).get_table_names()), {}
    for name, table in before.tables.items():
        if name not in there:
            moved = MOVED.get(name)
            if moved is None or len(stored(engine, moved, ["id"])) != len(table.rows):
                wrong[name] = "gone"
            continue
        known = {one["name"] for one in inspect(engine).get_columns(name)}
        kept = [column for column in table.columns if column in known]
        at = [table.columns.index(column) for column in kept]
        expected = sorted((tuple(row[one] for one in at) for row in table.rows), key=repr)
        if stored(engine, name, kept) != expected:
            wrong[name] = f"not the {len(expected)} rows that were there"
    return wrong


def verified(engine: Engine, vkey: str) -> bool:
    with Session(engine) as session:
        return verify_store(session, vkey).passed


@pytest.fixture
def empty_postgresql(postgresql_server: Server) -> Iterator[Store]:
    store = open_store(postgresql_server.another("upgrades"))
    yield store
    store.close()
    postgresql_server._administer("DROP DATABASE upgrades")


@pytest.mark.parametrize("revision", RELEASED)
def test_a_store_of_every_released_schema_is_upgraded_row_for_row(revision: str, tmp_path: Path) -> None:
    before = recorded(revision)
    store = open_store(f"sqlite:///{before.lay_down(tmp_path / 'store.db')}")

    store.upgrade()

    assert revision_of(store.engine) == newest_revision()
    assert lost(store.engine, before) == {}
    assert verified(store.engine, before.vkey)
    store.close()


def test_a_store_of_an_old_release_is_upgraded_row_for_row_on_postgresql(
    empty_postgresql: Store, tmp_path: Path
) -> None:
    before = recorded("0017")
    load_copy(before.lay_down(tmp_path / "store.db"), empty_postgresql.engine, quiet)
    assert revision_of(empty_postgresql.engine) == "0017"

    empty_postgresql.upgrade()

    assert lost(empty_postgresql.engine, before) == {}
    assert verified(empty_postgresql.engine, before.vkey)


REPLACE = {
    "log_entry": "INSERT OR REPLACE INTO log_entry (idx, body, leaf) SELECT idx, body, leaf FROM log_entry LIMIT 1",
    "log_tile": "INSERT OR REPLACE INTO log_tile SELECT * FROM log_tile LIMIT 1",
    "log_checkpoint": "INSERT OR REPLACE INTO log_checkpoint SELECT * FROM log_checkpoint LIMIT 1",
    "log_payload": "INSERT OR REPLACE INTO log_payload SELECT * FROM log_payload LIMIT 1",
    "log_head": "INSERT OR REPLACE INTO log_head SELECT * FROM log_head LIMIT 1",
}
UPDATE = {
    "log_entry": "UPDATE log_entry SET body = body || ' '", "log_tile": "UPDATE log_tile SET idx = idx + 1",
    "log_checkpoint": "UPDATE log_checkpoint SET note = note || ' '",
    "log_payload": "UPDATE log_payload SET body = '{}'", "log_head": "UPDATE log_head SET size = size - 1",
}  # fmt: skip


def let_through(engine: Engine) -> list[str]:
    """Which statements against the ledger are not refused."""
    last = "TRUNCATE {0} CASCADE" if engine.dialect.name == "postgresql" else None
    done = []
    with engine.connect() as connection:
        for table in APPEND_ONLY:
            for statement in (UPDATE[table], f"DELETE FROM {table}", last.format(table) if last else REPLACE[table]):
                try:
                    connection.execute(text(statement))
                    done.append(statement)
                except DBAPIError as error:
                    if "the ledger" not in str(error):
                        done.append(f"{statement}: {error}")
                connection.rollback()
    return done


@pytest.mark.row("UPDATE, DELETE, REPLACE, TRUNCATE on the ledger after every migration")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_update_delete_replace_truncate_on_the_ledger_after_every_migration_refused(
    database: str, request: pytest.FixtureRequest, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The first release's ledger, through every migration there was, one at a time."""
    before = recorded(RELEASED[0])
    path = before.lay_down(tmp_path / "store.db")
    engine = create_engine(f"sqlite:///{path}")
    if database == "postgresql":
        engine.dispose()
        engine = request.getfixturevalue("empty_postgresql").engine
        load_copy(path, engine, quiet)
    found = {before.revision: let_through(engine)}
    for revision in revisions()[1:]:
        upgrade(engine, revision)
        found[revision] = let_through(engine)

    assert {revision: done for revision, done in found.items() if done} == {}
    assert len(found) == len(revisions())
    record_property("seen", f"refused after {len(found)} migrations on {database}")
    assert lost(engine, before) == {}
    assert verified(engine, before.vkey)
    engine.dispose()
