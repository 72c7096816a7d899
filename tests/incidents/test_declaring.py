"""Incidents are declared by people, pipelines and the product itself, and every link stands on both sides."""

import json
from datetime import timedelta

import pytest

from core.access.rules import SYSTEM, Actor, Permission, Role
from core.errors import NotFound, Refused, Unreadable
from core.improvement.actions.rules import ActionKind
from core.improvement.actions.service import NewAction, load_action, open_action
from core.improvement.incidents.containing import note_containment
from core.improvement.incidents.declaring import declare_within
from core.improvement.incidents.facts import incident_facts, load_incident, tied_to
from core.improvement.incidents.rules.life import IncidentStatus
from core.ledger.queries import entries, entry
from core.ledger.service import Ledger
from core.links import RecordKind, Ref, linked
from core.store import Store
from tests.builders import NOON
from tests.incidents.conftest import World, a_world


def test_a_rollback_declares_contains_and_hands_out_an_action_in_its_own_transaction(
    store: Store, ledger: Ledger
) -> None:
    world = a_world(store, ledger)
    change = Ref(RecordKind.CHANGE, "CR0001")

    with store.transaction() as tx:
        number = declare_within(tx, ledger, world.new(from_alert="AL0001"), actor=SYSTEM, at=NOON)
        note_containment(tx, ledger, number, "Production went back to 1.0.0.", change, actor=SYSTEM, at=NOON)
        about = (Ref(RecordKind.INCIDENT, number),)
        new = NewAction(ActionKind.PREVENTIVE, "Test the join", world.cast.owner.id, NOON + timedelta(days=7), about)
        action = open_action(tx, ledger, new, actor=SYSTEM, at=NOON)

    with store.reading() as session:
        row = load_incident(session, number)
        facts = incident_facts(session, row, at=NOON)
        ends = {one.ref for one in linked(session, Ref(RecordKind.INCIDENT, number))}
        back = {one.ref for one in linked(session, Ref(RecordKind.ALERT, "AL0001"))}
    assert (number, action, row.status, row.declared_by) == ("IN0001", "ACT0001", IncidentStatus.DECLARED, "system")
    assert facts.has_containment
    assert facts.pending == ("ACT0001",)
    version = Ref(RecordKind.VERSION, f"{world.model} v1.0.0")
    expected = {Ref(RecordKind.ALERT, "AL0001"), Ref(RecordKind.MODEL, world.model), version, change}
    assert ends == expected | {Ref(RecordKind.ACTION, "ACT0001")}
    assert back == {Ref(RecordKind.INCIDENT, number)}


def test_a_declaration_is_on_record_with_what_it_came_from(world: World) -> None:
    number = world.declared(from_alert="AL0007")

    with world.store.reading() as session:
        (line,) = entries(session, entity_kind="incident", entity_id=number).rows
        payload = entry(session, line.index).payload
    assert line.action == "incident.declared"
    assert json.loads(payload or "")["from"] == "alert AL0007, model M0001, version M0001 v1.0.0"


def test_who_holds_no_role_for_it_declares_nothing(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.declared(world.cast.auditor)

    assert [one.code for one in refused.value.refusals] == ["permission"]


def test_a_pipeline_declares_with_the_scope_and_not_without(world: World) -> None:
    roles = frozenset({Role.DEVELOPER})
    scoped = Actor(world.cast.developer.id, roles, "T0001", frozenset({Permission.INCIDENT_DECLARE}))
    without = Actor(world.cast.developer.id, roles, "T0002", frozenset({Permission.EVIDENCE_UPLOAD}))

    assert world.declared(scoped) == "IN0001"
    with pytest.raises(Refused):
        world.declared(without)


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"what": "x" * 4001}, "what"),
        ({"model": ""}, "model"),
        ({"aware_at": NOON + timedelta(hours=1)}, "aware_at"),
    ],
)
def test_what_cannot_be_read_is_named(world: World, changed: dict[str, object], column: str) -> None:
    with pytest.raises(Unreadable) as unread:
        world.declared(**changed)

    assert column in [one.column for one in unread.value.problems]


def test_an_unknown_version_is_not_declared_and_leaves_nothing(world: World) -> None:
    with pytest.raises(NotFound):
        world.declared(versions=("9.9.9",))

    assert world.declared() == "IN0001"


def test_command_goes_to_somebody_who_may_lead(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.declared(commander=world.cast.auditor.id)

    assert [one.code for one in refused.value.refusals] == ["commander-role"]


def test_owner_and_developers_are_tied_to_what_is_affected(world: World) -> None:
    number = world.declared()

    with world.store.reading() as session:
        tied = tied_to(session, load_incident(session, number))

    assert {world.cast.owner.id, world.cast.developer.id} <= tied


def test_an_action_goes_to_somebody_who_can_carry_it_out(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.action(world.declared(), owner=world.cast.auditor.id)

    assert [one.code for one in refused.value.refusals] == ["owner-role"]


def test_an_action_has_a_day_to_come(world: World) -> None:
    number = world.declared()

    with pytest.raises(Unreadable):
        world.action(number, due_at=NOON - timedelta(days=1))
    with world.store.reading() as session, pytest.raises(NotFound):
        load_action(session, "ACT0001")
