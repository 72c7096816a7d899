"""Every kind of answer carries the strict headers, says nothing of the inside, and is kept by no cache."""

from http import HTTPStatus

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.api.bodies import JSON_LIMIT
from app.signin.cookies import USER_COOKIE
from tests.hardening.conftest import METRICS, PUBLIC, House

STANDING = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
OF_THE_FORM = {"referrer-policy": "no-referrer"}  # an address with a link in it is told to nobody
ANSWERS = [
    ("GET", "/favicon.svg", {}, 200),
    ("GET", "/idp/jwks.json", {}, 200),
    ("GET", "/metrics", {"authorization": f"Bearer {METRICS}"}, 200),
    ("POST", "/idp/login", {}, 303),
    ("GET", "/model?model=M0001", {"accept": "text/html", "host": "localhost"}, 307),
    ("GET", "/idp/authorize", {}, 400),
    ("GET", "/exports/X0001/file", {}, 401),
    ("GET", "/api/models", {}, 401),
    ("GET", "/metrics", {}, 401),
    ("GET", "/media/abc", {}, 401),
    ("GET", "/nothing/here", {}, 404),
    ("GET", "/_stcore/metrics", {}, 404),
    ("GET", "/api/nothing", {}, 404),
    ("DELETE", "/exports/X0001/file", {}, 405),
    ("TRACE", "/api/models", {}, 405),
    ("GET", "/setup?link=guessed", {}, 410),
    ("POST", "/api/models", {"content-length": str(JSON_LIMIT + 1)}, 413),
    ("POST", "/api/models", {"content-type": "text/plain"}, 415),
    ("GET", "/api/models", {"host": "evil.example"}, 421),
    ("GET", "/faulty", {}, 500),
    ("GET", "/held", {}, 503),
]


def asked(client: TestClient, method: str, path: str, headers: dict[str, str]):  # type: ignore[no-untyped-def]
    body = b"x" if "content-type" in headers else None
    return client.request(method, path, headers=headers, content=body)


@pytest.mark.parametrize(("method", "path", "headers", "status"), ANSWERS, ids=lambda one: str(one)[:40])
def test_an_answer_of_every_kind_carries_the_strict_headers(
    house: House, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = asked(house.client(secure=True), method, path, headers)

    assert answer.status_code == status
    wanted = STANDING | (OF_THE_FORM if path.startswith(("/setup", "/idp/authorize", "/held")) else {})
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "server" not in answer.headers
    if path.startswith(("/api", "/exports", "/idp", "/setup", "/metrics")) or status >= 500:
        assert answer.headers["cache-control"] == "no-store"


def test_a_fault_says_nothing_of_the_inside(house: House) -> None:
    answer = house.client().get("/faulty", headers={"cookie": f"{USER_COOKIE}=planted"})

    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert answer.text == "An internal error; the server's log has it.\n"


def test_plain_http_promises_no_https(house: House) -> None:
    assert "strict-transport-security" not in house.client().get("/favicon.svg").headers


@pytest.mark.parametrize("path", ["/idp/login", "/setup", "/idp/token", "/api/models", "/exports/X0001/file"])
def test_no_answer_lets_another_origin_read_it(house: House, path: str) -> None:
    client = house.signed_in(house.cast.auditor)
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}

    for method in ("OPTIONS", "GET", "POST"):
        answer = client.request(method, path, headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_every_cookie_of_ours_is_for_http_alone_and_for_tls_where_there_is_any(house: House) -> None:
    client = house.client(secure=True)
    answer = client.get("/model?model=M0001", headers={"accept": "text/html"})

    (cookie,) = answer.headers.get_list("set-cookie")
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Path=/"} <= set(cookie.split("; "))


def test_a_websocket_of_another_origin_is_closed_though_its_cookie_is_right(house: House) -> None:
    client = house.signed_in(house.cast.auditor)

    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client.websocket_connect("/_stcore/stream", headers={"origin": "https://evil.example"}),
    ):
        pass

    assert closed.value.code == 1008
    with client.websocket_connect("/_stcore/stream", headers={"origin": PUBLIC}):
        pass
