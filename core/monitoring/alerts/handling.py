"""People handle alerts: they acknowledge, assign, snooze and wake them, and close them with a cause."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.grants import actor_of
from core.access.personal_data.masking import mask
from core.access.rules import Actor
from core.errors import Conflict, NotFound, Refusal, Refused, Unreadable
from core.inventory.intake import text_problems
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.head import lock_head
from core.ledger.service import Entity, Ledger
from core.monitoring.alerts.noticing import tell_people
from core.monitoring.alerts.people import facts_of
from core.monitoring.alerts.raising import entity_of, note
from core.monitoring.alerts.rules import (
    acknowledge_refusals,
    assign_refusals,
    close_refusals,
    snooze_refusals,
    wake_refusals,
)
from core.monitoring.alerts.tables import Alert, AlertPerson
from core.monitoring.alerts.vocabulary import AlertAct, AlertStatus, Cause
from core.monitoring.alerts.weighing import weighing_of
from core.store import Store, Transaction

LONGEST = 2000


def acknowledge(store: Store, ledger: Ledger, *, alert: str, actor: Actor, at: datetime) -> int:
    """Say that somebody looks into it: it is escalated no more, and given to the actor where nobody has it."""
    with deciding(store, ledger, "acknowledge an alert", entity=Entity("alert", alert), actor=actor, at=at) as tx:
        row = load_alert(tx.session, alert, to_change=True)
        _refuse(acknowledge_refusals(facts_of(tx.session, row), actor))
        row.status, row.acknowledged_by, row.acknowledged_at = AlertStatus.ACKNOWLEDGED, actor.id, at
        row.assignee, row.escalate_at = row.assignee or actor.id, None
        return _done(tx, ledger, row, AlertAct.ACKNOWLEDGED, "", {"assignee": row.assignee}, actor, at)


def assign(
    store: Store, ledger: Ledger, *, alert: str, to: str, seen: int | None = None, actor: Actor, at: datetime
) -> int:
    """Give it to a person, who is told; it counts as taken once that person acknowledges it."""
    with deciding(store, ledger, "assign an alert", entity=Entity("alert", alert), actor=actor, at=at) as tx:
        row = load_alert(tx.session, alert, to_change=True, seen=seen)
        _refuse(assign_refusals(facts_of(tx.session, row), actor, actor_of(tx.session, to, at=at)))
        former, row.assignee = row.assignee, to
        if to != actor.id:
            tell_people(tx, row, AlertAct.ASSIGNED, [to], at=at)
        said = f"to {to}" + (f", before to {former}" if former else "")
        return _done(tx, ledger, row, AlertAct.ASSIGNED, said, {"assignee": to, "before": former}, actor, at)


def snooze(
    store: Store, ledger: Ledger, *, alert: str, until: datetime, reason: str, actor: Actor, at: datetime
) -> int:
    """Put it off until then: nobody is told of it meanwhile, and it wakes by itself."""
    _check(reason, "reason")
    with deciding(store, ledger, "snooze an alert", entity=Entity("alert", alert), actor=actor, at=at) as tx:
        row = load_alert(tx.session, alert, to_change=True)
        _refuse(snooze_refusals(facts_of(tx.session, row), actor, until=until, reason=reason, at=at))
        row.snoozed_until, row.escalate_at = until, None
        said = mask(reason.strip())
        payload: dict[str, JsonValue] = {"until": until.isoformat(), "reason": said}
        return _done(tx, ledger, row, AlertAct.SNOOZED, f"until {until:%Y-%m-%d %H:%M} UTC: {said}", payload, actor, at)


def wake(store: Store, ledger: Ledger, *, alert: str, actor: Actor, at: datetime) -> int:
    """Wake it before its time; the minutes of an escalation count anew."""
    with deciding(store, ledger, "wake an alert", entity=Entity("alert", alert), actor=actor, at=at) as tx:
        row = load_alert(tx.session, alert, to_change=True)
        _refuse(wake_refusals(facts_of(tx.session, row), actor))
        awake(tx.session, row, at)
        return _done(tx, ledger, row, AlertAct.WOKEN, "before its time", {}, actor, at)


def close_alert(
    store: Store, ledger: Ledger, *, alert: str, cause: Cause, words: str, actor: Actor, at: datetime
) -> int:
    """Close it with its cause and what was found; should the condition come back, a new alert names this one."""
    _check(words, "what was found")
    with deciding(store, ledger, "close an alert", entity=Entity("alert", alert), actor=actor, at=at) as tx:
        row = load_alert(tx.session, alert, to_change=True)
        _refuse(close_refusals(facts_of(tx.session, row), actor, words=words))
        row.status, row.cause, row.closing = AlertStatus.CLOSED, cause, mask(words.strip())
        row.closed_by, row.closed_at, row.escalate_at, row.snoozed_until = actor.id, at, None, None
        payload: dict[str, JsonValue] = {
            "cause": cause.value, "said": row.closing, "count": row.count, "recovered": row.recovered_at is not None,
        }  # fmt: skip
        return _done(tx, ledger, row, AlertAct.CLOSED, f"{cause}: {row.closing}", payload, actor, at)


def load_alert(session: Session, number: str, *, to_change: bool = False, seen: int | None = None) -> Alert:
    """The alert; raises `NotFound`, and `Conflict` when it is no longer at the revision that was seen.

    Whoever changes one queues at the head of the ledger first, as those do who raise one.
    """
    if to_change:
        lock_head(session)
    row = session.exec(select(Alert).where(col(Alert.number) == number)).first()
    if row is None:
        raise NotFound("alert", number)
    if seen is not None and row.revision != seen:
        raise Conflict(f"revision {seen}", f"revision {row.revision}", number)
    return row


def awake(session: Session, row: Alert, at: datetime) -> None:
    """End the snooze; from now on the minutes of an escalation count anew."""
    row.snoozed_until, row.waits_since, row.waited = None, at, -1
    weighing_of(session, row.model, at=at).set_clock(row)


def give(tx: Transaction, row: Alert, people: Sequence[str], *, at: datetime) -> tuple[str, ...]:
    """Let these people handle the alert; answers with those who could not before."""
    known = set(tx.session.exec(select(AlertPerson.person).where(AlertPerson.alert_id == row.id)).all())
    new = tuple(person for person in people if person not in known)
    tx.session.add_all(AlertPerson(alert_id=row.id or 0, person=person, since=at) for person in new)
    return new


def _done(
    tx: Transaction, ledger: Ledger, row: Alert, act: AlertAct, said: str, payload: dict[str, JsonValue],
    actor: Actor, at: datetime,
) -> int:  # fmt: skip
    """The entry of the act."""
    row.revision += 1
    tx.session.add(row)
    note(tx, row, act, said, by=actor, at=at)
    return ledger.record(tx, EVENTS[act], entity=entity_of(row), actor=actor, at=at, payload=payload).index


EVENTS = {
    AlertAct.ACKNOWLEDGED: Event.ALERT_ACKNOWLEDGED,
    AlertAct.ASSIGNED: Event.ALERT_ASSIGNED,
    AlertAct.SNOOZED: Event.ALERT_SNOOZED,
    AlertAct.WOKEN: Event.ALERT_WOKEN,
    AlertAct.CLOSED: Event.ALERT_CLOSED,
}


def _check(text: str, what: str) -> None:
    problems = list(text_problems(what, text, longest=LONGEST, required=False))
    if problems:
        raise Unreadable(problems)


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
