"""Looks after clocks by the clock: one that nears its end or passed it raises an alert, once each."""

from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import SYSTEM
from core.improvement.incidents.clocks import alert_key
from core.improvement.incidents.facts import load_incident
from core.improvement.incidents.record import recorded
from core.improvement.incidents.rules.clocks import WORRYING, ClockState
from core.improvement.incidents.rules.life import FINAL
from core.improvement.incidents.tables import ClockWarning, Incident, IncidentClock
from core.improvement.incidents.ticking import Clock, decided_clocks
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.store import Store
from core.validation.rules import Severity

SEVERITY = {ClockState.NEARING: Severity.HIGH, ClockState.OVERDUE: Severity.CRITICAL}


def warn_of_clocks(store: Store, ledger: Ledger, *, at: datetime) -> int:
    """How many warnings were raised; the state of a clock is asked again inside, so that two workers warn once."""
    with store.reading() as session:
        waiting = clocks_waiting(session, at)
    return sum(_warn(store, ledger, number, rule, at) for number, rule in waiting)


def clocks_waiting(session: Session, at: datetime) -> list[tuple[str, str]]:
    """Incident and duty of every clock that somebody is to be warned of now, and was not yet."""
    return [(number, clock.rule) for number, clocks in _worrying(session, at).items() for clock in clocks]


def _worrying(session: Session, at: datetime) -> dict[str, list[Clock]]:
    """Clocks that near their end or passed it, and of which nobody was warned in that state."""
    ticking = select(IncidentClock.incident_id).where(IncidentClock.applies)
    query = select(Incident).where(col(Incident.status).not_in(FINAL), col(Incident.id).in_(ticking))
    incidents = session.exec(query).all()
    ids = {row.number: row.id or 0 for row in incidents}
    warned = {
        (one.incident_id, one.rule, one.due_at, one.step)
        for one in session.exec(select(ClockWarning).where(col(ClockWarning.incident_id).in_(list(ids.values()))))
    }
    return {
        number: [
            one
            for one in clocks
            if one.state in WORRYING and (ids[number], one.rule, one.due_at, one.state.value) not in warned
        ]
        for number, clocks in decided_clocks(session, incidents, at=at).items()
    }


def _warn(store: Store, ledger: Ledger, number: str, rule: str, at: datetime) -> bool:
    with store.transaction() as tx:
        row = load_incident(tx.session, number, to_change=True)
        clock = next((one for one in decided_clocks(tx.session, [row], at=at)[number] if one.rule == rule), None)
        if clock is None or clock.state not in WORRYING or row.status in FINAL or _is_warned(tx.session, row, clock):
            return False
        tx.session.add(
            ClockWarning(
                incident_id=row.id or 0, rule=rule, due_at=clock.due_at, step=clock.state.value, warned_at=at
            )
        )  # fmt: skip
        tx.session.flush()
        alert = raise_alert(tx, ledger, _signal(row, clock), at=at)
        payload = {"duty": rule, "state": clock.state.value, "due": clock.due_at.isoformat(), "alert": alert}
        recorded(tx, ledger, Event.INCIDENT_CLOCK_WARNED, number, dict(payload), actor=SYSTEM, at=at)
        return True


def _is_warned(session: Session, row: Incident, clock: Clock) -> bool:
    query = select(ClockWarning.id).where(
        ClockWarning.incident_id == row.id, ClockWarning.rule == clock.rule, ClockWarning.due_at == clock.due_at,
        ClockWarning.step == clock.state.value,
    )  # fmt: skip
    return session.exec(query).first() is not None


def _signal(row: Incident, clock: Clock) -> Signal:
    """In numbers and the words of the duty alone: what happened is read where people sign in."""
    passed = clock.state is ClockState.OVERDUE
    said = "has passed without a notification on record" if passed else "is near its end"
    due = f"{clock.due_at:%Y-%m-%d %H:%M} UTC"
    return Signal(
        kind=AlertKind.INCIDENT_CLOCK,
        key=alert_key(row.number, clock.rule),
        severity=SEVERITY[clock.state],
        title=f"{row.number}: the time for “{clock.title}” {said}",
        detail=f"{clock.clause}: {clock.authority}, due {due}. Notify, and record when, whom and their reference.",
        model=row.model,
        environment=row.environment,
        about=(Ref(RecordKind.INCIDENT, row.number),),
    )
