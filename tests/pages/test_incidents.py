"""Incident pages as each person sees them: what is urgent, what is possible, and every reason against the rest."""

from datetime import timedelta

import pytest

from app.composition import Workplace
from core.access.rules import Actor
from core.improvement.actions.service import report_action_done
from core.improvement.incidents.queries import IncidentFilter, incidents, whole_incident
from core.improvement.incidents.rules.life import IncidentStatus
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.validation.rules import Severity
from tests.builders import Cast
from tests.incidents.conftest import World, a_world
from tests.pages.desk import Desk, column, today, words

SAID = "As agreed with everybody concerned."


@pytest.fixture
def world(place: Workplace) -> World:
    made = a_world(place.store, place.ledger)
    made.at = today() - timedelta(hours=1)
    return made


@pytest.fixture
def people(world: World) -> Cast:
    return world.cast


def status_of(world: World, number: str) -> IncidentStatus:
    with world.store.reading() as session:
        return whole_incident(session, number, at=today()).incident.status


def test_an_empty_list_says_what_to_do_and_a_full_one_is_by_clock(world: World, desk: Desk) -> None:
    assert "No incident is on record." in words(desk.open(world.cast.owner, "incidents"))
    calm, ticking = world.declared(severity=Severity.CRITICAL), world.led(severity=Severity.LOW)
    world.decided(ticking, "gdpr-33")

    page = desk.open(world.cast.owner, "incidents")

    assert column(page, "Number") == [ticking, calm]
    assert "2 incidents are open; 1 clock runs." in words(page).replace("\u00a0", " ").replace("**", "")
    assert "2 d 22 h left" in column(page, "Next clock")[0].replace("\u00a0", " ")


def test_an_incident_is_declared_from_an_alert_with_what_the_alert_knows(world: World, desk: Desk) -> None:
    with world.store.transaction() as tx:
        signal = Signal(
            AlertKind.BREACH, "k", Severity.CRITICAL, "Error rate too high", "7.1 % above 5 %.", world.model, "1.0.0"
        )  # fmt: skip
        alert = raise_alert(tx, world.ledger, signal, at=world.at)

    page = desk.open(world.cast.owner, "incident_new", alert=alert)
    page.button(key="FormSubmitter:declare-Declare the incident").click().run()

    with world.store.reading() as session:
        (row,) = incidents(session, IncidentFilter(), at=today(), limit=5, offset=0).rows
    assert (row.incident.title, row.incident.severity) == ("Error rate too high", Severity.CRITICAL)
    assert row.affected == (f"{world.model} 1.0.0",)


def test_an_auditor_reads_incidents_and_declares_none(world: World, desk: Desk) -> None:
    number = world.declared()

    assert desk.open(world.cast.auditor, "incidents").button(key="declare").disabled
    page = desk.open(world.cast.auditor, "incident", incident=number)

    assert "Refusals doubled" in words(page)
    assert not [one for one in page.button if one.key in ("take_command", "hand_over")]


def test_command_is_taken_and_contained_is_refused_until_something_contains_it(world: World, desk: Desk) -> None:
    number = world.declared()

    page = desk.open(world.cast.developer, "incident", incident=number)
    assert page.button(key="contain").disabled
    page.button(key="take_command").click().run()

    assert "is in command" in page.success[0].value
    assert "No containment is recorded" in words(page)
    assert "Nobody is in command" not in words(page)


def test_every_tab_of_an_incident_shows_what_is_on_record(world: World, desk: Desk) -> None:
    number = world.reviewed()
    world.decided(number, "gdpr-33")

    def tab(name: str) -> str:
        return words(desk.open(world.cast.validator, "incident", incident=number, tab=name))

    assert "Clerks decide by hand until further notice." in tab("Response")
    assert "Root cause" in tab("Time line")
    assert "As counsel advised." in tab("Clocks")
    assert "The bureau file came without the column of limits." in tab("Cause and actions")
    review = tab("Review")
    assert "As told in the meeting." in review
    assert "Action ACT0001 is not done" in review
    assert "The notification for “GDPR: personal data breach” is not recorded" in review


def test_a_clock_is_decided_and_met_on_its_tab(world: World, desk: Desk) -> None:
    number = world.declared()
    owner = world.cast.owner

    page = desk.open(owner, "incident", incident=number, tab="Clocks")
    assert "4 undecided" in words(page)
    page.multiselect[0].set_value(["gdpr-33"])
    page.text_area[0].set_value(SAID)
    page.button(key="FormSubmitter:decide_4-Record the decision").click().run()
    assert "The decision is on record" in page.success[0].value
    page.text_input[0].set_value("Supervisory authority")
    page.text_input[1].set_value("2026-118")
    page.button(key="FormSubmitter:notify-Record the notification").click().run()

    with world.store.reading() as session:
        states = {one.rule: one.state.value for one in whole_incident(session, number, at=today()).clocks}
    assert states["gdpr-33"] == "met"


def test_actions_are_listed_narrowed_and_verified_by_somebody_else(world: World, desk: Desk) -> None:
    number = world.resolved()
    world.action(number, title="Tell the branch", owner=world.cast.owner.id)
    report_action_done(
        world.store, world.ledger, action="ACT0001", done=SAID, actor=world.cast.developer, at=world.at
    )  # fmt: skip

    assert column(desk.open(world.cast.owner, "actions"), "Number") == ["ACT0002", "ACT0001"]
    assert column(desk.open(world.cast.owner, "actions", whose="Mine"), "Number") == ["ACT0002"]
    assert "No action matches" in words(desk.open(world.cast.owner, "actions", incident="IN0404"))
    own = desk.open(world.cast.developer, "actions", action="ACT0001")
    assert "A step is not possible yet" in words(own)
    page = desk.open(world.cast.validator, "actions", action="ACT0001")
    page.text_area[0].set_value(SAID)
    page.button(key="FormSubmitter:form_verify-Verify and close").click().run()

    assert "Nothing is left to do." in words(page)


def test_a_review_is_written_and_the_incident_closed_in_two_steps(world: World, desk: Desk) -> None:
    number = world.resolved()
    world.decided(number)
    report_action_done(
        world.store, world.ledger, action="ACT0001", done=SAID, actor=world.cast.developer, at=world.at
    )  # fmt: skip

    page = desk.open(world.cast.approver, "incident", incident=number, tab="Review")
    page.text_input[1].set_value("Everybody concerned")
    for area in page.text_area[:4]:
        area.set_value(SAID)
    page.button(key="FormSubmitter:review-Record the review").click().run()
    page.text_area(key="conclusion").set_value(SAID)
    page.button(key="close").click().run()

    assert status_of(world, number) is IncidentStatus.CLOSED


def desk_of(desk: Desk, person: Actor) -> str:
    return words(desk.open(person, "my_work"))


def test_my_work_holds_command_clocks_reviews_and_actions(world: World, desk: Desk) -> None:
    ticking, waiting = world.led(), world.resolved()
    world.decided(ticking, "gdpr-33")
    report_action_done(
        world.store, world.ledger, action="ACT0001", done=SAID, actor=world.cast.developer, at=world.at
    )  # fmt: skip
    orphan = world.declared()
    world.action(orphan, owner=world.cast.owner.id)

    commander, owner = desk_of(desk, world.cast.developer), desk_of(desk, world.cast.owner)
    validator = desk_of(desk, world.cast.validator)

    assert f"Notify: GDPR: personal data breach, {ticking}" in commander
    assert f"Contain {ticking}" in commander
    assert f"Take command of {orphan}" in owner
    assert "Do ACT0002" in owner
    assert f"Review incident {waiting}" in validator
    assert "Verify ACT0001" in validator


def test_what_people_write_is_shown_as_letters(world: World, desk: Desk) -> None:
    hostile = "**bold** ![x](https://evil.test/x.png) :material/home:"
    number = world.declared(title=hostile, what=hostile)

    for page in (desk.open(world.cast.owner, "incidents"), desk.open(world.cast.owner, "incident", incident=number)):
        written = [*(str(one.value) for one in (*page.title, *page.markdown)), str(page.table[0].value.to_numpy())]
        shown = "\n".join(written)
        assert "![x](" not in shown
        assert "**bold**" not in shown


def test_an_approver_adds_a_duty_that_incidents_ask_about(world: World, desk: Desk) -> None:
    assert "A duty is not possible yet" in words(desk.open(world.cast.developer, "duties"))
    page = desk.open(world.cast.approver, "duties")

    said = ("group-risk", "Group risk", "Group policy 4.2", "Group risk officer")
    for place, text in enumerate(said):
        page.text_input[place].set_value(text)
    page.text_input[5].set_value("Group policy")
    page.text_area[0].set_value("Always.")
    page.text_area[1].set_value(SAID)
    page.button(key="FormSubmitter:duty-Put the duty in force").click().run()

    number = world.declared()
    assert "in force" in page.success[0].value
    assert "Group risk" in words(desk.open(world.cast.owner, "incident", incident=number, tab="Clocks"))


def test_a_moment_that_cannot_be_read_is_said_in_place(world: World, desk: Desk) -> None:
    number = world.declared()
    page = desk.open(world.cast.owner, "incident", incident=number, tab="Time line")

    page.text_area[0].set_value(SAID)
    page.text_input(key=f"noted_when_{number}").set_value("yesterday")
    page.button(key="FormSubmitter:note-Write the note").click().run()
    assert "not a moment" in words(page)
    page.text_input(key=f"noted_when_{number}").set_value("2026-11-01 08:30")
    page.button(key="FormSubmitter:note-Write the note").click().run()

    assert "The note is on record" in page.success[0].value
