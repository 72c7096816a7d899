"""Findings: worst first, and one finding from remediation to verified closure by different people."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.composition import Workplace
from core.access.rules import Role
from core.inventory.rules import Stage
from core.validation.findings import remediate
from core.validation.rules import FindingStatus, Severity
from core.validation.tables import Finding
from tests.builders import REASON, Cast, a_finding, a_person, a_version
from tests.pages.desk import Desk, button, column, today, words


@pytest.fixture
def finding(cast: Cast, place: Workplace) -> str:
    model, version = a_version(place.store, cast, stage=Stage.IN_VALIDATION)
    return a_finding(place.store, model, version, severity=Severity.MEDIUM)


def stored(place: Workplace, number: str) -> Finding:
    with place.store.reading() as session:
        return session.exec(select(Finding).where(Finding.number == number)).one()


def test_what_is_overdue_comes_first_and_what_is_closed_last(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast, stage=Stage.IN_VALIDATION)
    a_finding(place.store, model, version, severity=Severity.CRITICAL, status=FindingStatus.VERIFIED_CLOSED)
    a_finding(place.store, model, version, severity=Severity.LOW, at=today() - timedelta(days=9))
    a_finding(place.store, model, version, severity=Severity.HIGH, at=today() + timedelta(days=90))

    at = desk.open(cast.developer, "findings")

    assert column(at, "Number") == ["F0002", "F0003", "F0001"]
    assert "**2 are not closed**, 1 of them overdue: 1 low. 2 are yours." in words(at)
    assert column(at, "State")[0] == ":red-badge[:material/alarm: Overdue 9 d]"
    assert "Closed" in column(at, "State")[2]


@pytest.mark.parametrize("query", [{"severity": "Critical"}, {"status": "Closed"}, {"model_number": "M0009"}])
def test_filters_that_nothing_meets_say_so(query: dict[str, str], desk: Desk, cast: Cast, finding: str) -> None:
    at = desk.open(cast.auditor, "findings", **query)

    assert "No finding matches these filters." in words(at)
    assert "1 item on record, 0 with these filters." in words(at)


def test_no_finding_at_all_says_where_they_come_from(desk: Desk, cast: Cast) -> None:
    assert "No finding is on record." in words(desk.open(cast.validator, "findings"))


def test_the_developer_records_what_was_done(desk: Desk, cast: Cast, place: Workplace, finding: str) -> None:
    at = desk.open(cast.developer, "finding", finding=finding)
    at.text_area[0].set_value("Retrained without the postcode; see version 1.0.1.")
    button(at, "Record remediation").click().run()

    assert stored(place, finding).status is FindingStatus.REMEDIATED
    assert "a validator verifies it" in words(at)


def test_the_address_that_a_finding_had_before_leads_to_its_page(desk: Desk, cast: Cast, finding: str) -> None:
    at = desk.open(cast.developer, "findings", finding=finding)

    assert "Groups are selected at different rates" in words(at)
    assert button(at, "Record remediation")


def test_what_weighs_high_takes_more_than_words(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, version = a_version(place.store, cast, stage=Stage.IN_VALIDATION)
    finding = a_finding(place.store, model, version, severity=Severity.HIGH)
    at = desk.open(cast.developer, "finding", finding=finding)
    at.text_area[0].set_value("Retrained without the postcode.")
    button(at, "Record remediation").click().run()
    assert "nothing but words shows what was done" in words(at)

    at.text_area[0].set_value("Retrained without the postcode.")
    at.multiselect[0].set_value([at.multiselect[0].options[0]])
    button(at, "Record remediation").click().run()

    assert stored(place, finding).status is FindingStatus.REMEDIATED
    assert "1 piece of evidence" in words(at)


def test_a_note_of_three_letters_is_refused_in_place(desk: Desk, cast: Cast, place: Workplace, finding: str) -> None:
    at = desk.open(cast.developer, "finding", finding=finding)
    at.text_area[0].set_value("ok.")
    button(at, "Record remediation").click().run()

    assert "The remediation was not recorded. The note has fewer than 10 characters" in words(at)
    assert stored(place, finding).status is FindingStatus.OPEN


def test_nobody_closes_a_finding_without_a_remediation(desk: Desk, cast: Cast, finding: str) -> None:
    at = desk.open(cast.second_validator, "finding", finding=finding)

    assert button(at, "Close finding").disabled
    assert "Closure is not possible yet, 1 reason:" in words(at)
    assert "No remediation is recorded" in words(at)


def test_the_person_who_remediated_does_not_close(desk: Desk, cast: Cast, place: Workplace, finding: str) -> None:
    both = a_person(place.store, Role.DEVELOPER, Role.VALIDATOR)
    remediate(place.store, place.ledger, finding=finding, text=REASON, actor=both, at=today())

    at = desk.open(both, "finding", finding=finding)

    assert button(at, "Close finding").disabled
    assert "You recorded this remediation (segregation of duties)" in words(at)


def test_a_validator_verifies_and_closes(desk: Desk, cast: Cast, place: Workplace, finding: str) -> None:
    remediate(place.store, place.ledger, finding=finding, text=REASON, actor=cast.developer, at=today())

    at = desk.open(cast.second_validator, "finding", finding=finding)
    at.text_area[1].set_value("Read the new figures; the gap is gone.")
    button(at, "Close finding").click().run()

    assert stored(place, finding).status is FindingStatus.VERIFIED_CLOSED
    assert "F0001 is verified closed." in words(at)


@pytest.mark.parametrize("person", ["auditor", "approver", "owner"])
def test_others_read_every_reason_against_closing(person: str, desk: Desk, cast: Cast, finding: str) -> None:
    at = desk.open(getattr(cast, person), "finding", finding=finding)

    assert button(at, "Close finding").disabled
    assert "this takes the role validator" in words(at)


def test_an_unknown_number_says_that_there_is_none(desk: Desk, cast: Cast) -> None:
    assert "There is no finding “F0042”" in words(desk.open(cast.auditor, "finding", finding="F0042"))
