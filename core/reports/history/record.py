"""Copies the part of the record that a report reads into memory, as it was at a moment."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import create_engine, insert, select
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from core.ledger.tables import table_of
from core.reports.history.ledger import LedgerThen, ledger_as_of
from core.reports.history.rewinding import Values
from core.reports.history.tables import REWOUND
from core.store.base import Row


@dataclass
class Then:
    """The record at `as_of`: `session` reads it with the ordinary queries, `ledger` ends there.

    `session` knows only the tables that were asked for: a query of any other fails instead of answering with today.
    """

    as_of: datetime
    session: Session
    ledger: LedgerThen
    lost: list[str] = field(default_factory=list)  # what could not be told, in words


@contextmanager
def record_as_of(
    session: Session, as_of: datetime, *, tables: Collection[type[Row]], vkey: str, model: str = ""
) -> Iterator[Then]:
    """The record as it was at `as_of`, of one model or of all; raises `NotFound` before the first checkpoint."""
    ledger = ledger_as_of(session, as_of, vkey=vkey)
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    try:
        Row.metadata.create_all(engine, tables=[table_of(one) for one in tables])
        with Session(engine, expire_on_commit=False) as copy:
            then = Then(as_of, copy, ledger)
            for row in tables:
                _copy(session, then, row)
            yield then
            copy.expunge_all()
    finally:
        engine.dispose()


def _copy(session: Session, then: Then, row: type[Row]) -> None:
    table, rule = table_of(row), REWOUND[row]
    query = select(table)
    if rule.born:
        query = query.where(table.c[rule.born] <= then.as_of)
    values: list[Values] = [dict(one) for one in session.execute(query).mappings()]
    for turn in rule.turns:
        for one in values:
            happened = one[turn.at]
            if isinstance(happened, datetime) and happened > then.as_of:
                one.update(turn.before)
    if values:
        then.session.execute(insert(table), values)
