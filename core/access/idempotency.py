"""Answers a repeated call with its first answer: the key, the effect and the answer are one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select, update

from core.access.tables import IdempotencyKey
from core.errors import GovernanceError
from core.store import Store, Transaction

Done = TypeVar("Done")


@dataclass(frozen=True)
class Call:
    """A call that may come again: who makes it, under which key, with what request (SHA-256), and when."""

    actor: str
    key: str
    request_digest: str
    at: datetime


@dataclass(frozen=True)
class Answered:
    """The answer, and whether it is the first one given again."""

    answer: str
    repeated: bool


class KeyReused(GovernanceError):
    """The key belongs to another request."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"The key “{key}” was used for another request. Send each request under a key of its own.")


def answer_once(
    store: Store, call: Call | None, act: Callable[[Store], Done], describe: Callable[[Session, Done], str]
) -> Answered:
    """Let a use case act, once for each call; `describe` says its answer within the transaction of its effect.

    Every transaction of `act` first claims the key, so a concurrent repeat waits for the first and then finds its
    answer. A process that dies in between leaves neither effect nor key. A refused call claims nothing: it is judged
    anew. Raises `KeyReused`, and what `act` raises.
    """
    held = _HeldStore(store, call)
    try:
        done = act(held)
    except _Repeated as first:
        held.undo()
        return Answered(first.answer, repeated=True)
    except GovernanceError:
        held.let_go()  # a refusal stays on record
        raise
    except BaseException:  # whatever ended it: the key is free again, and it is passed on
        held.undo()
        raise
    return Answered(held.complete(lambda session: describe(session, done)), repeated=False)


class _Repeated(Exception):
    """Not a GovernanceError: no use case may take it for a refusal."""

    def __init__(self, answer: str) -> None:
        self.answer = answer


class _HeldStore(Store):
    """A store whose last effect stays uncommitted until its answer is written beside it."""

    def __init__(self, store: Store, call: Call | None) -> None:
        super().__init__(store.engine)
        self._call = call
        self._held: Transaction | None = None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """As of any store, but with the key claimed, and held open at the end if anything goes on record."""
        self.let_go()
        transaction = Transaction(Session(self.engine, expire_on_commit=False))
        try:
            if self._call:
                _claim(transaction.session, self._call)
            yield transaction
            transaction.prepare()
        except BaseException:  # whatever ended it: nothing of it stays, and it is passed on
            transaction.session.close()  # which rolls back
            raise
        self._held = transaction
        if not transaction.has_last_steps:
            self.let_go()  # it only looked: what comes next may take long and must not hold the store

    def complete(self, describe: Callable[[Session], str]) -> str:
        """Write the answer and commit."""
        if self._held is None:
            with self.reading() as session:
                return describe(session)
        session = self._held.session
        try:
            answer = describe(session)
            if self._call:
                session.exec(update(IdempotencyKey).where(*_is(self._call)).values(answer=answer))
            session.commit()
        finally:
            self.undo()
        return answer

    def let_go(self) -> None:
        """Commit what is held without claiming the key."""
        if self._held is None:
            return
        try:
            if self._call:
                self._held.session.exec(delete(IdempotencyKey).where(*_is(self._call)))
            self._held.session.commit()
        finally:
            self.undo()

    def undo(self) -> None:
        """Roll back what is held and not committed."""
        if self._held is not None:
            self._held.session.close()
            self._held = None


def _claim(session: Session, call: Call) -> None:
    """Make the key ours until the transaction ends; waits for whoever is about to answer it."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"actor": call.actor, "key": call.key, "request_digest": call.request_digest, "answer": "", "at": call.at}
    claimed = session.execute(
        insert(IdempotencyKey).values(values).on_conflict_do_nothing().returning(col(IdempotencyKey.id))
    ).first()
    if claimed is not None:
        return
    first = session.exec(select(IdempotencyKey).where(*_is(call))).one()
    if first.request_digest != call.request_digest:
        raise KeyReused(call.key)
    raise _Repeated(first.answer)


def _is(call: Call) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(IdempotencyKey.actor) == call.actor, col(IdempotencyKey.key) == call.key
