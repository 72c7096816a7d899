"""Opens the store on SQLite or PostgreSQL and hands out transactions that commit whole or not at all."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from core.store.private import private_folder

POOL_SECONDS = 10  # for which a request waits for a connection that others have
READERS = 20  # connections to a SQLite file that stay open; opening one costs as much as a query
STATEMENTS = 3000  # compiled statements kept: all pages together have more than SQLAlchemy keeps unasked
# what a store raises that is away for a moment, whose disk is full, or whose connections are all taken
StoreAway = (OperationalError, TimeoutError)


NARROWED = "narrowed"


class Transaction:
    """One unit of change; `session` sees it, `before_commit` adds what must be written with it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._closing: list[Callable[[], None]] = []
        self._last_steps: list[Callable[[], None]] = []

    def when_done(self, step: Callable[[], None]) -> None:
        """Run `step` once the act is done, before the last steps; it has something to write in few acts only."""
        self._closing.append(step)

    def before_commit(self, step: Callable[[], None]) -> None:
        """Run `step` inside the transaction after everything else; an error in it rolls all back."""
        self._last_steps.append(step)

    @property
    def has_last_steps(self) -> bool:
        """Whether anything is to be written with the commit, as a ledger entry's checkpoint is."""
        return bool(self._last_steps)

    def prepare(self) -> None:
        """Do all that comes before the commit."""
        self.session.flush()
        for steps in (self._closing, self._last_steps):
            for step in steps:
                step()

    def finish(self) -> None:
        self.prepare()
        self.session.commit()


class Store:
    """A database with the schema of the migrations."""

    def __init__(self, engine: Engine, narrowing: Callable[[Session], None] | None = None) -> None:
        self.engine, self._narrowing = engine, narrowing
        self._reader = engine.execution_options(countersign_reading=True)

    def narrowed(self, narrowing: Callable[[Session], None]) -> "Store":
        """The same database, whose sessions for reading `narrowing` sees first; transactions stay whole."""
        return Store(self.engine, narrowing)

    @property
    def whole(self) -> "Store":
        """The database without any narrowing."""
        return Store(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commit at the end of the block; any error rolls back and passes on."""
        with Session(self.engine, expire_on_commit=False) as session:
            transaction = Transaction(session)
            try:
                yield transaction
                transaction.finish()
            except BaseException:  # whatever ended the act, also an interrupt: nothing of it stays, and it is passed on
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries; what it might change is never committed."""
        with Session(self._reader, expire_on_commit=False) as session:
            if self._narrowing is not None:
                session.info[NARROWED] = True  # what is kept between sessions for everybody is not made from this one
                self._narrowing(session)
            yield session
            session.expunge_all()  # rows stay readable after the session; a rollback would expire them
            session.rollback()

    def upgrade(self) -> None:
        """Bring the schema to the newest migration."""
        from core.store.migrations import upgrade  # Alembic takes 0.2 s to import and only start-up needs it

        upgrade(self.engine)

    def refuse_newer(self) -> None:
        """Raise `SchemaNewer` where a newer Countersign wrote this database."""
        from core.store.migrations import refuse_newer, revision_of  # as above

        refuse_newer(revision_of(self.engine))

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open `sqlite:///path` or `postgresql://…`; other databases are refused."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return Store(_sqlite(parsed))
    if backend == "postgresql":
        return Store(_postgresql(parsed))
    raise ValueError(f"A store is sqlite:///… or postgresql://…, not {backend}://…")


def _postgresql(url: URL) -> Engine:
    from core.store.patience import Watched  # only who uses PostgreSQL loads its driver

    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_timeout=POOL_SECONDS,
        query_cache_size=STATEMENTS,
    )

    @event.listens_for(engine, "do_connect")
    def _watched(_dialect: object, _entry: object, words: list[str], named: dict[str, Any]) -> Watched:
        return Watched.connect(*words, **named)

    return engine


def _sqlite(url: URL) -> Engine:
    if url.database:
        private_folder(Path(url.database).parent)
    engine = create_engine(
        url, connect_args={"timeout": 30, "check_same_thread": False}, pool_size=READERS, query_cache_size=STATEMENTS
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver would otherwise open transactions of its own
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE: plain BEGIN upgrades its lock in mid-transaction and fails under concurrent writers
        reading = connection.get_execution_options().get("countersign_reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
