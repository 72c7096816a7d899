"""The triggers of the migrated schema refuse whatever is not an append or an erasure."""

from datetime import timedelta

import pytest
from ledger_builders import ACTOR, NOON, fill
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.ledger.guards import drop_statements, statements
from core.ledger.service import Ledger
from core.ledger.verify import verify_store
from core.store import Store

TABLES = ("log_entry", "log_tile", "log_checkpoint", "log_payload", "log_head")
COLUMNS = {
    "log_entry": ("idx", "body", "leaf"),
    "log_tile": ("level", "idx", "hashes"),
    "log_checkpoint": ("size", "note"),
    "log_payload": ("entry_id", "salt", "body", "key_id"),
    "log_head": ("size", "last_at"),
}


@pytest.fixture
def log(store: Store, ledger: Ledger) -> Store:
    fill(store, ledger, 17)
    return store


def refused(store: Store, statement: str) -> None:
    with pytest.raises(DBAPIError, match="the ledger "), store.transaction() as tx:
        tx.session.execute(text(statement))


def one_less(table: str, column: str) -> str:
    if column in {"idx", "level", "size", "entry_id", "last_at"}:
        return f"UPDATE {table} SET {column} = {column} - 1"
    if column == "body":
        return f"UPDATE {table} SET body = replace(body, 'a', 'b')"
    return f"UPDATE {table} SET {column} = 'x'"


@pytest.mark.row("UPDATE, DELETE, REPLACE, TRUNCATE on the ledger after every migration")
@pytest.mark.parametrize(("table", "column"), [(table, column) for table in TABLES for column in COLUMNS[table]])
def test_no_column_can_be_updated(log: Store, table: str, column: str) -> None:
    refused(log, one_less(table, column))


@pytest.mark.row("UPDATE, DELETE, REPLACE, TRUNCATE on the ledger after every migration")
@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_deleted(log: Store, table: str) -> None:
    refused(log, f"DELETE FROM {table}")


@pytest.mark.row("UPDATE, DELETE, REPLACE, TRUNCATE on the ledger after every migration")
@pytest.mark.parametrize("table", TABLES)
def test_no_table_can_be_truncated(postgresql_store: Store, ledger: Ledger, table: str) -> None:
    fill(postgresql_store, ledger, 1)

    refused(postgresql_store, f"TRUNCATE {table}")
    refused(postgresql_store, f"TRUNCATE {table} CASCADE")


@pytest.mark.row("UPDATE, DELETE, REPLACE, TRUNCATE on the ledger after every migration")
@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_replaced(sqlite_store: Store, ledger: Ledger, table: str) -> None:
    fill(sqlite_store, ledger, 17)
    stored = ", ".join({"log_entry": ("idx", "body", "leaf")}.get(table, ("*",)))
    columns = "(idx, body, leaf)" if table == "log_entry" else ""

    refused(sqlite_store, f"INSERT OR REPLACE INTO {table} {columns} SELECT {stored} FROM {table} LIMIT 1")


@pytest.mark.parametrize(
    ("table", "key"), [("log_entry", "idx"), ("log_checkpoint", "size"), ("log_payload", "entry_id")]
)
def test_no_row_can_be_moved_over_another(sqlite_store: Store, ledger: Ledger, table: str, key: str) -> None:
    fill(sqlite_store, ledger, 3)

    refused(sqlite_store, f"UPDATE OR REPLACE {table} SET {key} = 1 WHERE {key} = 2")


def test_an_entry_cannot_be_replaced_through_its_event_id(sqlite_store: Store, ledger: Ledger) -> None:
    fill(sqlite_store, ledger, 3)

    refused(
        sqlite_store,
        "INSERT OR REPLACE INTO log_entry (idx, body, leaf) SELECT 3, body, leaf FROM log_entry WHERE idx = 1",
    )


@pytest.mark.parametrize("index", [-1, 18, 1000])
def test_an_entry_is_taken_only_at_the_end(log: Store, index: int) -> None:
    refused(
        log,
        f'INSERT INTO log_entry (idx, body, leaf) SELECT {index}, replace(body, \'"id":"\', \'"id":"z\'), leaf '
        "FROM log_entry WHERE idx = 1",
    )


def test_an_event_is_taken_once(log: Store) -> None:
    with pytest.raises(DBAPIError), log.transaction() as tx:
        tx.session.execute(
            text("INSERT INTO log_entry (idx, body, leaf) SELECT 17, body, leaf FROM log_entry WHERE idx = 1")
        )


@pytest.mark.parametrize("assignment", ["salt = NULL", "body = NULL", "body = '{}', salt = NULL", "body = body"])
def test_a_payload_is_erased_whole_or_not_at_all(log: Store, assignment: str) -> None:
    refused(log, f"UPDATE log_payload SET {assignment}")


def test_an_erased_payload_cannot_be_put_back(log: Store, ledger: Ledger) -> None:
    with log.transaction() as tx:
        ledger.erase(tx, 3, reason="request", actor=ACTOR, at=NOON + timedelta(hours=1))

    refused(log, "UPDATE log_payload SET salt = 'x', body = '{}' WHERE entry_id = 3")


def test_a_time_stamp_is_added_once(log: Store) -> None:
    with log.transaction() as tx:
        tx.session.execute(text("UPDATE log_checkpoint SET timestamp_token = 'token' WHERE size = 17"))

    refused(log, "UPDATE log_checkpoint SET timestamp_token = 'other' WHERE size = 17")


def test_the_head_cannot_be_doubled(log: Store) -> None:
    with pytest.raises(DBAPIError), log.transaction() as tx:
        tx.session.execute(
            text("INSERT INTO log_head SELECT 2, size, frontier, last_at, checkpoint_digest FROM log_head")
        )


def test_refused_edits_leave_a_ledger_that_verifies(log: Store, ledger: Ledger) -> None:
    for table in TABLES:
        refused(log, f"DELETE FROM {table}")

    with log.reading() as session:
        assert verify_store(session, ledger.vkey).passed


def test_guards_can_be_dropped_and_made_again(log: Store) -> None:
    name = log.engine.dialect.name
    with log.transaction() as tx:
        for statement in (*drop_statements(name), *statements(name)):
            tx.session.connection().exec_driver_sql(statement)

    refused(log, "DELETE FROM log_entry")
