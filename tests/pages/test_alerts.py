"""Alerts on their pages: in groups by urgency, acted on in place; channels with their log for administrators alone."""

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from app.composition import Workplace
from core.links import RecordKind, Ref, linked
from core.monitoring.alerts.handling import close_alert, snooze
from core.monitoring.alerts.log import channels
from core.monitoring.alerts.queries import alert_page
from core.monitoring.alerts.raising import raise_alert
from core.monitoring.alerts.tables import Alert
from core.monitoring.alerts.vocabulary import AlertStatus, Cause
from core.policy.alerting.rules import AlertKind, Severity
from tests.builders import Cast, a_model, a_policy
from tests.monitoring.alerts.conftest import a_signal
from tests.pages.desk import Desk, button, column, words

WORDS = "The feed of the bureau was late for a day."


@pytest.fixture
def model(place: Workplace, cast: Cast) -> str:
    return a_model(place.store, cast, name="Outreach")


def raised(place: Workplace, hours: float = 1, **changed: object) -> str:
    with place.store.transaction() as tx:
        return raise_alert(tx, place.ledger, a_signal(**changed), at=datetime.now(UTC) - timedelta(hours=hours))


def stored(place: Workplace, number: str = "AL0001") -> Alert:
    with place.store.reading() as session:
        return alert_page(session, number).row.alert


def choose(at: AppTest, *numbers: str) -> AppTest:
    at.multiselect(key="chosen_alerts").set_value(list(numbers))
    return at.run()


def test_the_most_urgent_group_comes_first_with_its_alerts_together(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    raised(place, key="low", severity=Severity.LOW)
    raised(place, key="medium")
    raised(place, key="other", model="", environment="", kind=AlertKind.ACCESS, severity=Severity.CRITICAL)

    at = desk.open(cast.owner, "alerts")

    assert [cell.partition("]")[0].lstrip("└ [") for cell in column(at, "Alert")] == ["AL0003", "AL0002", "AL0001"]
    assert "**3 alerts** are not closed, 1 of them critical; 3 were taken by nobody. 2 are yours." in words(at)
    assert "one of 2 alerts in group AL0001" in words(at)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"severity": "High"}, ["AL0002"]), ({"kind": "No data"}, ["AL0002"]), ({"model": "m0001"}, ["AL0001"]),
        ({"state": "Closed"}, ["AL0003"]), ({"whose": "Mine"}, ["AL0001"]),
        ({"state": "Every state"}, ["AL0002", "AL0001", "AL0003"]),
    ],
)  # fmt: skip
def test_the_filters_stand_in_the_address(
    query: dict[str, str], expected: list[str], desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    raised(place, key="one")
    raised(place, key="two", model="M0099", kind=AlertKind.NO_DATA, severity=Severity.HIGH)
    raised(place, key="three", model="", environment="", kind=AlertKind.ACCESS)
    close_alert(
        place.store, place.ledger, alert="AL0003", cause=Cause.OTHER, words=WORDS, actor=cast.approver,
        at=datetime.now(UTC),
    )  # fmt: skip

    at = desk.open(cast.owner, "alerts", **query)

    assert [cell.partition("]")[0].lstrip("└ [") for cell in column(at, "Alert")] == expected


def test_nothing_on_record_nothing_open_and_nothing_found_are_said_apart(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    assert "No alert is on record." in words(desk.open(cast.auditor, "alerts"))
    raised(place)
    assert "No alert matches these filters." in words(desk.open(cast.auditor, "alerts", severity="Low"))
    close_alert(
        place.store, place.ledger, alert="AL0001", cause=Cause.DATA, words=WORDS, actor=cast.owner, at=datetime.now(UTC)
    )
    assert "Nothing needs attention." in words(desk.open(cast.auditor, "alerts"))


def test_several_alerts_are_acknowledged_at_once_in_place(desk: Desk, cast: Cast, place: Workplace, model: str) -> None:
    raised(place, key="one")
    raised(place, key="two")

    at = choose(desk.open(cast.developer, "alerts"), "AL0001", "AL0002")
    button(at, "Acknowledge").click().run()

    assert not at.exception
    assert "AL0001, AL0002 are acknowledged: ledger entries up to" in words(at)
    assert [stored(place, one).assignee for one in ("AL0001", "AL0002")] == [cast.developer.id] * 2


def test_an_alert_is_snoozed_and_closed_in_place(desk: Desk, cast: Cast, place: Workplace, model: str) -> None:
    raised(place)
    at = choose(desk.open(cast.owner, "alerts"), "AL0001")
    _area(at, "Reason, kept in the ledger").set_value(WORDS)
    button(at, "Snooze alert").click().run()
    assert "AL0001 is snoozed until" in words(at)
    assert stored(place).snoozed_until is not None

    at = choose(desk.open(cast.owner, "alerts"), "AL0001")
    button(at, "Close alert").click().run()
    assert "Choose the cause first." in words(at)
    next(one for one in at.selectbox if one.label == "Cause").set_value(Cause.UPSTREAM)
    _area(at, "What was found, kept in the ledger").set_value(WORDS)
    button(at, "Close alert").click().run()

    assert (stored(place).status, stored(place).cause) == (AlertStatus.CLOSED, Cause.UPSTREAM)


def test_who_may_not_handle_an_alert_reads_why(desk: Desk, cast: Cast, place: Workplace, model: str) -> None:
    raised(place)

    at = desk.open(cast.auditor, "alert", alert="AL0001")

    assert button(at, "Acknowledge").disabled
    assert "You act as auditor" in button(at, "Acknowledge").help.replace("\\", "")


def test_one_alert_shows_what_happened_who_was_told_and_its_group(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    a_policy(place.store)
    raised(place, key="one", severity=Severity.HIGH)
    raised(place, key="two")
    snooze(
        place.store, place.ledger, alert="AL0001", until=datetime.now(UTC) + timedelta(hours=2), reason=WORDS,
        actor=cast.owner, at=datetime.now(UTC),
    )  # fmt: skip

    at = desk.open(cast.validator, "alert", alert="AL0001")

    said = words(at)
    assert at.title[0].value.replace("\\", "") == "error_rate above 5 %"
    assert "Snoozed; it wakes by itself" in said
    assert "In the same group" in said
    assert WORDS in said
    assert "Nobody was told by message." in said


def test_an_incident_is_declared_from_an_alert_and_linked(desk: Desk, cast: Cast, place: Workplace, model: str) -> None:
    raised(place)
    at = desk.open(cast.owner, "alert", alert="AL0001")
    button(at, "Declare incident").click().run()

    assert not at.exception
    assert "IN0001 is declared from AL0001" in words(at)
    with place.store.reading() as session:
        ends = linked(session, Ref(RecordKind.ALERT, "AL0001"))
    assert Ref(RecordKind.INCIDENT, "IN0001") in [one.ref for one in ends]


def test_an_alert_that_nobody_has_waits_on_the_desk_of_its_owner(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    raised(place)

    assert "Take alert: error_rate above 5 %" in words(desk.open(cast.owner, "my_work"))
    assert "Take alert" not in words(desk.open(cast.second_validator, "my_work"))


def test_what_nobody_took_of_one_model_is_one_task_that_says_the_gravest(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    raised(place)
    raised(place, key="drift", severity=Severity.CRITICAL, title="Drift of a column, age")

    said = words(desk.open(cast.owner, "my_work"))

    assert "Take 2 alerts, the gravest: Drift of a column, age" in said
    assert "Take alert" not in said


def test_channels_are_for_administrators_alone(desk: Desk, cast: Cast) -> None:
    assert "Channels of alerts" not in [one.value for one in desk.open(cast.owner, "channels").title]


def test_a_channel_is_added_given_a_route_tried_out_and_its_outcome_shown(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    at = desk.open(cast.administrator, "channels")
    assert "No channel yet." in words(at)
    _text(at, "Name").set_value("Owners")
    next(one for one in at.multiselect if one.label == "People").set_value(["model owner"])
    button(at, "Add channel").click().run()
    assert "AC0001 was added." in words(at)

    button(at, "Add route").click().run()
    assert "medium and above; every kind" in words(at)
    button(at, "Set quiet hours").click().run()
    assert "20:00 to 07:00 UTC" in words(at).replace("\u2060", "")
    button(at, "Send test message").click().run()

    assert "Test message msg_" in words(at)
    assert "mail, test, msg_" in column(at, "To", table=1)[0]
    with place.store.reading() as session:
        assert [row.channel.shown for row in channels(session)] == ["the model owner"]


def test_an_address_that_leads_inside_is_refused_and_not_repeated(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.administrator, "channels")
    at.selectbox(key="new_kind").set_value("Slack, Teams or another service").run()
    _text(at, "Name").set_value("Inside")
    _text(at, "Address of Apprise").set_value("json://169.254.169.254/t0ken")
    button(at, "Add channel").click().run()

    assert "No channel was added." in words(at)
    assert "t0ken" not in words(at)


def _area(at: AppTest, label: str):  # type: ignore[no-untyped-def]  # of AppTest, which names no type for it
    return next(one for one in at.text_area if one.label == label)


def _text(at: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(one for one in at.text_input if one.label == label)
