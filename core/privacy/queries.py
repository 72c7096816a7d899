"""What waits of personal data, what was decided, and where it was met, as typed rows."""

from datetime import datetime, timedelta

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from core.access.personal_data.entrances import Entrance
from core.access.personal_data.tables import (
    ColumnDecision,
    ColumnFound,
    HeldOpinion,
    HeldText,
    PlaceSeen,
    TextStatus,
)
from core.access.personal_data.taught import Lesson, lessons
from core.access.rules import Actor
from core.inventory.moves import load_version
from core.privacy.rows import ColumnRow, DecisionRow, MetRow, Opinion, TextRow, Waiting
from core.privacy.text_rules import ColumnFacts, column_refusals, text_refusals, withdrawal_refusals
from core.privacy.texts import facts_of, opinions_of
from core.store.paging import Page
from core.validation.handed import datasets_of

RECENT = timedelta(days=30)


def column_lessons(session: Session, model: str, version: str | None, *, at: datetime) -> tuple[Lesson, ...]:
    """What people decided of the columns of a model and of its version's datasets, as far as it counts now."""
    if version is None:
        return lessons(session, (model,), at=at)
    return lessons(session, (model, *datasets_of(session, load_version(session, model, version)[1])), at=at)


def waiting(session: Session) -> Waiting:
    """What waits for a decision."""
    columns = session.exec(select(func.count()).where(ColumnFound.decision == "")).one()
    texts = session.exec(select(func.count()).where(HeldText.status != TextStatus.DECIDED)).one()
    return Waiting(columns, texts)


def columns_waiting(session: Session, actor: Actor, *, limit: int = 25, offset: int = 0) -> Page[ColumnRow]:
    """Columns that stopped a table and on which nobody has decided, the newest first."""
    newest = (col(ColumnFound.last_at).desc(), col(ColumnFound.id).desc())
    query = select(ColumnFound).where(ColumnFound.decision == "").order_by(*newest).limit(limit).offset(offset)
    rows = session.exec(query).all()
    return Page(tuple(_column(row, actor) for row in rows), waiting(session).columns)


def decisions(session: Session, actor: Actor, *, limit: int = 25, offset: int = 0) -> Page[DecisionRow]:
    """Every decision on a column, the newest first."""
    query = select(ColumnDecision).order_by(col(ColumnDecision.id).desc()).limit(limit).offset(offset)
    total = session.exec(select(func.count()).select_from(ColumnDecision)).one()
    return Page(tuple(_decision(row, actor) for row in session.exec(query).all()), total)


def decisions_of(session: Session, model: str, *, at: datetime) -> tuple[DecisionRow, ...]:
    """The decisions that count for a model now, for its reports."""
    query = (
        select(ColumnDecision)
        .where(
            ColumnDecision.scope == model,
            col(ColumnDecision.withdrawn_at).is_(None),
            col(ColumnDecision.decided_at) <= at,
            col(ColumnDecision.until) > at,
        )
        .order_by(col(ColumnDecision.id))
    )
    return tuple(_decision(row, Actor("")) for row in session.exec(query).all())


def texts_waiting(session: Session, actor: Actor, *, at: datetime, limit: int = 25, offset: int = 0) -> Page[TextRow]:
    """Texts that were held back and wait, the longest waiting first."""
    wanted = col(HeldText.status) != TextStatus.DECIDED
    query = select(HeldText).where(wanted).order_by(col(HeldText.id)).limit(limit).offset(offset)
    rows = session.exec(query).all()
    return Page(tuple(_text(session, row, actor, at) for row in rows), waiting(session).texts)


def texts_decided(session: Session, actor: Actor, *, at: datetime, limit: int = 10) -> tuple[TextRow, ...]:
    """Texts that were decided on, the newest first."""
    query = (
        select(HeldText)
        .where(HeldText.status == TextStatus.DECIDED)
        .order_by(col(HeldText.decided_at).desc(), col(HeldText.id).desc())
        .limit(limit)
    )
    return tuple(_text(session, row, actor, at) for row in session.exec(query).all())


def met(session: Session, *, at: datetime) -> tuple[MetRow, ...]:
    """Where personal data was met in the last 30 days, by kind of entrance and by what happened to it."""
    by = (col(PlaceSeen.entrance), col(PlaceSeen.handling))
    counts = (func.count(), func.sum(PlaceSeen.places), func.max(PlaceSeen.at))
    found = session.execute(sql_select(*by, *counts).where(col(PlaceSeen.at) > at - RECENT).group_by(*by)).all()
    order = list(Entrance)
    rows = [MetRow(entrance, handling, texts, int(places), last) for entrance, handling, texts, places, last in found]
    return tuple(sorted(rows, key=lambda row: (order.index(row.entrance), row.handling)))


def _column(row: ColumnFound, actor: Actor) -> ColumnRow:
    against = column_refusals(ColumnFacts(row.handed_in_by, row.decision), actor)
    return ColumnRow(
        row.number, row.scope, row.where_met, row.column_name, row.said, row.shape, row.share, row.first_line,
        row.handed_in_by, row.last_at, row.times, row.decision, against,
    )  # fmt: skip


def _decision(row: ColumnDecision, actor: Actor) -> DecisionRow:
    return DecisionRow(
        row.number, row.finding, row.scope, row.column_name, row.kinds, row.verdict, row.reason, row.until,
        row.decided_by, row.decided_at, row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason,
        withdrawal_refusals(row.withdrawn_at is not None, actor),
    )  # fmt: skip


def _text(session: Session, row: HeldText, actor: Actor, at: datetime) -> TextRow:
    given = opinions_of(session, row)
    facts = facts_of(session, row, given, at=at)
    return TextRow(
        row.number, row.place, row.entity_kind, row.entity_id, row.masked, row.kinds, row.author, row.held_at,
        row.status, row.verdict, row.decided_at, facts.people, tuple(_opinion(one) for one in given),
        text_refusals(facts, actor),
    )  # fmt: skip


def _opinion(row: HeldOpinion) -> Opinion:
    return Opinion(row.person, row.verdict, row.reason, row.at)
