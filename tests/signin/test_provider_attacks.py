"""What the embedded provider refuses: each test is an attack on the code flow or on its form."""

import base64

import pytest

from app.composition import now
from core.access.accounts import MAX_FAILURES
from core.access.sessions import actor_for_session
from tests.signin.conftest import PASSWORD, PUBLIC, Party, challenge


def test_the_honest_flow_ends_in_a_signed_token_with_a_live_session(party: Party) -> None:
    flow = party.flow()

    answer = party.exchange(flow, party.code(flow))

    claims = party.claims(answer.json()["id_token"])
    assert answer.status_code == 200
    assert (claims["sub"], claims["name"], claims["aud"]) == ("P0001", "Ida First", "countersign")
    assert (claims["iss"], claims["nonce"]) == (f"{PUBLIC}/idp", flow.parameters["nonce"])
    session, person = str(claims["sid"]), str(claims["sub"])
    assert actor_for_session(party.place.store, session_id=session, person=person, at=now()) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/oauth2callback"},
        {"redirect_uri": f"{PUBLIC}/oauth2callback/.."},
        {"redirect_uri": f"{PUBLIC}/oauth2callback?next=//evil.example"},
        {"redirect_uri": None},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"nonce": None},
        {"client_id": "another"},
        {"client_id": None},
        {"scope": "openid email profile admin"},
        {"response_type": "token"},
        {"response_type": "id_token"},
        {"response_type": "code id_token"},
        {"response_type": None},
    ],
    ids=str,
)
def test_a_bent_request_gets_no_form(party: Party, changes: dict[str, str | None]) -> None:
    answer = party.http.get("/idp/authorize", params=party.flow(**changes).parameters)

    assert answer.status_code == 400
    assert "ticket" not in answer.text
    assert "location" not in answer.headers


@pytest.mark.parametrize("repeated", ["redirect_uri", "client_id", "code_challenge", "state"])
def test_a_repeated_parameter_is_refused(party: Party, repeated: str) -> None:
    parameters = [*party.flow().parameters.items(), (repeated, "https://evil.example/")]

    answer = party.http.get("/idp/authorize", params=parameters)

    assert answer.status_code == 400


def test_a_nonce_is_not_taken_twice(party: Party) -> None:
    first = party.flow()
    party.code(first)

    answer = party.http.get("/idp/authorize", params=party.flow(nonce=first.parameters["nonce"]).parameters)

    assert answer.status_code == 400


def test_a_tampered_ticket_leads_back_to_the_start(party: Party) -> None:
    ticket = party.ticket(party.flow())
    payload, signed_at, signature = ticket.rsplit(".", 2)
    other = "A" if signature[0] != "A" else "B"
    forged = base64.urlsafe_b64encode(b'[["redirect_uri","https://evil.example"]]').decode().rstrip("=")

    for bent in (f"{forged}.{signed_at}.{signature}", f"{payload}.{signed_at}.{other}{signature[1:]}", "", "{}"):
        answer = party.login(bent)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{PUBLIC}/")


def test_a_ticket_of_the_set_up_form_is_no_ticket_for_signing_in(party: Party) -> None:
    from itsdangerous import URLSafeTimedSerializer

    foreign = str(URLSafeTimedSerializer(party.secrets.ticket, salt="set-up").dumps([["client_id", "countersign"]]))

    assert party.login(foreign).headers["location"] == f"{PUBLIC}/"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_secret": "guess"}, 401),
        ({"client_secret": ""}, 401),
        ({"client_id": "another"}, 400),
        ({"code_verifier": "A" * 48}, 400),
        ({"code_verifier": ""}, 400),
        ({"redirect_uri": "https://evil.example/"}, 400),
        ({"grant_type": "password"}, 400),
        ({"grant_type": "refresh_token"}, 400),
        ({"code": "guess"}, 400),
    ],
    ids=str,
)
def test_a_bent_exchange_gets_no_token(party: Party, changes: dict[str, str], status: int) -> None:
    flow = party.flow()

    answer = party.exchange(flow, party.code(flow), **changes)

    assert answer.status_code == status
    assert "id_token" not in answer.text


def test_a_code_works_once(party: Party) -> None:
    flow = party.flow()
    code = party.code(flow)
    party.exchange(flow, code)

    assert party.exchange(flow, code).status_code == 400


def test_a_wrong_verifier_burns_the_code(party: Party) -> None:
    flow = party.flow()
    code = party.code(flow)
    party.exchange(flow, code, code_verifier="A" * 48)

    assert party.exchange(flow, code).status_code == 400


def test_a_code_of_another_browser_does_not_fit(party: Party) -> None:
    mine, theirs = party.flow(), party.flow()

    answer = party.exchange(mine, party.code(theirs))

    assert answer.status_code == 400


def test_a_plain_verifier_does_not_pass_for_s256(party: Party) -> None:
    flow = party.flow()
    code = party.code(flow)

    assert party.exchange(flow, code, code_verifier=challenge(flow.verifier)).status_code == 400


def test_wrong_credentials_get_401_and_no_code(party: Party) -> None:
    answer = party.login(party.ticket(party.flow()), password="wrong")

    assert answer.status_code == 401
    assert "location" not in answer.headers


def test_the_same_page_answers_a_wrong_password_and_an_unknown_name(party: Party) -> None:
    ticket = party.ticket(party.flow())
    known, unknown = party.login(ticket, "ida", "wrong"), party.login(ticket, "eda", "wrong")

    def comparable(page: str) -> str:
        return 'role="alert"' + page.split('role="alert"')[1].split("<form")[0]

    assert comparable(known.text) == comparable(unknown.text)
    assert known.status_code == unknown.status_code


def test_five_failures_answer_429_even_with_the_right_password(party: Party) -> None:
    ticket = party.ticket(party.flow())
    for _ in range(MAX_FAILURES):
        party.login(ticket, password="wrong")

    assert party.login(ticket).status_code == 429


def test_what_was_typed_comes_back_as_text(party: Party) -> None:
    answer = party.login(party.ticket(party.flow()), username='"><script>alert(1)</script>', password="x")

    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_the_form_runs_no_script_and_sits_in_no_frame(party: Party) -> None:
    answer = party.http.get("/idp/authorize", params=party.flow().parameters)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"


def test_a_password_in_the_address_is_not_taken(party: Party) -> None:
    answer = party.http.get("/idp/login", params={"username": "ida", "password": PASSWORD})

    assert answer.status_code == 405


def test_signing_out_ends_the_session_and_redirects_home_only(party: Party) -> None:
    flow = party.flow()
    token = party.exchange(flow, party.code(flow)).json()["id_token"]
    claims = party.claims(token)

    home = party.http.get(
        "/idp/logout",
        params={"id_token_hint": token, "post_logout_redirect_uri": f"{PUBLIC}/oauth2callback"},
    )

    session = actor_for_session(party.place.store, session_id=str(claims["sid"]), person=str(claims["sub"]), at=now())
    assert session is None
    assert home.headers["location"] == f"{PUBLIC}/oauth2callback"


@pytest.mark.parametrize("hint", ["", "x.y.z"])
def test_signing_out_redirects_to_no_foreign_address(party: Party, hint: str) -> None:
    flow = party.flow()
    token = hint or party.exchange(flow, party.code(flow)).json()["id_token"]

    answer = party.http.get(
        "/idp/logout", params={"id_token_hint": token, "post_logout_redirect_uri": "https://evil.example/"}
    )

    assert "evil" not in answer.headers["location"]


def test_the_public_keys_hold_no_private_part(party: Party) -> None:
    keys = party.http.get("/idp/jwks.json").json()["keys"]

    assert [set(key) & {"d", "p", "q", "dp", "dq", "qi"} for key in keys] == [set()]


def test_discovery_offers_nothing_but_the_code_flow_with_s256(party: Party) -> None:
    document = party.http.get("/idp/.well-known/openid-configuration").json()

    assert document["response_types_supported"] == ["code"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]
