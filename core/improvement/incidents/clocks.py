"""The use cases of regulators' clocks: decide whether a duty applies, and record that somebody was notified."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import NotFound, Problem, Refusal, Unreadable
from core.improvement.incidents.clock_rules import Rule, known_rules
from core.improvement.incidents.facts import incident_facts, load_incident
from core.improvement.incidents.record import Done, recorded
from core.improvement.incidents.rules import refusals, text_refusals
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.rules.life import Act
from core.improvement.incidents.tables import Incident, IncidentClock, IncidentNotification
from core.improvement.incidents.ticking import Clock, decided_clocks, due_at
from core.improvement.keeping import SHORT, TEXT, check_texts, refuse
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.alerts.raising import settle_alert
from core.store import Store, Transaction

COUNTED = {"id", "starts_at", "due_at", "reason", "decided_by", "decided_at", "entry"}


def decide_clocks(
    store: Store,
    ledger: Ledger,
    *,
    incident: str,
    rules: Sequence[str],
    applies: bool,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Done:
    """Say whether these duties apply to this incident, and why; a later decision takes the place of a former one."""
    check_texts(TEXT, reason=reason)
    with deciding(store, ledger, Act.CLOCK, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = load_incident(tx.session, incident, to_change=True)
        chosen = _rules(tx.session, rules)
        facts = incident_facts(tx.session, row, at=at)
        refuse((*refusals(facts, Act.CLOCK, actor), *text_refusals(reason=reason)))
        payload = {
            "duties": ", ".join(rule.key for rule in chosen), "applies": "applies" if applies else "does not apply",
            "reason": reason.strip(),
            "due": ", ".join(due_at(row, rule).isoformat() for rule in chosen) if applies else "",
        }  # fmt: skip
        if not applies:
            _settle(tx, ledger, row, [rule.key for rule in chosen], "It does not apply.", at)
        done = recorded(tx, ledger, Event.INCIDENT_CLOCK_DECIDED, incident, dict(payload), actor=actor, at=at)
        tx.session.add_all(_decision(row, rule, applies, reason, done.entry, actor, at) for rule in chosen)
        tx.session.flush()
        return done


def record_notification(
    store: Store,
    ledger: Ledger,
    *,
    incident: str,
    rule: str,
    receiver: str,
    reference: str,
    what: str = "",
    notified_at: datetime,
    actor: Actor,
    at: datetime,
) -> Done:
    """Put on record that a duty was met: when, whom, and under which reference of theirs."""
    check_texts(SHORT, receiver=receiver, reference=reference)
    check_texts(TEXT, what=what)
    _check(receiver, reference, notified_at, at)
    with deciding(store, ledger, Act.NOTIFY, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = load_incident(tx.session, incident, to_change=True)
        clock = next((one for one in decided_clocks(tx.session, [row], at=at)[incident] if one.rule == rule), None)
        refuse((*refusals(incident_facts(tx.session, row, at=at), Act.NOTIFY, actor), *notification_refusals(clock)))
        _settle(tx, ledger, row, [rule], "The notification is on record.", at)
        payload = {
            "duty": rule, "receiver": receiver.strip(), "reference": reference.strip(), "what": what.strip(),
            "notified_at": notified_at.isoformat(),
        }  # fmt: skip
        done = recorded(tx, ledger, Event.INCIDENT_NOTIFIED, incident, dict(payload), actor=actor, at=at)
        tx.session.add(
            IncidentNotification(
                incident_id=row.id or 0, rule=rule, receiver=receiver.strip(), reference=reference.strip(),
                what=what.strip(), notified_at=notified_at, written_by=actor.id, written_at=at, entry=done.entry,
            )
        )  # fmt: skip
        tx.session.flush()
        return done


def notification_refusals(clock: Clock | None) -> tuple[Refusal, ...]:
    """A notification is recorded for a duty that somebody said applies."""
    if clock is not None and clock.state is not ClockState.NOT_APPLICABLE:
        return ()
    return (Refusal("clock-undecided", "Nobody said that this duty applies", "incidents", "Decide on it first."),)


def recount(tx: Transaction, row: Incident, entry: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Count clocks that run anew from when the organisation became aware, as that was corrected."""
    for clock in decided_clocks(tx.session, [row], at=at)[row.number]:
        former = clock.decision
        if clock.ticks and former is not None and former.starts_at != row.aware_at:
            values = former.model_dump(
                exclude={"id", "starts_at", "due_at", "reason", "decided_by", "decided_at", "entry"}
            )
            tx.session.add(
                IncidentClock(
                    **values, starts_at=row.aware_at, due_at=row.aware_at + timedelta(hours=former.hours),
                    reason=f"{former.reason}\nCounted anew: {reason.strip()}"[:TEXT], decided_by=actor.id,
                    decided_at=at, entry=entry,
                )
            )  # fmt: skip
    tx.session.flush()


def alert_key(incident: str, rule: str) -> str:
    """What the alert of a clock is known by."""
    return f"incident clock {incident} {rule}"


def _settle(tx: Transaction, ledger: Ledger, row: Incident, rules: Sequence[str], said: str, at: datetime) -> None:
    for rule in rules:
        settle_alert(tx, ledger, alert_key(row.number, rule), said=said, at=at)


def _rules(session: Session, keys: Sequence[str]) -> tuple[Rule, ...]:
    known = {rule.key: rule for rule in known_rules(session)}
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise NotFound("clock", unknown[0])
    if not keys:
        raise Unreadable([Problem("is empty", column="duties", expected="at least one")])
    return tuple(known[key] for key in dict.fromkeys(keys))


def _decision(
    row: Incident, rule: Rule, applies: bool, reason: str, entry: int, actor: Actor, at: datetime
) -> IncidentClock:
    return IncidentClock(
        incident_id=row.id or 0, rule=rule.key, title=rule.title, authority=rule.authority, clause=rule.clause,
        hours=rule.hours, applies=applies, reason=reason.strip(), starts_at=row.aware_at, due_at=due_at(row, rule),
        decided_by=actor.id, decided_at=at, entry=entry,
    )  # fmt: skip


def _check(receiver: str, reference: str, notified_at: datetime, at: datetime) -> None:
    texts = {"receiver": receiver, "reference": reference}
    problems = [Problem("is empty", column=name) for name, text in texts.items() if not text.strip()]
    if notified_at > at:
        problems.append(Problem("lies ahead", column="notified_at", found=f"{notified_at:%Y-%m-%d %H:%M %Z}"))
    if problems:
        raise Unreadable(problems)
