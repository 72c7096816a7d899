"""Erases the particulars of an entry for good: from the table, and from what the database keeps beside it."""

from datetime import datetime

from core.ledger.service import Actor, Ledger, Recorded
from core.store import Store


def erase_payload(store: Store, ledger: Ledger, index: int, *, reason: str, actor: Actor, at: datetime) -> Recorded:
    """Put the erasure on record, erase, and leave no copy in the store's files; raises `NotFound`.

    Backups made before still hold the particulars; see docs/ledger.md.
    """
    with store.transaction() as tx:
        recorded = ledger.erase(tx, index, reason=reason, actor=actor, at=at)
    empty_write_ahead_log(store)
    return recorded


def empty_write_ahead_log(store: Store) -> None:
    """SQLite keeps overwritten pages in its write-ahead log until that is emptied; PostgreSQL recycles its own."""
    if store.engine.dialect.name != "sqlite":
        return
    connection = store.engine.raw_connection()  # outside a transaction, where the log cannot be emptied
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
