"""The list by urgency, one incident whole, and a timeline in which every line has its ledger entry."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from core.improvement.actions.queries import ActionFilter, actions, whole_action
from core.improvement.actions.rules import ActionStatus
from core.improvement.actions.service import report_action_done
from core.improvement.incidents.leading import change_severity, give_command, merge
from core.improvement.incidents.queries import IncidentFilter, incidents, whole_incident
from core.improvement.incidents.recording import record_informed, write_note
from core.improvement.incidents.timeline import Happened, Lane, timeline
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.store import Store
from core.validation.rules import Severity
from tests.builders import NOON
from tests.incidents.conftest import World, a_world

SAID = "As agreed with everybody concerned."


def numbers(session: Session, **narrowed: object) -> list[str]:
    found = incidents(session, IncidentFilter(**narrowed), at=NOON, limit=10, offset=0)  # type: ignore[arg-type]
    assert found.total == len(found.rows)
    return [row.incident.number for row in found.rows]


def test_the_list_is_by_clock_then_severity_and_the_closed_come_last(store: Store, ledger: Ledger) -> None:
    world = a_world(store, ledger)
    low, high, ticking, later, gone, met = (
        world.declared(severity=severity)
        for severity in (Severity.LOW, Severity.HIGH, Severity.LOW, Severity.CRITICAL, Severity.CRITICAL, Severity.LOW)
    )
    world.decided(ticking, "gdpr-33")
    world.decided(later, "eu-ai-act-73-general")
    world.decided(met, "eu-ai-act-73-widespread")
    world.decided(met)
    world.does(merge, world.cast.owner, incident=gone, into=low, reason=SAID)

    with store.reading() as session:
        assert numbers(session) == [ticking, later, high, met, low, gone]
        assert numbers(session, open_only=True, severity=Severity.LOW) == [ticking, met, low]
        assert numbers(session, text="in0002", model=world.model) == [high]
        assert numbers(session, model="M0404") == []
        (row,) = incidents(session, IncidentFilter(text=ticking), at=NOON, limit=1, offset=0).rows
    assert row.affected == (f"{world.model} 1.0.0",)
    assert row.next_clock is not None
    assert row.next_clock.rule == "gdpr-33"


def lines(world: World, number: str) -> tuple[Happened, ...]:
    with world.store.reading() as session:
        return timeline(session, whole_incident(session, number, at=world.at))


def test_a_timeline_holds_what_is_linked_in_the_order_in_which_it_happened(store: Store, ledger: Ledger) -> None:
    world = a_world(store, ledger)
    alerted, began = NOON - timedelta(hours=2), NOON - timedelta(hours=3)
    with store.transaction() as tx:
        signal = Signal(
            AlertKind.BREACH, "breach", Severity.HIGH, "Error rate", "7.1 % above 5 %", world.model, "1.0.0"
        )  # fmt: skip
        alert = raise_alert(tx, ledger, signal, at=alerted)
    number = world.declared(from_alert=alert, began_at=began)
    world.at = NOON + timedelta(hours=1)
    world.action(number)
    with store.transaction() as tx:
        version = Entity("model", world.model)
        payload = {"environment": "production", "from": "1.1.0", "to": "1.0.0", "reason": "It refuses too many."}
        ledger.record(
            tx, Event.PRODUCTION_RETURNED, entity=version, actor=world.cast.approver, at=world.at, payload=payload
        )
        ledger.record(tx, Event.MODEL_CHANGED, entity=version, actor=world.cast.owner, at=world.at)
        link(tx, Ref(RecordKind.CHANGE, "CR0009"), Ref(RecordKind.ACTION, "ACT0001"), by="system", at=world.at)
        ledger.record(
            tx, Event.CHANGE_REQUESTED, entity=Entity("change", "CR0009"), actor=world.cast.developer, at=world.at
        )
    phoned = NOON + timedelta(minutes=30)
    world.does(
        write_note, world.cast.owner, incident=number, text="The branch phoned to say so.", happened_at=phoned
    )  # fmt: skip

    found = lines(world, number)

    assert [(one.event, one.lane) for one in found] == [
        ("alert.raised", Lane.ALERT),
        ("incident.declared", Lane.RESPONSE),
        ("incident.noted", Lane.NOTE),
        ("action.opened", Lane.ACTION),
        ("production.returned", Lane.PRODUCTION),
        ("change.requested", Lane.LINKED),
    ]
    assert found[2].at == phoned
    assert found[2].recorded_at == world.at
    assert found[4].says == "1.1.0 to 1.0.0: It refuses too many."
    assert len({one.entry for one in found}) == len(found)


def test_particulars_that_were_erased_leave_their_line(world: World) -> None:
    number = world.declared()
    note = world.does(write_note, world.cast.owner, incident=number, text="A customer rang to complain.")
    with world.store.transaction() as tx:
        world.ledger.erase(tx, note.entry, reason="asked for", actor=world.cast.administrator, at=NOON)

    line = next(one for one in lines(world, number) if one.entry == note.entry)

    assert (line.erased, line.says) == (True, "")


@pytest.mark.parametrize("moved", ["command", "severity", "told"])
def test_changes_read_as_from_what_to_what(world: World, moved: str) -> None:
    number, owner = world.declared(), world.cast.owner

    if moved == "command":
        world.does(give_command, owner, incident=number, commander=owner.id, reason=SAID)
        expected = f"{owner.id}: {SAID}"
    elif moved == "severity":
        world.does(change_severity, owner, incident=number, severity=Severity.LOW, reason=SAID)
        expected = f"high to low: {SAID}"
    else:
        world.does(record_informed, owner, incident=number, who="Branch managers", means="mail", what=SAID)
        expected = f"Branch managers: {SAID}"

    assert lines(world, number)[-1].says == expected


def test_the_register_of_actions_is_narrowed_and_leads_both_ways(store: Store, ledger: Ledger) -> None:
    world = a_world(store, ledger)
    incident = world.declared()
    late, done, other = (world.action(incident) for _ in range(3))
    after = NOON + timedelta(days=20)
    report_action_done(store, ledger, action=done, done=SAID, actor=world.cast.developer, at=NOON)

    def found(**narrowed: object) -> list[str]:
        with store.reading() as session:
            rows = actions(session, ActionFilter(**narrowed), at=after, limit=9, offset=0).rows  # type: ignore[arg-type]
        return [row.action.number for row in rows]

    assert found() == [late, other, done]
    assert found(status=ActionStatus.DONE) == [done]
    assert found(overdue=True, owner=world.cast.developer.id) == [late, other]
    assert found(about=Ref(RecordKind.INCIDENT, incident), text="join") == [late, other, done]
    assert found(about=Ref(RecordKind.INCIDENT, "IN0404")) == []
    with store.reading() as session:
        assert [one.ref for one in whole_action(session, late).links] == [Ref(RecordKind.INCIDENT, incident)]
