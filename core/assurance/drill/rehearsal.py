"""A store in which acts are carried out for real and undone: every cell of a drill begins from the same record."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from core.store import Store, Transaction


class Rehearsal(Store):
    """As `Store`; within `undone`, every transaction is a savepoint of one that is rolled back in the end."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._outer: Connection | None = None

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo what is done in the block; blocks may lie in one another."""
        if self._outer is not None:
            savepoint = self._outer.begin_nested()
            try:
                yield
            finally:
                savepoint.rollback()
            return
        with self.engine.connect() as connection:
            self._outer = connection
            outer = connection.begin()
            try:
                yield
            finally:
                self._outer = None
                outer.rollback()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """As in every store; what is committed within `undone` is seen by what follows, until it is undone."""
        if self._outer is None:
            with super().transaction() as transaction:
                yield transaction
            return
        with self._session(self._outer) as session:
            transaction = Transaction(session)
            try:
                yield transaction
                transaction.finish()
            except BaseException:  # whatever ended the act, also an interrupt: nothing of it stays, and it is passed on
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """As in every store."""
        if self._outer is None:
            with super().reading() as session:
                yield session
            return
        with self._session(self._outer) as session:
            yield session
            session.expunge_all()
            session.rollback()

    @staticmethod
    def _session(connection: Connection) -> Session:
        return Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
