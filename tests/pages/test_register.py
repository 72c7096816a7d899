"""Register: a model with its first version, or the next version, with what is wrong said by field."""

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from app.composition import Workplace
from app.views.register_versions import proposals
from core.inventory.queries import model_page
from core.inventory.tables import Dataset, Model
from tests.builders import Cast, a_model, a_version
from tests.pages.desk import Desk, button, words

ENTERED = {
    "name": "Pretrial risk score",
    "purpose": "Informs release hearings.",
    "intended_use": "Decision support; a judge decides.",
    "limitations": "Not shown to work under 18.",
    "rationale": "Replaces a paper questionnaire.",
    "training dataset name": "arrests train",
    "training dataset version": "2026.1",
    "training dataset source": "County records",
    "test dataset name": "arrests test",
    "test dataset version": "2026.1",
    "test dataset source": "County records",
}


def enter(at: AppTest, values: dict[str, str], scope: str = "") -> None:
    for field, value in values.items():
        use, _, part = field.partition(" dataset")
        key = f"draft {use} dataset{scope}{part}" if part else f"draft {field}{scope}"
        for widget in (*at.text_input, *at.text_area):
            if widget.key == key:
                widget.set_value(value)
    at.run()


def filled(desk: Desk, cast: Cast, place: Workplace) -> AppTest:
    """Everything entered, with the business line of a model that is there already (M0001)."""
    a_model(place.store, cast, name="Another model")
    at = desk.open(cast.developer, "register")
    at.selectbox(key="draft business_line").set_value("Lending")
    enter(at, ENTERED)
    return at


def names_of(place: Workplace) -> list[str]:
    with place.store.reading() as session:
        return list(session.exec(select(Model.name)).all())


def test_a_developer_registers_a_model_with_its_data(desk: Desk, cast: Cast, place: Workplace) -> None:
    at = filled(desk, cast, place)
    button(at, "Register model").click().run()

    assert not at.exception
    assert "M0002 v1.0.0 is registered: ledger entry " in words(at)
    assert at.title[0].value == "Pretrial risk score"
    with place.store.reading() as session:
        page = model_page(session, "M0002")
    assert (page.model.tier, page.model.owner, page.model.developer) == (1, cast.owner.id, cast.developer.id)
    assert page.training
    assert page.training.name == "arrests train"


def test_an_empty_form_names_every_field_and_stores_nothing(desk: Desk, cast: Cast, place: Workplace) -> None:
    at = desk.open(cast.developer, "register")
    button(at, "Register model").click().run()

    table = at.table[0].value
    assert list(zip(table["Part"], table["Field"], strict=True))[:3] == [
        ("Model", "Name"),
        ("Model", "Purpose"),
        ("Model", "Business line"),
    ]
    assert ("Training data", "Source") in set(zip(table["Part"], table["Field"], strict=True))
    assert "Nothing was registered." in words(at)
    assert names_of(place) == []


def test_a_draft_stays_when_it_is_refused(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.developer, "register")
    enter(at, {"name": "Half a model"})
    button(at, "Register model").click().run()

    assert at.text_input(key="draft name").value == "Half a model"


def test_a_name_that_is_taken_is_refused_by_field(desk: Desk, cast: Cast, place: Workplace) -> None:
    a_model(place.store, cast, name=ENTERED["name"])

    at = filled(desk, cast, place)
    button(at, "Register model").click().run()

    row = at.table[0].value.to_dict("records")[0]
    assert (row["Field"], row["What is wrong"]) == ("Name", "a model of this name is registered")
    with place.store.reading() as session:
        assert session.exec(select(Dataset)).all() == []


def test_a_version_that_is_not_semantic_is_refused_with_the_rule(desk: Desk, cast: Cast, place: Workplace) -> None:
    at = filled(desk, cast, place)
    at.text_input(key="draft version").set_value("v1").run()
    button(at, "Register model").click().run()

    assert "“v1” is not a semantic version" in words(at)
    assert names_of(place) == ["Another model"]


def test_materiality_follows_what_is_entered(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.developer, "register")
    assert "Tier 1" in words(at)
    assert "2 votes to approve, within 10 days" in words(at)

    at.selectbox(key="draft exposure").set_value("low")
    at.selectbox(key="draft purpose_class").set_value("operational").run()

    assert "Tier 4" in words(at)
    assert "1 vote to approve, within 20 days" in words(at)


def test_the_next_version_begins_with_the_last_and_offers_three_numbers(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    model, _ = a_version(place.store, cast)

    at = desk.open(cast.developer, "register", model=model)
    kinds = at.selectbox(key=f"draft change_kind {model}")
    assert kinds.options[0] == "Correction of a mistake: patch, 1.0.1"
    enter(at, {"rationale": "Adds a year of data."}, scope=f" {model}")
    at.selectbox(key=f"draft change_kind {model}").set_value("retrained or recalibrated").run()
    button(at, "Register version").click().run()

    assert f"{model} v1.1.0 is registered: ledger entry " in words(at)
    with place.store.reading() as session:
        page = model_page(session, model)
    assert page.version
    assert (page.version.version, page.version.intended_use) == ("1.1.0", "Support for a person's decision.")


@pytest.mark.parametrize("person", ["validator", "approver", "auditor", "administrator"])
def test_the_page_is_closed_to_everyone_else(person: str, desk: Desk, cast: Cast) -> None:
    at = desk.open(getattr(cast, person), "register")

    assert "“Register” opens for the role developer or owner" in words(at)
    assert not at.text_input


@pytest.mark.parametrize(
    ("earlier", "offered"),
    [
        ([], []),
        (["1.0.0"], ["1.0.1", "1.1.0", "2.0.0"]),
        (["1.9.0", "1.10.0", "1.2.0"], ["1.10.1", "1.11.0", "2.0.0"]),  # precedence is numeric: semver.org, item 11
    ],
)
def test_proposals_follow_the_highest_version(earlier: list[str], offered: list[str]) -> None:
    assert list(dict.fromkeys(one.version for one in proposals(earlier))) == offered
