"""Says who is to be told of an alert, and when: stored in the transaction of the act that it tells of.

A message of a critical alert leaves at once. Others wait a little for alerts of their group; what joins a group that a
channel was told of already follows when the group closes, unless it weighs more. In quiet hours only critical alerts
leave; what was held back is told in one digest when they end.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.monitoring.alerts.rules import quiet_until
from core.monitoring.alerts.tables import Alert, AlertChannel, AlertNotice, AlertRoute
from core.monitoring.alerts.vocabulary import AlertAct
from core.monitoring.alerts.weighing import Weighing
from core.policy.alerting.rules import Severity
from core.store import Transaction


def tell_channels(tx: Transaction, row: Alert, act: AlertAct, weighing: Weighing, *, at: datetime) -> None:
    """Queue what the channels of this alert are to be told."""
    if row.id is None or row.snoozed_until is not None:
        return
    for channel in _routed(tx.session, row, weighing):
        told = _told(tx.session, row, channel)
        if act is AlertAct.RECOVERED and not any(one.alert_id == row.id for one in told):
            continue  # who was not told of it need not hear that it is over
        due, held = _due(row, act, channel, told, weighing, at)
        _add(tx, row, channel.number, act, due, held, at)


def tell_people(tx: Transaction, row: Alert, act: AlertAct, people: Sequence[str], *, at: datetime) -> None:
    """Queue what these people are to be told in person; nobody is told twice of one thing in one moment."""
    for person in people:
        _add(tx, row, person, act, at, False, at)


def _routed(session: Session, row: Alert, weighing: Weighing) -> list[AlertChannel]:
    query = (
        select(AlertChannel, AlertRoute)
        .join(AlertRoute, col(AlertRoute.channel_id) == col(AlertChannel.id))
        .where(col(AlertChannel.closed_at).is_(None), col(AlertRoute.ended_at).is_(None))
        .order_by(col(AlertChannel.id))
    )
    found = {channel.number: channel for channel, route in session.exec(query) if _leads(route, row, weighing)}
    return list(found.values())


def _leads(route: AlertRoute, row: Alert, weighing: Weighing) -> bool:
    return (
        row.severity.rank >= route.least.rank
        and (not route.kinds or row.kind in route.kinds.split(","))
        and (not route.tiers or str(weighing.tier) in route.tiers.split(","))
        and route.model in ("", row.model)
        and route.environment in ("", row.environment)
    )


def _told(session: Session, row: Alert, channel: AlertChannel) -> list[AlertNotice]:
    """What the channel was told, or is to be told, of the alert and its group."""
    query = (
        select(AlertNotice)
        .join(Alert, col(Alert.id) == col(AlertNotice.alert_id))
        .where(Alert.cluster == row.cluster, AlertNotice.to == channel.number)
        .order_by(col(AlertNotice.id))
    )
    return list(session.exec(query).all())


def _due(
    row: Alert, act: AlertAct, channel: AlertChannel, told: Sequence[AlertNotice], weighing: Weighing, at: datetime
) -> tuple[datetime, bool]:
    """When, and whether quiet hours hold it back."""
    if row.severity is Severity.CRITICAL:
        return at, False
    due = at + weighing.wait
    if act in (AlertAct.RAISED, AlertAct.CAME_BACK):
        due = max(due, _after_group(row, told, weighing.together))
    quiet = quiet_until(due, channel.quiet_from, channel.quiet_to, channel.zone)
    return (due, False) if quiet is None else (quiet, True)


def _after_group(row: Alert, told: Sequence[AlertNotice], together: timedelta) -> datetime:
    """The end of the time in which the group is told once; the beginning of it where this weighs more."""
    opening = [one for one in told if one.act in (AlertAct.RAISED, AlertAct.CAME_BACK) and one.told_at is not None]
    if not opening or row.severity.rank > max(one.severity.rank for one in opening):
        return row.cluster_at
    return max(one.told_at or one.due_at for one in opening) + together


def _add(tx: Transaction, row: Alert, to: str, act: AlertAct, due: datetime, held: bool, at: datetime) -> None:
    if row.id is None:
        raise ValueError("The alert is not stored yet.")
    tx.session.add(
        AlertNotice(alert_id=row.id, to=to, act=act, severity=row.severity, queued_at=at, due_at=due, held=held)
    )
