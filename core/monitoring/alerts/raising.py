"""Raises an alert once for as long as its condition lasts, and notes when the condition is gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.access.rules import SYSTEM, Actor
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.head import lock_head
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.monitoring.alerts.noticing import tell_channels
from core.monitoring.alerts.tables import Alert, AlertStep
from core.monitoring.alerts.vocabulary import AlertAct
from core.monitoring.alerts.weighing import Weighing, weighing_of
from core.policy.alerting.rules import AlertKind as AlertKind
from core.store import Transaction
from core.store.numbers import next_number
from core.validation.rules import Severity

LONGEST_KEY, LONGEST_TITLE, LONGEST_DETAIL = 400, 300, 4000


@dataclass(frozen=True)
class Signal:
    """A condition that somebody should know of.

    `key` names the condition and stays the same for as long as it lasts; `about` are the records that show it. Title
    and detail are read outside: names of metrics and groups, numbers and ids, never what a row of data says.
    """

    kind: AlertKind
    key: str
    severity: Severity
    title: str
    detail: str
    model: str = ""
    version: str = ""
    environment: str = ""
    about: tuple[Ref, ...] = ()


def raise_alert(tx: Transaction, ledger: Ledger, signal: Signal, *, actor: Actor = SYSTEM, at: datetime) -> str:
    """The number of a new alert, or of the open one of this key, which counts one more.

    The policy in force may let it weigh more or less. Whoever is to be told is told once the transaction is committed.
    Writers of alerts queue at the head of the ledger, so that two of one key become one. Draw other numbers first.
    """
    if not signal.key or len(signal.key) > LONGEST_KEY:
        raise ValueError(f"The key of an alert has 1 to {LONGEST_KEY} characters.")
    lock_head(tx.session)
    weighing = weighing_of(tx.session, signal.model, at=at)
    standing = open_alert(tx.session, signal.key)
    if standing is not None:
        return _seen_again(tx, ledger, standing, signal, weighing, actor, at)
    return _new(tx, ledger, signal, weighing, actor, at)


def settle_alert(tx: Transaction, ledger: Ledger, key: str, *, said: str, at: datetime) -> str | None:
    """Note that the condition is gone; the number of its open alert, which a person still closes, or None."""
    lock_head(tx.session)
    row = open_alert(tx.session, key)
    if row is None or row.recovered_at is not None:
        return None
    row.recovered_at, row.escalate_at, row.revision = at, None, row.revision + 1
    tx.session.add(row)
    note(tx, row, AlertAct.RECOVERED, said, by=SYSTEM, at=at)
    ledger.record(tx, Event.ALERT_RECOVERED, entity=entity_of(row), actor=SYSTEM, at=at, payload={"said": said[:1000]})
    tell_channels(tx, row, AlertAct.RECOVERED, weighing_of(tx.session, row.model, at=at), at=at)
    return row.number


def open_alert(session: Session, key: str) -> Alert | None:
    """The alert of this key that nobody closed yet."""
    return session.exec(select(Alert).where(Alert.key == key, col(Alert.closed_at).is_(None))).first()


def entity_of(row: Alert) -> Entity:
    """Named after its model where there is one, so that the model's history shows it."""
    return Entity("alert", f"{row.model} {row.number}" if row.model else row.number)


def note(tx: Transaction, row: Alert, act: AlertAct, said: str, *, by: Actor, at: datetime) -> None:
    """Add a line to the alert's history."""
    if row.id is None:
        raise ValueError("The alert is not stored yet.")
    tx.session.add(AlertStep(alert_id=row.id, at=at, act=act, by=by.acting_as, said=said[:LONGEST_DETAIL]))


def _new(tx: Transaction, ledger: Ledger, signal: Signal, weighing: Weighing, actor: Actor, at: datetime) -> str:
    session = tx.session
    former = session.exec(
        select(Alert.number).where(Alert.key == signal.key).order_by(col(Alert.id).desc()).limit(1)
    ).first()
    severity, clause = weighing.weighed(signal.kind, signal.severity)
    number = next_number(session, "AL")
    first = _group_of(session, signal, weighing.together, at)
    row = Alert(
        number=number, kind=signal.kind.value, key=signal.key, severity=severity, clause=clause,
        title=signal.title[:LONGEST_TITLE], detail=signal.detail[:LONGEST_DETAIL], model=signal.model,
        version=signal.version, environment=signal.environment, former=former or "", raised_at=at, seen_at=at,
        waits_since=at, cluster=first.cluster if first else number, cluster_at=first.cluster_at if first else at,
    )  # fmt: skip
    weighing.set_clock(row)
    session.add(row)
    session.flush()
    note(tx, row, AlertAct.RAISED, signal.detail, by=actor, at=at)
    _link_about(tx, row, signal, actor, at)
    if former:
        link(tx, Ref(RecordKind.ALERT, former), Ref(RecordKind.ALERT, number), by=actor.acting_as, at=at)
    payload: dict[str, JsonValue] = {
        "kind": row.kind, "severity": severity.value, "clause": clause, "key": row.key, "title": row.title,
        "group": row.cluster, "version": row.version, "environment": row.environment, "former": row.former,
        "about": _words(signal),
    }  # fmt: skip
    ledger.record(tx, Event.ALERT_RAISED, entity=entity_of(row), actor=actor, at=at, payload=payload)
    tell_channels(tx, row, AlertAct.RAISED, weighing, at=at)
    return number


def _seen_again(
    tx: Transaction, ledger: Ledger, row: Alert, signal: Signal, weighing: Weighing, actor: Actor, at: datetime
) -> str:
    """Counts one more; on record where it says something new: another record, more weight, or after a recovery."""
    severity, clause = weighing.weighed(signal.kind, signal.severity)
    came_back, heavier = row.recovered_at is not None, severity.rank > row.severity.rank
    row.count, row.seen_at, row.recovered_at, row.revision = row.count + 1, at, None, row.revision + 1
    row.title, row.detail = signal.title[:LONGEST_TITLE], signal.detail[:LONGEST_DETAIL]
    if heavier:  # what weighs more than when it was put off is not put off any longer
        row.severity, row.clause, row.snoozed_until = severity, clause, None
    if came_back or heavier:
        row.waits_since, row.waited = at, -1
        weighing.set_clock(row)
    tx.session.add(row)
    act = AlertAct.CAME_BACK if came_back else AlertAct.REPEATED
    note(tx, row, act, signal.detail, by=actor, at=at)
    linked_more = _link_about(tx, row, signal, actor, at)
    if came_back or heavier or linked_more:
        payload: dict[str, JsonValue] = {
            "count": row.count, "severity": row.severity.value, "title": row.title, "came_back": came_back,
            "about": _words(signal),
        }  # fmt: skip
        ledger.record(tx, Event.ALERT_REPEATED, entity=entity_of(row), actor=actor, at=at, payload=payload)
    if came_back or heavier:
        tell_channels(tx, row, act, weighing, at=at)
    return row.number


def _group_of(session: Session, signal: Signal, together: timedelta, at: datetime) -> Alert | None:
    """The newest alert of the group that is still open to more: of this model and environment, or of this kind."""
    query = select(Alert).where(
        Alert.model == signal.model, Alert.environment == signal.environment, col(Alert.cluster_at) > at - together
    )
    if not signal.model:
        query = query.where(Alert.kind == signal.kind.value)
    return session.exec(query.order_by(col(Alert.id).desc()).limit(1)).first()


def _link_about(tx: Transaction, row: Alert, signal: Signal, actor: Actor, at: datetime) -> bool:
    """Whether any of the records was not linked yet."""
    here = Ref(RecordKind.ALERT, row.number)
    made = [link(tx, ref, here, by=actor.acting_as, at=at) for ref in signal.about]
    return any(made)


def _words(signal: Signal) -> list[JsonValue]:
    return [f"{ref.kind} {ref.number}" for ref in signal.about]
