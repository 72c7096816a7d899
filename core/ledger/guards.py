"""Triggers that refuse to edit the ledger: they stop accidents; checkpoints catch whoever removes the triggers."""

from collections.abc import Iterator

APPEND_ONLY = ("log_entry", "log_tile", "log_checkpoint", "log_payload", "log_head")
KEYS = {
    "log_entry": "idx = NEW.idx",
    "log_tile": "level = NEW.level AND idx = NEW.idx",
    "log_checkpoint": "size = NEW.size",
    "log_payload": "entry_id = NEW.entry_id",
    "log_head": "id = NEW.id",
}
# what an UPDATE may do; a table that is not named allows none
UPDATES = {
    "log_checkpoint": "NEW.size = OLD.size AND NEW.note = OLD.note AND OLD.timestamp_token IS NULL",
    "log_payload": "NEW.entry_id = OLD.entry_id AND NEW.key_id = OLD.key_id AND NEW.salt IS NULL AND NEW.body IS NULL",
    "log_head": "NEW.id = OLD.id AND NEW.size >= OLD.size AND NEW.last_at >= OLD.last_at",
}
NEXT_ENTRY = "NEW.idx = (SELECT COALESCE(MAX(idx), -1) + 1 FROM log_entry)"


def statements(dialect_name: str) -> tuple[str, ...]:
    """The CREATE statements for "sqlite" or "postgresql", to be run after the tables exist."""
    return tuple({"sqlite": _sqlite, "postgresql": _postgresql}[dialect_name]())


def drop_statements(dialect_name: str) -> tuple[str, ...]:
    """The inverse of `statements`."""
    if dialect_name == "sqlite":
        names = [f"{table}_{verb}" for table in APPEND_ONLY for verb in ("update", "delete", "replace")]
        return tuple(f"DROP TRIGGER {name}" for name in (*names, "log_entry_order"))
    drops = [
        f"DROP TRIGGER {table}_{verb} ON {table}" for table in APPEND_ONLY for verb in ("update", "delete", "truncate")
    ]
    functions = ("DROP FUNCTION log_in_order()", "DROP FUNCTION log_refuse()")
    return (*drops, "DROP TRIGGER log_entry_order ON log_entry", *functions)


def _sqlite() -> Iterator[str]:
    for table in APPEND_ONLY:
        allowed = UPDATES.get(table, "0")
        yield _sqlite_trigger(table, "update", "UPDATE", f"NOT ({allowed})", "refuses this change")
        yield _sqlite_trigger(table, "delete", "DELETE", "1", "refuses deletion")
        # INSERT OR REPLACE removes the old row without asking the other two triggers
        taken = f"SELECT 1 FROM {table} WHERE {KEYS[table]}"  # noqa: S608  names of our own tables
        if table == "log_entry":
            taken += " OR event_id = json_extract(NEW.body, '$.id')"
        yield _sqlite_trigger(table, "replace", "INSERT", f"EXISTS ({taken})", "refuses replacement")
    yield _sqlite_trigger("log_entry", "order", "INSERT", f"NOT ({NEXT_ENTRY})", "takes entries in order only")


def _sqlite_trigger(table: str, name: str, verb: str, when: str, message: str) -> str:
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {verb} ON {table} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, 'the ledger {message} ({table})'); END"
    )


def _postgresql() -> Iterator[str]:
    yield (
        "CREATE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING ERRCODE = 'restrict_violation', "
        "MESSAGE = 'the ledger refuses ' || lower(TG_OP) || ' (' || TG_TABLE_NAME || ')'; END $$"
    )
    for table in APPEND_ONLY:
        refuse = "EXECUTE FUNCTION log_refuse()"
        allowed = UPDATES.get(table, "false")
        yield f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN (NOT ({allowed})) {refuse}"
        yield f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}"
        yield f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"
    yield from _postgresql_order()


def _postgresql_order() -> Iterator[str]:
    yield (
        "CREATE FUNCTION log_in_order() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT ({NEXT_ENTRY}) THEN RAISE EXCEPTION USING ERRCODE = 'restrict_violation', "
        "MESSAGE = 'the ledger takes entries in order only (log_entry)'; END IF; RETURN NEW; END $$"
    )
    yield "CREATE TRIGGER log_entry_order BEFORE INSERT ON log_entry FOR EACH ROW EXECUTE FUNCTION log_in_order()"
