"""Copies the part of the record that a report reads into memory, as it was at a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Engine, create_engine, insert, select
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Session

from core.inventory.tables import Dataset, Model, ModelVersion
from core.ledger.tables import table_of
from core.reports.history.audits import settle_audits
from core.reports.history.changes import take_back_changes
from core.reports.history.columns import settle_columns
from core.reports.history.fields import NEXT_REVIEW, take_back_fields, without_review_date
from core.reports.history.incidents import settle_incidents
from core.reports.history.ledger import LedgerThen, ledger_as_of, sliced
from core.reports.history.loading import load
from core.reports.history.names import settle_names
from core.reports.history.rewinding import Lost, Work, keep_born, take_back
from core.reports.history.states import (
    settle_documents,
    settle_findings,
    settle_overrides,
    settle_pointers,
    settle_runs,
)
from core.reports.history.tables import REWOUND, with_parents
from core.reports.history.versions import settle_digests, take_back_stages
from core.store.base import Row
from core.validation.rules import RunStatus
from core.validation.tables import Evidence, Finding, Run

RESTING = frozenset({Dataset, Evidence, Run})  # the digest of a version is made from these


@dataclass(frozen=True)
class Then:
    """The record at `as_of`: `session` reads it with the ordinary queries, `ledger` ends there, `lost` is untold.

    `session` knows only the tables that were asked for: a query of any other fails instead of answering with today.
    """

    as_of: datetime
    session: Session
    ledger: LedgerThen
    lost: tuple[Lost, ...] = ()


@contextmanager
def record_as_of(
    session: Session, as_of: datetime, *, tables: tuple[type[Row], ...], vkey: str, model: str = "", audit: str = ""
) -> Iterator[Then]:
    """The record as it was at `as_of`, of a model, an audit or all; raises `NotFound` before the first checkpoint."""
    work = Work(session, as_of, ledger_as_of(session, as_of, vkey=vkey), model, audit)
    unsaid = _rewind(work, with_parents(tables))
    with _memory().connect() as connection:
        for statement in _schema(tuple(work.rows)):
            connection.exec_driver_sql(statement)
        for row, values in work.rows.items():
            if values:
                connection.execute(insert(table_of(row)), values)
        with Session(connection, expire_on_commit=False) as copy:
            if work.rows.keys() >= RESTING:
                settle_digests(work, copy, unsaid)
            copy.expunge_all()
            yield Then(as_of, copy, work.ledger, tuple(work.lost))
            copy.expunge_all()


@cache
def _memory() -> Engine:
    """One engine, so that statements are compiled once; every connection is a database of its own, in memory."""
    return create_engine("sqlite://", poolclass=NullPool, connect_args={"check_same_thread": False})


@cache
def _schema(tables: tuple[type[Row], ...]) -> tuple[str, ...]:
    """What makes these tables with their indexes; keys are not enforced, since some parents are not copied."""
    made: list[str] = []
    for table in (table_of(one) for one in tables):
        made.append(str(CreateTable(table).compile(_memory())))
        made += [str(CreateIndex(index).compile(_memory())) for index in sorted(table.indexes, key=str)]
    return tuple(made)


def _rewind(work: Work, tables: tuple[type[Row], ...]) -> dict[object, str]:
    """Everything but the digests that no entry says, which are made once the record stands."""
    remediated: dict[object, object] = {}
    reviewed: dict[object, object] = {}
    for row in tables:
        load(work, REWOUND[row])
        keep_born(work, REWOUND[row])
        if row is Finding:
            remediated = {one["id"]: one["remediated_at"] for one in work.of(Finding)}
        if row is Model:
            reviewed = {one["id"]: one["retired_at"] for one in work.of(Model)}
        take_back(work, REWOUND[row])
    take_back_fields(work)
    undated = [one for one in work.of(Model) if work.past(reviewed[one["id"]]) and one[NEXT_REVIEW] is None]
    without_review_date(work, undated)
    unsaid = take_back_stages(work) if ModelVersion in work.rows else {}
    settle_names(work)
    settle_runs(work)
    settle_overrides(work)
    settle_findings(work, remediated)
    settle_documents(work)
    settle_pointers(work)
    take_back_changes(work)
    settle_audits(work)
    settle_incidents(work)
    settle_columns(work)
    _results(work)
    return unsaid


def _results(work: Work) -> None:
    """The whole result of the newest finished run of each version of the one model that is read; results are large."""
    if not work.model:
        return
    newest = {one["version_id"]: one for one in work.of(Run) if one["status"] is RunStatus.FINISHED}
    by_id = {one["id"]: one for one in newest.values()}
    run = table_of(Run).c
    for part in sliced(list(by_id)):
        for key, result in work.source.execute(select(run.id, run.result).where(run.id.in_(part))):
            by_id[key]["result"] = result
