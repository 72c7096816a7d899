"""The use cases of the response: command, severity, contained, resolved, reopened, merged."""

from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor, Permission
from core.errors import Problem, Unreadable
from core.improvement.incidents.clocks import alert_key
from core.improvement.incidents.facts import incident_facts, load_incident
from core.improvement.incidents.record import Done, recorded
from core.improvement.incidents.rules import commander_refusals, refusals, text_refusals
from core.improvement.incidents.rules.life import Act, IncidentStatus
from core.improvement.incidents.tables import Incident
from core.improvement.incidents.ticking import decided_clocks
from core.improvement.keeping import TEXT, check_texts, lacking, refuse, save
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.monitoring.alerts.raising import settle_alert
from core.store import Store, Transaction
from core.validation.rules import Severity


def give_command(
    store: Store, ledger: Ledger, *, incident: str, commander: str, reason: str, actor: Actor, at: datetime
) -> Done:
    """Take command, or hand it over; everybody who ever led is remembered, for none of them reviews."""
    check_texts(TEXT, reason=reason)
    with deciding(store, ledger, Act.COMMAND, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = load_incident(tx.session, incident, to_change=True)
        facts = incident_facts(tx.session, row, at=at)
        may_lead = not lacking(tx.session, [commander], Permission.INCIDENT_HANDLE, at=at)
        refuse(
            (
                *refusals(facts, Act.COMMAND, actor),
                *commander_refusals(facts, commander, may_lead=may_lead),
                *text_refusals(reason=reason),
            )
        )
        former = row.commander or ""
        save(tx, row, {"commander": commander}, reason=reason, actor=actor, at=at)
        payload = {"from": former, "to": commander, "reason": reason.strip()}
        return recorded(tx, ledger, Event.INCIDENT_COMMAND_GIVEN, incident, dict(payload), actor=actor, at=at)


def change_severity(
    store: Store, ledger: Ledger, *, incident: str, severity: Severity, reason: str, actor: Actor, at: datetime
) -> Done:
    """Raise or lower how much it weighs, with a reason."""
    check_texts(TEXT, reason=reason)
    with deciding(store, ledger, Act.SEVERITY, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = _allowed(tx, incident, Act.SEVERITY, actor, at, reason=reason)
        if severity is row.severity:
            raise Unreadable([Problem("is its severity already", column="severity", found=severity.value)])
        former = row.severity
        save(tx, row, {"severity": severity}, reason=reason, actor=actor, at=at)
        payload = {"from": former.value, "to": severity.value, "reason": reason.strip()}
        return recorded(tx, ledger, Event.INCIDENT_SEVERITY_CHANGED, incident, dict(payload), actor=actor, at=at)


def state_contained(store: Store, ledger: Ledger, *, incident: str, text: str, actor: Actor, at: datetime) -> Done:
    """The commander states that the harm is stopped."""
    return _step(
        store, ledger, incident, Act.CONTAIN, {"status": IncidentStatus.CONTAINED, "contained_at": at},
        Event.INCIDENT_CONTAINED, text, actor=actor, at=at,
    )  # fmt: skip


def state_resolved(store: Store, ledger: Ledger, *, incident: str, text: str, actor: Actor, at: datetime) -> Done:
    """The commander states that it is over: the cause is known, and actions follow from it."""
    return _step(
        store, ledger, incident, Act.RESOLVE, {"status": IncidentStatus.RESOLVED, "resolved_at": at},
        Event.INCIDENT_RESOLVED, text, actor=actor, at=at,
    )  # fmt: skip


def reopen(store: Store, ledger: Ledger, *, incident: str, text: str, actor: Actor, at: datetime) -> Done:
    """It is not over, or it is no duplicate: it is contained, resolved, reviewed and closed again."""
    values: dict[str, object] = {
        "status": IncidentStatus.DECLARED, "contained_at": None, "resolved_at": None, "closed_at": None,
        "closed_by": None, "conclusion": "", "duplicate_of": None,
    }  # fmt: skip
    return _step(store, ledger, incident, Act.REOPEN, values, Event.INCIDENT_REOPENED, text, actor=actor, at=at)


def merge(store: Store, ledger: Ledger, *, incident: str, into: str, reason: str, actor: Actor, at: datetime) -> Done:
    """This is the same as another incident, which carries on; the clocks that run here are to be decided on there."""
    check_texts(TEXT, reason=reason)
    with deciding(store, ledger, Act.MERGE, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = _allowed(tx, incident, Act.MERGE, actor, at, reason=reason)
        other = load_incident(tx.session, into)
        if other.number == row.number or other.status is IncidentStatus.DUPLICATE:
            raise Unreadable([Problem("cannot carry it on", column="into", found=into, expected="another incident")])
        link(tx, Ref(RecordKind.INCIDENT, incident), Ref(RecordKind.INCIDENT, into), by=actor.acting_as, at=at)
        values = {"status": IncidentStatus.DUPLICATE, "duplicate_of": into}
        save(tx, row, values, reason=reason, actor=actor, at=at)
        for clock in decided_clocks(tx.session, [row], at=at)[incident]:
            settle_alert(tx, ledger, alert_key(incident, clock.rule), said=f"Merged into {into}.", at=at)
        payload = {"into": into, "reason": reason.strip()}
        return recorded(tx, ledger, Event.INCIDENT_MERGED, incident, dict(payload), actor=actor, at=at)


def _step(
    store: Store,
    ledger: Ledger,
    incident: str,
    act: Act,
    values: dict[str, object],
    event: Event,
    text: str,
    *,
    actor: Actor,
    at: datetime,
) -> Done:
    check_texts(TEXT, text=text)
    with deciding(store, ledger, act, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = _allowed(tx, incident, act, actor, at, text=text)
        save(tx, row, values, reason=text, actor=actor, at=at)
        return recorded(tx, ledger, event, incident, {"text": text.strip()}, actor=actor, at=at)


def _allowed(tx: Transaction, number: str, act: Act, actor: Actor, at: datetime, **texts: str) -> Incident:
    row = load_incident(tx.session, number, to_change=True)
    refuse((*refusals(incident_facts(tx.session, row, at=at), act, actor), *text_refusals(**texts)))
    return row
