"""Guesses from one address and calls of one token are put off, and nobody else is."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app import throttle
from app.settings import load
from app.throttle import FAILURES, WINDOW, Allowances, Throttle, network_of

RIGHT = {"authorization": "Bearer right"}
WRONG = {"authorization": "Bearer wrong"}


class Clock:
    """Time that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def api(request: Request) -> Response:
    return Response(status_code=200 if request.headers.get("authorization") == "Bearer right" else 401)


async def login(request: Request) -> Response:
    return Response(status_code=303 if await request.body() == b"right" else 401)


def browser(clock: Clock, address: str = "192.0.2.1", *, calls: int = 6000) -> TestClient:
    settings = load({"COUNTERSIGN_API_CALLS_PER_MINUTE": str(calls)})
    app = Starlette(
        routes=[Route("/api/models", api), Route("/idp/login", login, methods=["POST", "GET"])],
        middleware=[Middleware(Throttle, settings=settings, clock=clock)],
    )
    return TestClient(app, client=(address, 50000), follow_redirects=False)


def test_an_address_that_guesses_is_put_off_and_let_in_again_with_time() -> None:
    clock = Clock()
    client = browser(clock)
    for _ in range(FAILURES):
        assert client.post("/idp/login", content=b"wrong").status_code == 401

    put_off = client.post("/idp/login", content=b"right")
    clock.now += int(put_off.headers["retry-after"])

    assert (put_off.status_code, put_off.headers["cache-control"]) == (429, "no-store")
    assert client.post("/idp/login", content=b"right").status_code == 303


def test_what_is_right_is_not_counted() -> None:
    client = browser(Clock())

    assert {client.post("/idp/login", content=b"right").status_code for _ in range(FAILURES * 2)} == {303}


def test_guesses_at_tokens_and_at_passwords_come_from_one_allowance_and_a_page_is_never_put_off() -> None:
    client = browser(Clock())
    for _ in range(FAILURES):
        client.get("/api/models", headers=WRONG)

    assert client.get("/api/models", headers=RIGHT).status_code == 429
    assert client.get("/api/models", headers=RIGHT).json()["status"] == 429
    assert client.post("/idp/login", content=b"right").status_code == 429
    assert client.get("/idp/login").status_code == 401  # no attempt, so not counted


def test_a_token_calls_as_often_as_the_setting_says_and_others_are_not_held_up() -> None:
    clock = Clock()
    client = browser(clock, calls=60)
    assert {client.get("/api/models", headers=RIGHT).status_code for _ in range(60)} == {200}

    assert client.get("/api/models", headers=RIGHT).status_code == 429
    assert client.get("/api/models", headers={"authorization": "bearer right"}).status_code == 401
    clock.now += 1.0
    assert client.get("/api/models", headers=RIGHT).status_code == 200


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("127.0.0.1", ""),
        ("::1", ""),
    ],
)
def test_an_address_stands_for_a_network_and_this_machine_for_nobody(host: str, network: str) -> None:
    assert network_of(host) == network


def test_behind_a_proxy_that_is_not_named_nobody_is_put_off_for_another() -> None:
    client = browser(Clock(), "127.0.0.1")
    for _ in range(FAILURES + 1):
        assert client.post("/idp/login", content=b"wrong").status_code == 401


def test_what_is_counted_is_bounded_and_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_KEPT", 10)
    clock = Clock()
    counted = Allowances(1, WINDOW, clock)
    for number in range(1000):
        counted.take(str(number))

    assert len(counted._kept) == 10
    assert counted.wait("999") == pytest.approx(WINDOW)
    clock.now += WINDOW
    assert counted.wait("999") == 0.0


def test_each_server_counts_an_address_for_itself_so_two_let_twice_as_many_guesses_through() -> None:
    """What docs/deployment.md says of several servers; the proxy before them counts for all."""
    clock = Clock()
    servers = (browser(clock), browser(clock))

    answers = [servers[at % 2].post("/idp/login", content=b"wrong").status_code for at in range(2 * FAILURES + 2)]

    assert (answers.count(401), answers[-2:]) == (2 * FAILURES, [429, 429])
