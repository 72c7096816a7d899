"""From declaration to closing: what has to be there first, and who may not judge."""

from datetime import timedelta

import pytest

from core.access.rules import Actor
from core.errors import Conflict, Refused, Unreadable
from core.improvement.actions.service import carry_over, report_action_done
from core.improvement.incidents.facts import actions_of, commanders_of, incident_facts, load_incident
from core.improvement.incidents.leading import (
    change_severity,
    give_command,
    merge,
    reopen,
    state_contained,
    state_resolved,
)
from core.improvement.incidents.recording import Facts, correct_facts, record_informed, write_note
from core.improvement.incidents.reviewing import close_incident, write_review
from core.improvement.incidents.rules.life import FINAL, MOVES, Act, IncidentStatus
from core.improvement.incidents.tables import Incident
from core.inventory.history import field_history
from core.validation.rules import Severity
from tests.incidents.conftest import World

SAID = "As agreed with everybody concerned."


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {one.code for one in refused.value.refusals}


def row_of(world: World, number: str) -> Incident:
    with world.store.reading() as session:
        return load_incident(session, number)


def test_an_incident_closes_once_reviewed_with_its_actions_done_and_its_duties_decided(world: World) -> None:
    number = world.reviewed()
    world.decided(number)
    world.does(report_action_done, world.cast.developer, action="ACT0001", done=SAID, evidence=("R0001",))

    world.does(close_incident, world.cast.validator, incident=number, conclusion=SAID)

    row = row_of(world, number)
    assert (row.status, row.closed_by) == (IncidentStatus.CLOSED, world.cast.validator.id)


def test_what_stands_against_closing_is_said_all_at_once(world: World) -> None:
    number = world.resolved()
    world.decided(number, "gdpr-33")
    world.does(write_review, world.cast.validator, incident=number, review=world.review())

    with pytest.raises(Refused) as refused:
        world.does(close_incident, world.cast.approver, incident=number, conclusion=SAID)

    assert codes(refused) == {"action-pending", "clock-running"}


def test_an_action_that_is_carried_over_does_not_hold_the_incident_open(world: World) -> None:
    number = world.reviewed()
    world.decided(number)
    world.does(carry_over, world.cast.approver, action="ACT0001", reason=SAID)

    world.does(close_incident, world.cast.validator, incident=number, conclusion=SAID)

    with world.store.reading() as session:
        (action,) = actions_of(session, number)
    assert (action.status.value, action.carried_by) == ("open", world.cast.approver.id)


def test_nobody_reviews_or_closes_what_they_led_even_after_handing_over(world: World) -> None:
    number = world.led()
    validator = world.cast.validator
    world.does(give_command, validator, incident=number, commander=validator.id, reason=SAID)
    world.does(give_command, validator, incident=number, commander=world.cast.second_validator.id, reason=SAID)

    with world.store.reading() as session:
        row = load_incident(session, number)
        led = commanders_of(session, row)
        facts = incident_facts(session, row, at=world.at)
    with pytest.raises(Refused) as refused:
        world.does(write_review, validator, incident=number, review=world.review())

    assert led == {world.cast.developer.id, validator.id, world.cast.second_validator.id}
    assert "led" in codes(refused)
    assert facts.commander == world.cast.second_validator.id


def test_who_owns_what_is_affected_does_not_review_whatever_roles_they_hold(world: World) -> None:
    number = world.resolved()
    owner = Actor(world.cast.owner.id, world.cast.validator.roles | world.cast.owner.roles)

    with pytest.raises(Refused) as refused:
        world.does(write_review, owner, incident=number, review=world.review())

    assert codes(refused) == {"tied"}


def test_contained_and_resolved_are_the_commanders_to_state_and_need_what_they_rest_on(world: World) -> None:
    number = world.declared()

    with pytest.raises(Refused) as nobody:
        world.does(state_contained, world.cast.developer, incident=number, text=SAID)
    world.does(give_command, world.cast.developer, incident=number, commander=world.cast.developer.id, reason=SAID)
    with pytest.raises(Refused) as other:
        world.does(state_contained, world.cast.owner, incident=number, text=SAID)
    with pytest.raises(Refused) as early:
        world.does(state_resolved, world.cast.developer, incident=number, text=SAID)

    assert codes(nobody) == {"no-commander", "no-containment"}
    assert codes(other) == {"not-commander", "no-containment"}
    assert codes(early) == {"incident-status", "no-cause", "no-action"}


def test_severity_is_changed_with_a_reason_that_is_kept(world: World) -> None:
    number = world.declared()

    with pytest.raises(Refused) as refused:
        world.does(change_severity, world.cast.owner, incident=number, severity=Severity.LOW, reason="no")
    world.does(change_severity, world.cast.owner, incident=number, severity=Severity.CRITICAL, reason=SAID)
    with pytest.raises(Unreadable):
        world.does(change_severity, world.cast.owner, incident=number, severity=Severity.CRITICAL, reason=SAID)

    with world.store.reading() as session:
        (change,) = field_history(session, number).rows
    assert codes(refused) == {"reason"}
    assert (change.field, change.old, change.new, change.reason) == ("severity", "high", "critical", SAID)


def test_facts_are_corrected_on_the_revision_that_was_seen(world: World) -> None:
    number = world.declared()
    said = {"incident": number, "facts": Facts(harm="Forty applicants wait longer."), "reason": SAID}

    world.does(correct_facts, world.cast.owner, **said, expected_revision=1)
    with pytest.raises(Conflict):
        world.does(correct_facts, world.cast.owner, **said, expected_revision=1)

    assert row_of(world, number).harm == "Forty applicants wait longer."


def test_an_incident_is_reopened_and_runs_through_everything_again(world: World) -> None:
    number = world.resolved()

    world.does(reopen, world.cast.owner, incident=number, text=SAID)

    row = row_of(world, number)
    assert (row.status, row.contained_at, row.resolved_at) == (IncidentStatus.DECLARED, None, None)


def test_a_duplicate_points_to_the_one_that_carries_on(world: World) -> None:
    first, second = world.declared(), world.declared()

    world.does(merge, world.cast.owner, incident=second, into=first, reason=SAID)
    for wrong in (second, first):
        with pytest.raises((Unreadable, Refused)):
            world.does(merge, world.cast.owner, incident=wrong, into=second, reason=SAID)
    with pytest.raises(Refused):
        world.does(write_note, world.cast.owner, incident=second, text=SAID)

    row = row_of(world, second)
    assert (row.status, row.duplicate_of) == (IncidentStatus.DUPLICATE, first)


def test_what_lies_ahead_is_neither_noted_nor_told(world: World) -> None:
    number, later = world.declared(), world.at + timedelta(hours=1)

    with pytest.raises(Unreadable):
        world.does(write_note, world.cast.owner, incident=number, text=SAID, happened_at=later)
    with pytest.raises(Unreadable):
        world.does(
            record_informed, world.cast.owner, incident=number, who="Users", means="mail", what=SAID, told_at=later
        )


def test_every_open_status_leads_on_and_final_ones_only_back() -> None:
    for status in IncidentStatus:
        leads = {move.target for move in MOVES if move.source is status and move.target is not status}

        assert leads
        assert status not in FINAL or leads == {IncidentStatus.DECLARED}
    assert {move.act for move in MOVES} == set(Act)
