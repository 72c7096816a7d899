"""Inventory: every model with its newest version, narrowed by filters in the address."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.composition import Workplace
from core.inventory.rules import Stage
from core.inventory.tables import Model
from tests.builders import Cast, a_finding, a_model, a_version
from tests.pages.desk import Desk, button, column, today, words

HOSTILE = "<b>x</b> [y](https://evil.example) ![z](https://evil.example/z.png)"


def review_due(place: Workplace, number: str, days: int) -> None:
    with place.store.transaction() as tx:
        model = tx.session.exec(select(Model).where(Model.number == number)).one()
        model.next_review = today() + timedelta(days=days)
        tx.session.add(model)


def test_the_soonest_review_comes_first_and_late_ones_are_counted(desk: Desk, cast: Cast, place: Workplace) -> None:
    later, late = a_model(place.store, cast), a_model(place.store, cast)
    review_due(place, later, 90)
    review_due(place, late, -3)

    at = desk.open(cast.auditor, "inventory")

    assert column(at, "Number") == [late, later]
    assert column(at, "Review")[0] == ":red-badge[:material/alarm: Overdue 3 d]"
    assert "**2 models** :gray[1 review overdue" in words(at).replace("\u2002", "")


def test_a_model_shows_its_newest_version_and_open_findings(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, stage=Stage.IN_PRODUCTION)
    a_version(place.store, cast, model=model, version="1.1.0", stage=Stage.IN_VALIDATION)
    a_finding(place.store, model, "1.1.0")

    at = desk.open(cast.owner, "inventory")

    assert column(at, "Version") == ["1.1.0"]
    assert column(at, "Open findings") == ["1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "Fraud"}, ["M0002"]),
        ({"search": "m0001"}, ["M0001"]),
        ({"tier": "4"}, ["M0002"]),
        ({"stage": "In validation"}, ["M0001"]),
        ({"review": "Overdue"}, ["M0002"]),
    ],
)
def test_the_address_narrows_the_list(
    query: dict[str, str], found: list[str], desk: Desk, cast: Cast, place: Workplace
) -> None:
    a_version(place.store, cast, model=a_model(place.store, cast, name="Credit"), stage=Stage.IN_VALIDATION)
    review_due(place, a_model(place.store, cast, name="Card fraud", tier=4), -1)

    at = desk.open(cast.approver, "inventory", **query)

    assert column(at, "Number") == found


def test_nothing_found_says_how_many_there_are_and_clears_the_filters(desk: Desk, cast: Cast, place: Workplace) -> None:
    a_model(place.store, cast)

    at = desk.open(cast.auditor, "inventory", search="pricing")
    assert "No model matches “pricing”." in words(at)
    assert "1 model in the inventory, 0 with these filters." in words(at)

    button(at, "Clear all filters").click().run()
    assert column(at, "Number") == ["M0001"]


def test_an_empty_inventory_says_what_belongs_in_it(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.developer, "inventory")

    assert "The inventory is empty." in words(at)


@pytest.mark.parametrize("person", ["developer", "owner"])
def test_those_who_build_or_own_a_model_register_it(person: str, desk: Desk, cast: Cast) -> None:
    assert not button(desk.open(getattr(cast, person), "inventory"), "Register a model").disabled


def test_others_read_why_they_do_not_register(desk: Desk, cast: Cast) -> None:
    refused = button(desk.open(cast.auditor, "inventory"), "Register a model")

    assert refused.disabled
    assert "You act as auditor" in refused.help


def test_a_hostile_name_stays_letters_in_the_table(desk: Desk, cast: Cast, place: Workplace) -> None:
    a_model(place.store, cast, name=HOSTILE)

    cell = str(desk.open(cast.auditor, "inventory").table[0].value["Model"][0])

    assert cell.endswith("](/model?model=M0001)")
    assert "\\<b\\>" in cell
    assert cell.count("](") == 1
