"""Reads of channels for administrators: each with its routes and its last message, and the log of what left."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from core.jobs.outbox.tables import Channel, OutboxMessage
from core.monitoring.alerts.channels import route_words
from core.monitoring.alerts.tables import AlertChannel, AlertRoute
from core.monitoring.alerts.telling import TEST, TOLD
from core.store.paging import Page


@dataclass(frozen=True)
class RouteRow:
    """One route in words."""

    key: int
    said: str


@dataclass(frozen=True)
class ChannelRow:
    """One channel with the routes that lead to it; `waiting` counts notices that are not messages yet."""

    channel: AlertChannel
    routes: tuple[RouteRow, ...]


def channels(session: Session, *, open_only: bool = False) -> tuple[ChannelRow, ...]:
    """Every channel, those that are open first."""
    query = select(AlertChannel).order_by(col(AlertChannel.closed_at).is_not(None), col(AlertChannel.id))
    if open_only:
        query = query.where(col(AlertChannel.closed_at).is_(None))
    rows = session.exec(query).all()
    standing = session.exec(select(AlertRoute).where(col(AlertRoute.ended_at).is_(None)).order_by(col(AlertRoute.id)))
    found: dict[int, list[RouteRow]] = {}
    for route in standing:
        found.setdefault(route.channel_id, []).append(RouteRow(route.id or 0, route_words(route)))
    return tuple(ChannelRow(row, tuple(found.get(row.id or 0, ()))) for row in rows)


def left(session: Session, *, limit: int, offset: int) -> Page[OutboxMessage]:
    """What left, or is to leave, for channels and people because of alerts; the newest first."""
    total = session.exec(select(func.count()).select_from(OutboxMessage).where(_of_alerts())).one()
    query = select(OutboxMessage).where(_of_alerts()).order_by(col(OutboxMessage.id).desc())
    return Page(tuple(session.exec(query.limit(limit).offset(offset)).all()), total)


def _of_alerts() -> ColumnElement[bool]:
    return or_(
        col(OutboxMessage.topic).in_([TOLD, TEST]), col(OutboxMessage.channel).in_([Channel.MAIL, Channel.SERVICE])
    )
