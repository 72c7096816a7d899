"""Sessions, second factors and service accounts on the pages where people see to them."""

from dataclasses import replace
from datetime import timedelta

import pyotp
from sqlmodel import select

from app.composition import Workplace
from core.access.people import grant_role
from core.access.queries import open_sessions
from core.access.rules import Actor, Role
from core.access.rules.factors import Demand
from core.access.second_factor.codes import factor_of
from core.access.sessions import open_session
from core.access.tables import Person
from core.access.tokens import actor_for_token
from tests.builders import Cast
from tests.pages.desk import Desk, button, column, today, words

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def elsewhere(place: Workplace, person: Actor) -> None:
    """A session of this person in another browser."""
    with place.store.transaction() as tx:
        open_session(
            tx, place.ledger, session_id=f"elsewhere-{person.id}", person=person.id, length=timedelta(hours=8),
            agent=FIREFOX, at=today(),
        )  # fmt: skip


def browsers(place: Workplace, person: Actor) -> list[str]:
    with place.store.reading() as session:
        return [row.browser for row in open_sessions(session, person=person.id, at=today())]


def test_somebody_ends_the_session_that_they_left_open_elsewhere(place: Workplace, cast: Cast, desk: Desk) -> None:
    elsewhere(place, cast.developer)
    page = desk.open(cast.developer, "account")
    assert "Firefox" in words(page)

    button(page, "End session").click().run()

    assert browsers(place, cast.developer) == [""]


def test_an_administrator_sees_every_session_and_ends_those_of_a_person(
    place: Workplace, cast: Cast, desk: Desk
) -> None:
    elsewhere(place, cast.developer)
    assert cast.developer.id in column(desk.open(cast.administrator, "sessions"), "Number")

    page = desk.open(cast.administrator, "administration", person=cast.developer.id)
    button(page, "End their sessions (1)").click().run()

    assert not page.exception
    assert browsers(place, cast.developer) == []


def with_password(place: Workplace, person: Actor) -> None:
    with place.store.transaction() as tx:
        tx.session.exec(select(Person).where(Person.number == person.id)).one().password_hash = "set"


def test_who_must_have_a_second_factor_sets_it_up_before_anything_else(
    place: Workplace, cast: Cast, desk: Desk
) -> None:
    object.__setattr__(place, "settings", replace(place.settings, second_factor=Demand.SENSITIVE))
    with_password(place, cast.auditor)
    page = desk.open(cast.auditor, "second_factor")  # what stands at every address
    assert [title.value for title in page.title] == ["Set up a second factor"]

    page.text_input(key="factor_code").set_value(pyotp.TOTP(page.code[0].value.replace(" ", "")).now())
    button(page, "Set up second factor").click().run()
    assert [title.value for title in page.title] == ["Keep your recovery codes"]
    assert len(page.code[0].value.split()) == 10
    button(page, "I have kept them").click().run()

    assert [title.value for title in page.title] == ["My work"]
    assert [title.value for title in desk.open(cast.developer, "inventory").title] == ["Inventory"]  # not sensitive


def test_a_wrong_code_sets_nothing_up(place: Workplace, cast: Cast, desk: Desk) -> None:
    with_password(place, cast.developer)
    page = desk.open(cast.developer, "account")

    page.text_input(key="factor_code").set_value("000000")
    button(page, "Set up second factor").click().run()

    assert "The code is wrong" in words(page)
    with place.store.reading() as session:
        assert factor_of(session, cast.developer.id) is None


def test_a_service_account_is_made_granted_and_given_a_token_by_who_answers(
    place: Workplace, cast: Cast, desk: Desk
) -> None:
    page = desk.open(cast.administrator, "service_accounts")
    page.text_input[0].set_value("Nightly scoring")
    page.text_area[0].set_value("Hands in what was scored")
    page.selectbox[0].set_value(cast.developer.id)
    button(page, "Make service account").click().run()
    assert not page.exception
    number = "".join(page.query_params["account"])
    grant_role(
        place.store, place.ledger, person=number, role=Role.DEVELOPER, reason="Hands in results",
        actor=cast.administrator, at=today(),
    )  # fmt: skip

    page = desk.open(cast.developer, "service_accounts", account=number)
    page.text_input[0].set_value("scorer")
    page.multiselect[0].set_value(["evidence:upload"])
    button(page, "Issue token").click().run()

    assert not page.exception
    actor = actor_for_token(place.store, secret=page.code[0].value, at=today())
    assert actor is not None
    assert (actor.id, actor.answered_by) == (number, cast.developer.id)
    assert "You answer for no service account" in words(desk.open(cast.owner, "service_accounts", account=number))
