"""The migrations and the tables say the same, and the ledger's triggers survive every way through the migrations."""

from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

import core.every_table  # noqa: F401  fills the metadata
from core.access.rules import SYSTEM
from core.ledger.guards import APPEND_ONLY
from core.ledger.service import Entity, Event, Ledger
from core.store import Store, open_store
from core.store.base import Row
from core.store.migrations import configuration, revisions
from core.store.words import of_words
from tests.builders import NOON

PRESENT = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass) AND NOT tgisinternal",
}
VERBS = {"sqlite": {"update", "delete", "replace"}, "postgresql": {"update", "delete", "truncate"}}


FULL_TILE = 17  # entries, so that every table of the ledger holds a row


def some_entries(store: Store, ledger: Ledger) -> None:
    with store.transaction() as tx:
        for _ in range(FULL_TILE):
            ledger.record(
                tx, Event.MODEL_REGISTERED, entity=Entity("model", "M0001"), actor=SYSTEM, at=NOON, payload={"tier": 1}
            )


def triggers(store: Store, table: str) -> set[str]:
    with store.reading() as session:
        return set(session.execute(text(PRESENT[store.engine.dialect.name]), {"table": table}).scalars())


def expected(store: Store, table: str) -> set[str]:
    order = {"log_entry_order"} if table == "log_entry" else set()
    return {f"{table}_{verb}" for verb in VERBS[store.engine.dialect.name]} | order


def refuse_deletion(store: Store) -> None:
    for table in APPEND_ONLY:
        with pytest.raises(DBAPIError, match="the ledger refuses"), store.transaction() as tx:
            tx.session.execute(text(f"DELETE FROM {table}"))


def test_migrations_and_tables_say_the_same(store: Store) -> None:
    command.check(configuration(store.engine))  # raises where a migration is missing


def test_a_column_that_no_migration_makes_is_noticed(sqlite_store: Store) -> None:
    with sqlite_store.transaction() as tx:
        tx.session.execute(text("ALTER TABLE model DROP COLUMN revision"))

    with pytest.raises(Exception, match="New upgrade operations detected"):
        command.check(configuration(sqlite_store.engine))


def test_every_table_is_in_the_schema(store: Store) -> None:
    found = {name for name in inspect(store.engine).get_table_names() if not of_words(name)}

    assert set(Row.metadata.tables) | {"alembic_version"} == found


def test_the_names_of_the_files_are_the_history_that_alembic_follows(sqlite_store: Store) -> None:
    followed = ScriptDirectory.from_config(configuration(sqlite_store.engine)).walk_revisions()

    assert revisions() == tuple(reversed([one.revision for one in followed]))


def test_the_guards_of_the_ledger_are_there_and_effective(store: Store, ledger: Ledger) -> None:
    some_entries(store, ledger)

    assert {table: triggers(store, table) for table in APPEND_ONLY} == {
        table: expected(store, table) for table in APPEND_ONLY
    }
    refuse_deletion(store)


def test_the_guards_come_back_after_a_downgrade_and_an_upgrade(store: Store, ledger: Ledger) -> None:
    command.downgrade(configuration(store.engine), "base")
    left = set(inspect(store.engine).get_table_names())
    store.upgrade()
    some_entries(store, ledger)

    assert left <= {"alembic_version"}
    assert all(triggers(store, table) == expected(store, table) for table in APPEND_ONLY)
    refuse_deletion(store)


def test_an_upgrade_of_the_newest_schema_changes_nothing(store: Store, ledger: Ledger) -> None:
    some_entries(store, ledger)

    store.upgrade()

    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM log_entry")).scalar_one() == FULL_TILE


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.ledger.guards.NEXT_ENTRY", "no such column")
    monkeypatch.setattr("core.ledger.guards._sqlite", lambda: iter(["CREATE TRIGGER half OF NOTHING"]))
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    with store.engine.begin() as connection:  # a file that holds something is migrated as it is
        connection.exec_driver_sql("PRAGMA user_version = 1")

    with pytest.raises(DBAPIError):
        store.upgrade()

    assert set(inspect(store.engine).get_table_names()) <= {"alembic_version"}
    store.close()
