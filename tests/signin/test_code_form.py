"""The second form of the sign-in: a code after the right password, and what does not get past it."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from httpx import Response

from app.composition import now
from app.signin.factors import factors_of
from core.access.accounts import MAX_FAILURES
from core.access.rules import Actor
from core.access.second_factor.codes import new_secret
from core.access.second_factor.service import set_up
from core.access.sessions import open_session
from tests.signin.conftest import PUBLIC, Party


@pytest.fixture
def authenticator(party: Party, ida: Actor) -> pyotp.TOTP:
    """That of the administrator, set up an hour ago."""
    place, secret, at = party.place, new_secret(), now() - timedelta(hours=1)
    with place.store.transaction() as tx:
        open_session(tx, place.ledger, session_id="s0", person=ida.id, length=timedelta(hours=8), at=at)
    set_up(
        place.store, place.ledger, factors_of(place),
        secret=secret, code=pyotp.TOTP(secret).at(at), session_id="s0", actor=ida, at=at,
    )  # fmt: skip
    return pyotp.TOTP(secret)


def half_way(party: Party, flow) -> str:  # type: ignore[no-untyped-def]
    """The ticket of the second form."""
    page = party.login(party.ticket(flow))
    assert page.status_code == 200
    assert "location" not in page.headers
    found = re.search(r'action="/idp/code".*name="ticket" value="([^"]+)"', page.text)
    assert found is not None
    return found.group(1)


def send(party: Party, ticket: str, code: str) -> Response:
    return party.http.post("/idp/code", data={"ticket": ticket, "code": code})


def test_the_code_ends_the_sign_in_and_the_token_says_so(party: Party, authenticator: pyotp.TOTP) -> None:
    flow = party.flow()

    answer = send(party, half_way(party, flow), authenticator.now())

    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    claims = party.claims(party.exchange(flow, code).json()["id_token"])
    assert (answer.status_code, claims["amr"]) == (303, ["pwd", "otp", "mfa"])


def test_wrong_codes_open_nothing_and_lock(party: Party, authenticator: pyotp.TOTP) -> None:
    ticket = half_way(party, party.flow())

    answers = [send(party, ticket, "000000") for _ in range(MAX_FAILURES)]

    assert [one.status_code for one in answers] == [401] * MAX_FAILURES
    assert send(party, ticket, authenticator.now()).status_code == 429
    assert party.login(party.ticket(party.flow())).status_code == 429


def test_a_ticket_of_the_first_form_is_none_of_the_second(party: Party, authenticator: pyotp.TOTP) -> None:
    first = party.ticket(party.flow())

    for ticket in (first, "", first[:-1] + ("A" if first[-1] != "A" else "B")):
        answer = send(party, ticket, authenticator.now())
        assert (answer.status_code, answer.headers["location"]) == (303, f"{PUBLIC}/")
