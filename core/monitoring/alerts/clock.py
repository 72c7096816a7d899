"""What happens to alerts by the clock: the snoozed wake; those that nobody took are escalated as the policy says."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from core.access.rules import SYSTEM
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.monitoring.alerts.handling import awake, give, load_alert
from core.monitoring.alerts.noticing import tell_channels, tell_people
from core.monitoring.alerts.people import party_of
from core.monitoring.alerts.raising import entity_of, note
from core.monitoring.alerts.tables import Alert
from core.monitoring.alerts.vocabulary import AlertAct
from core.monitoring.alerts.weighing import weighing_of
from core.policy.alerting.words import span
from core.store import Store, Transaction
from core.store.types import microseconds

ALERT_JOB = "alert clock"
LATER = timedelta(minutes=15)


def due_alerts(session: Session, *, at: datetime) -> tuple[str, ...]:
    """A slot for each alert that wakes or is escalated now: its number and the moment, so that each is done once."""
    query = select(Alert).where(
        col(Alert.closed_at).is_(None), or_(col(Alert.snoozed_until) <= at, col(Alert.escalate_at) <= at)
    )
    return tuple(
        f"{row.number} {microseconds(_moment(row, at))}" for row in session.exec(query.order_by(col(Alert.id)))
    )


def tick(store: Store, ledger: Ledger, *, slot: str, at: datetime) -> bool:
    """Wake or escalate the alert of this slot; False when somebody took it meanwhile, or it was done already."""
    number, _, moment = slot.partition(" ")
    with store.transaction() as tx:
        row = load_alert(tx.session, number, to_change=True)
        if row.closed_at is not None or str(microseconds(_moment(row, at))) != moment:
            return False
        if row.snoozed_until is not None and row.snoozed_until <= at:
            _wake(tx, ledger, row, at)
        elif row.escalate_at is not None and row.escalate_at <= at:
            _escalate(tx, ledger, row, at)
        else:
            return False
        return True


def postpone(store: Store, *, slot: str, at: datetime) -> None:
    """Three workers died on this slot: try again in a quarter of an hour, so that nothing is left waiting."""
    with store.transaction() as tx:
        row = load_alert(tx.session, slot.partition(" ")[0], to_change=True)
        if row.snoozed_until is not None and row.snoozed_until <= at:
            row.snoozed_until = at + LATER
        elif row.escalate_at is not None and row.escalate_at <= at:
            row.escalate_at = at + LATER
        tx.session.add(row)


def _moment(row: Alert, at: datetime) -> datetime:
    return row.snoozed_until or row.escalate_at or at


def _wake(tx: Transaction, ledger: Ledger, row: Alert, at: datetime) -> None:
    awake(tx.session, row, at)
    row.revision += 1
    tx.session.add(row)
    note(tx, row, AlertAct.WOKEN, "the time of its snooze is over", by=SYSTEM, at=at)
    ledger.record(tx, Event.ALERT_WOKEN, entity=entity_of(row), actor=SYSTEM, at=at, payload={"severity": row.severity})
    if row.assignee:
        tell_people(tx, row, AlertAct.WOKEN, [row.assignee], at=at)
    if row.recovered_at is None:
        tell_channels(tx, row, AlertAct.WOKEN, weighing_of(tx.session, row.model, at=at), at=at)


def _escalate(tx: Transaction, ledger: Ledger, row: Alert, at: datetime) -> None:
    """One step of the policy: who is told from now on, and what the alert weighs."""
    weighing = weighing_of(tx.session, row.model, at=at)
    step = weighing.alerting.next_step(row.severity, weighing.tier, row.waited)
    if step is None:  # the policy changed meanwhile
        row.escalate_at = None
        tx.session.add(row)
        return
    people = party_of(tx.session, row, step.to, at=at)
    before = row.severity
    heavier = step.severity is not None and step.severity.rank > before.rank
    row.level, row.waited, row.revision = row.level + 1, step.minutes, row.revision + 1
    if heavier and step.severity is not None:
        row.severity, row.clause, row.waits_since, row.waited = step.severity, step.clause, at, -1
    weighing.set_clock(row)
    tx.session.add(row)
    give(tx, row, people, at=at)
    said = f"nobody took it in {span(step.minutes)} (clause {step.clause}): told to {', '.join(people) or 'nobody'}"
    said += f"; {row.severity} from now on, before {before}" if heavier else ""
    note(tx, row, AlertAct.ESCALATED, said, by=SYSTEM, at=at)
    payload: dict[str, JsonValue] = {
        "level": row.level, "clause": step.clause, "minutes": step.minutes, "to": " ".join(people),
        "severity": row.severity.value,
    }  # fmt: skip
    ledger.record(tx, Event.ALERT_ESCALATED, entity=entity_of(row), actor=SYSTEM, at=at, payload=payload)
    tell_people(tx, row, AlertAct.ESCALATED, people, at=at)
    tell_channels(tx, row, AlertAct.ESCALATED, weighing, at=at)
