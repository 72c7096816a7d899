"""The queue of outputs that people review: what waits and for whom, one output at a time, and how it stands."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func
from sqlalchemy import select as select_figures
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from core.access.rules import Actor
from core.errors import Refusal
from core.inventory.moves import version_by_id
from core.inventory.rules import Duty
from core.inventory.tables import Contribution, Model, ModelVersion
from core.monitoring.controls.reviewing import facts_of, load_output, opinions_of
from core.monitoring.controls.rules import OPEN, OutputStatus, OutputVerdict, review_refusals
from core.monitoring.controls.tables import OutputOpinion, OutputReview
from core.store.paging import Page
from core.store.types import instant

LATELY = timedelta(days=30)


class Queued(StrEnum):
    """Which outputs a list shows."""

    MINE = "for me"  # that the rules let the reader decide on
    WAITING = "waiting"
    OVERDUE = "overdue"
    DECIDED = "decided"


@dataclass(frozen=True)
class Narrowed:
    """What narrows the queue; empty means all."""

    shown: Queued = Queued.WAITING
    model: str = ""
    verdict: OutputVerdict | None = None


@dataclass(frozen=True)
class OutputRow:
    """An output in a list; what it says is masked."""

    number: str
    model: str
    model_name: str
    version: str
    tier: int
    environment: str
    batch: str
    output_id: str
    output_at: datetime
    output: Mapping[str, str]
    clauses: tuple[str, ...]
    reasons: tuple[str, ...]
    flagged_at: datetime
    due_at: datetime
    status: OutputStatus
    verdict: OutputVerdict | None
    decided_at: datetime | None
    people: int

    def is_overdue(self, at: datetime) -> bool:
        """Whether it waits beyond its day."""
        return self.status in OPEN and self.due_at < at


@dataclass(frozen=True)
class OpinionRow:
    """What one person decided, and why."""

    person: str
    verdict: OutputVerdict
    words: str
    at: datetime


@dataclass(frozen=True)
class OutputPage:
    """One output as one reader sees it.

    Of two people who decide, each decides alone: nobody else's opinion is shown before both are there.
    """

    row: OutputRow
    inputs: Mapping[str, str]
    opinions: tuple[OpinionRow, ...]
    given: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class Desk:
    """Outputs of one model that wait for one person: how many, since when, until when, and which is the first."""

    model: str
    model_name: str
    waiting: int
    since: datetime
    due: datetime
    first: str
    tier: int


@dataclass(frozen=True)
class QueueFigures:
    """How the queue stands, in all or of one model: what waits, since when, and what came of it within 30 days."""

    waiting: int
    overdue: int
    oldest: datetime | None
    decided: Mapping[OutputVerdict, int]
    model: str = ""
    model_name: str = ""

    @property
    def reviewed(self) -> int:
        """How many were decided on lately."""
        return sum(self.decided.values())

    @property
    def harmful(self) -> int:
        """How many of them were harmful or escalated."""
        return self.decided.get(OutputVerdict.HARMFUL, 0) + self.decided.get(OutputVerdict.ESCALATE, 0)


def output_queue(
    session: Session, narrowed: Narrowed, viewer: Actor, *, at: datetime, limit: int, offset: int = 0
) -> Page[OutputRow]:
    """The outputs, those due first; what was decided on, the last decided first."""
    query = _narrow(_rows(), narrowed, viewer, at)
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    order = (
        (col(OutputReview.decided_at).desc(), col(OutputReview.id).desc())
        if narrowed.shown is Queued.DECIDED
        else (col(OutputReview.due_at), col(OutputReview.id))
    )
    found = session.execute(query.order_by(*order).limit(limit).offset(offset)).all()
    return Page(tuple(_row(*one) for one in found), total)


def next_output(session: Session, narrowed: Narrowed, viewer: Actor, *, at: datetime, after: str = "") -> str | None:
    """The number of the next output that this reader may decide on, due first, other than `after`."""
    mine = Narrowed(Queued.MINE, narrowed.model)
    query = _narrow(select(OutputReview.number).select_from(OutputReview), mine, viewer, at)
    query = query.where(OutputReview.number != after).order_by(col(OutputReview.due_at), col(OutputReview.id))
    return session.execute(query.limit(1)).scalar_one_or_none()


def output_page(session: Session, number: str, viewer: Actor) -> OutputPage:
    """The output with this number; raises `NotFound`."""
    row = load_output(session, number)
    given = opinions_of(session, row)
    model, version = version_by_id(session, row.version_id)
    shown = [one for one in given if row.status is OutputStatus.DECIDED or one.person == viewer.id]
    return OutputPage(
        _row(row, model, version),
        json.loads(row.inputs),
        tuple(OpinionRow(one.person, one.verdict, one.said, one.at) for one in shown),
        len(given),
        review_refusals(facts_of(session, row, given), viewer),
    )


def desk_of(session: Session, viewer: Actor, *, at: datetime) -> tuple[Desk, ...]:
    """What this reader may decide on, as one line for each model, the one that is due first at the top."""
    query = select_figures(
        col(Model.number),
        col(Model.name),
        func.count(),
        func.min(col(OutputReview.flagged_at)),
        func.min(col(OutputReview.due_at)),
        func.min(col(OutputReview.number)),
        func.max(col(OutputReview.tier)),
    ).join(Model, col(Model.id) == col(OutputReview.model_id))
    query = _narrow(query, Narrowed(Queued.MINE), viewer, at).group_by(col(Model.number), col(Model.name))
    found = session.execute(query.order_by(func.min(col(OutputReview.due_at)))).all()
    return tuple(
        Desk(model, name, int(waiting), _moment(since), _moment(due), first, tier)
        for model, name, waiting, since, due, first, tier in found
    )


def queue_figures(session: Session, *, at: datetime, model: str = "") -> QueueFigures:
    """How the queue stands, of one model or of all."""
    query = select_figures(*_figures(at))
    if model:
        query = query.where(
            col(OutputReview.model_id) == select(Model.id).where(Model.number == model).scalar_subquery()
        )
    return _told(tuple(session.execute(query).one()), model)


def queue_by_model(session: Session, *, at: datetime, limit: int = 25) -> tuple[QueueFigures, ...]:
    """The same for each model that has any, those with most overdue and most waiting first."""
    figures = _figures(at)
    query = (
        select_figures(*figures, col(Model.number), col(Model.name))
        .join(Model, col(Model.id) == col(OutputReview.model_id))
        .group_by(col(Model.number), col(Model.name))
        .order_by(figures[1].desc(), figures[0].desc(), col(Model.number))
        .limit(limit)
    )
    return tuple(_told(tuple(one), one[-2], one[-1]) for one in session.execute(query).all())


def _figures(at: datetime) -> list[ColumnElement[Any]]:  # counts, and a moment among them
    waits = col(OutputReview.status).in_(OPEN)
    lately = col(OutputReview.decided_at) > at - LATELY

    def counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    return [
        counted(waits),
        counted(waits & (col(OutputReview.due_at) < at)),
        func.min(case((waits, col(OutputReview.flagged_at)))),
        *(counted(lately & (col(OutputReview.verdict) == verdict)) for verdict in OutputVerdict),
    ]


def _told(found: Sequence[Any], model: str, name: str = "") -> QueueFigures:
    waiting, overdue, oldest, *decided = found[: 3 + len(OutputVerdict)]
    since = _moment(oldest) if oldest is not None else None
    return QueueFigures(
        int(waiting), int(overdue), since, {v: int(n) for v, n in zip(OutputVerdict, decided, strict=True)}, model, name
    )


def _moment(value: int | datetime) -> datetime:
    """An aggregate of moments comes as its whole number where the database does not know the column's type."""
    return instant(value) if isinstance(value, int) else value


def _rows() -> Select[OutputReview, Model, ModelVersion]:
    return (
        select(OutputReview, Model, ModelVersion)
        .join(Model, col(Model.id) == col(OutputReview.model_id))
        .join(ModelVersion, col(ModelVersion.id) == col(OutputReview.version_id))
    )


def _narrow(query, narrowed: Narrowed, viewer: Actor, at: datetime):  # type: ignore[no-untyped-def]
    if narrowed.shown is Queued.DECIDED:
        query = query.where(OutputReview.status == OutputStatus.DECIDED)
    else:
        query = query.where(col(OutputReview.status).in_(OPEN))
    if narrowed.shown is Queued.OVERDUE:
        query = query.where(OutputReview.due_at < at)
    if narrowed.shown is Queued.MINE:
        gave = exists().where(
            col(OutputOpinion.review_id) == col(OutputReview.id), col(OutputOpinion.person) == viewer.id
        )
        built = exists().where(
            col(Contribution.version_id) == col(OutputReview.version_id),
            col(Contribution.person) == viewer.id,
            col(Contribution.duty) == Duty.DEVELOPMENT,
        )
        query = query.where(~gave, ~built)
    if narrowed.model:
        of_model = select(Model.id).where(Model.number == narrowed.model).scalar_subquery()
        query = query.where(OutputReview.model_id == of_model)
    return query.where(OutputReview.verdict == narrowed.verdict) if narrowed.verdict else query


def _row(row: OutputReview, model: Model, version: ModelVersion) -> OutputRow:
    return OutputRow(
        row.number, model.number, model.name, version.version, row.tier, row.environment, row.batch, row.output_id,
        row.output_at, json.loads(row.output), tuple(json.loads(row.clauses)), tuple(json.loads(row.reasons)),
        row.flagged_at, row.due_at, row.status, row.verdict, row.decided_at, row.people,
    )  # fmt: skip
