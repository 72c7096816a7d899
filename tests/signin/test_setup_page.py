"""The page behind a one-time link."""

import re

import pytest

from app.composition import Workplace, now
from app.signin.secrets import load_secrets
from core.access.queries import people_count
from core.access.setup import make_first_link
from tests.signin.conftest import PASSWORD, Party


@pytest.fixture
def fresh(place: Workplace) -> Party:
    """An installation without anybody."""
    return Party(place, load_secrets(place.settings.data_dir / "signin"))


def first_link(party: Party) -> str:
    link = make_first_link(party.place.store, party.place.ledger, at=now())
    assert link is not None
    return link


def ticket_in(page: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def sent(party: Party, ticket: str, **changes: str):  # type: ignore[no-untyped-def]
    form = {"ticket": ticket, "name": "Ida First", "username": "ida", "password": PASSWORD, "repeated": PASSWORD}
    return party.http.post("/setup", data={**form, **changes})


def count(party: Party) -> int:
    with party.place.store.reading() as session:
        return people_count(session)


def test_the_first_link_makes_the_administrator_who_can_then_sign_in(fresh: Party) -> None:
    page = fresh.http.get("/setup", params={"link": first_link(fresh)})

    answer = sent(fresh, ticket_in(page.text))

    assert answer.status_code == 200
    assert fresh.login(fresh.ticket(fresh.flow())).status_code == 303


@pytest.mark.parametrize("link", ["", "guess", "A" * 43])
def test_a_guessed_link_is_gone(fresh: Party, link: str) -> None:
    assert fresh.http.get("/setup", params={"link": link}).status_code == 410


def test_a_used_link_is_gone_and_so_is_its_form(fresh: Party) -> None:
    link = first_link(fresh)
    ticket = ticket_in(fresh.http.get("/setup", params={"link": link}).text)
    sent(fresh, ticket)

    assert fresh.http.get("/setup", params={"link": link}).status_code == 410
    assert sent(fresh, ticket, username="eve").status_code == 410
    assert count(fresh) == 1


@pytest.mark.parametrize("ticket", ["", "guess"])
def test_a_form_from_another_site_changes_nothing(fresh: Party, ticket: str) -> None:
    first_link(fresh)

    answer = sent(fresh, ticket)

    assert answer.status_code == 400
    assert count(fresh) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"repeated": "another long password"},
        {"password": "short", "repeated": "short"},
        {"username": "a b"},
        {"username": ""},
        {"name": ""},
    ],
    ids=str,
)
def test_a_refused_form_says_why_and_can_be_sent_again(fresh: Party, changes: dict[str, str]) -> None:
    ticket = ticket_in(fresh.http.get("/setup", params={"link": first_link(fresh)}).text)

    refused = sent(fresh, ticket, **changes)

    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert count(fresh) == 0
    assert sent(fresh, ticket_in(refused.text)).status_code == 200


def test_the_page_sends_no_referrer_and_is_not_kept(fresh: Party) -> None:
    answer = fresh.http.get("/setup", params={"link": first_link(fresh)})

    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
