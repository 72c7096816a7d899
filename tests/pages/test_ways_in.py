"""Sessions, second factors and service accounts on the pages where people see to them."""

from datetime import timedelta

from app.composition import Workplace
from core.access.queries import open_sessions
from core.access.rules import Actor
from core.access.sessions import open_session
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
