"""The edge: one origin, no anonymous uploads or media, strict headers, and the way back to a deep link."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit import config
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from app.composition import Workplace, now
from app.edge import RETURN_COOKIE, Edge
from app.signin.cookies import USER_COOKIE
from core.access.rules import Actor
from core.access.sessions import end_session, open_session
from tests.signin.conftest import PUBLIC

SECRET = "a secret of this test that is long enough"
PAGE = {"accept": "text/html"}


async def anything(request: Request) -> Response:
    return PlainTextResponse("inside")


async def callback(request: Request) -> Response:
    answer = RedirectResponse("/", 302)
    if "error" not in request.query_params:
        answer.set_cookie(USER_COOKIE, "signed", max_age=30 * 24 * 3600, httponly=True, samesite="lax")
    return answer


async def stream(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("inside")
    await websocket.close()


@pytest.fixture
def client(place: Workplace) -> Iterator[TestClient]:
    before = config.get_option("server.cookieSecret")
    config.set_option("server.cookieSecret", SECRET)
    app = Starlette(
        routes=[
            Route("/oauth2callback", callback),
            WebSocketRoute("/_stcore/stream", stream),
            Route("/{path:path}", anything, methods=["GET", "PUT", "POST", "OPTIONS", "DELETE"]),
        ],
        middleware=[Middleware(Edge, place=place)],
    )
    yield TestClient(app, base_url=PUBLIC, follow_redirects=False)
    config.set_option("server.cookieSecret", before)


def session_of(place: Workplace, person: Actor) -> str:
    with place.store.transaction() as tx:
        length = place.settings.session_length
        open_session(tx, place.ledger, session_id="s1", person=person.id, length=length, at=now())
    return "s1"


def cookie(place: Workplace, person: Actor, *, secret: str = SECRET, session_id: str = "s1", **changes: object) -> str:
    record = {
        "is_logged_in": True,
        "iss": place.settings.embedded_issuer,
        "sub": person.id,
        "sid": session_id,
        "iat": now().timestamp(),
        **changes,
    }
    return create_signed_value(secret, USER_COOKIE, json.dumps(record)).decode()


GATED = ["/_stcore/upload_file/session/file", "/media/abc.pdf"]


@pytest.mark.parametrize("path", GATED)
def test_uploads_and_media_are_closed_to_strangers(client: TestClient, path: str) -> None:
    assert client.put(path, content=b"x").status_code == 401
    assert client.get(path).status_code == 401
    assert client.delete(path).status_code == 401


@pytest.mark.parametrize("path", GATED)
def test_uploads_and_media_open_with_a_live_session(
    client: TestClient, place: Workplace, ida: Actor, path: str
) -> None:
    session_of(place, ida)
    client.cookies.set(USER_COOKIE, cookie(place, ida))

    assert client.put(path, content=b"x").status_code == 200


def test_uploads_close_with_the_session_although_the_cookie_still_holds(
    client: TestClient, place: Workplace, ida: Actor
) -> None:
    session_id = session_of(place, ida)
    client.cookies.set(USER_COOKIE, cookie(place, ida))
    end_session(place.store, place.ledger, session_id=session_id, actor=ida, at=now())

    assert client.put(GATED[0], content=b"x").status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "another secret that is long enough too"},
        {"session_id": "s2"},
        {"sub": "P0042"},
        {"iss": "https://evil.example"},
        {"is_logged_in": False},
        {"sid": None},
        {"sid": ["s1"]},
    ],
    ids=str,
)
def test_a_cookie_that_does_not_fit_opens_nothing(
    client: TestClient, place: Workplace, ida: Actor, changes: dict[str, object]
) -> None:
    session_of(place, ida)
    client.cookies.set(USER_COOKIE, cookie(place, ida, **changes))  # type: ignore[arg-type]

    assert client.get(GATED[1]).status_code == 401


@pytest.mark.parametrize("value", ["", "x", "2|1:0|10:1|4:name|4:eA==|sig", "chunks-3", "%00", "é"])
def test_a_mangled_cookie_opens_nothing(client: TestClient, value: str) -> None:
    answer = client.get(GATED[1], headers={"cookie": f"{USER_COOKIE}={value}".encode("latin-1")})

    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"])
def test_what_streamlit_shows_anybody_is_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("origin", [None, "https://evil.example", "http://localhost:8599", f"{PUBLIC}.evil.example"])
def test_a_websocket_of_another_origin_is_refused(client: TestClient, origin: str | None) -> None:
    headers = {"origin": origin} if origin else {}

    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect("/_stcore/stream", headers=headers):
        pass

    assert closed.value.code == 1008


def test_a_websocket_of_our_own_pages_is_accepted(client: TestClient) -> None:
    with client.websocket_connect("/_stcore/stream", headers={"origin": PUBLIC}) as websocket:
        assert websocket.receive_text() == "inside"


@pytest.mark.parametrize("host", ["localhost:8599", "evil.example", "127.0.0.1"])
def test_a_page_of_another_host_is_redirected_to_ours(client: TestClient, host: str) -> None:
    answer = client.get("/model?number=M0001", headers={**PAGE, "host": host})

    assert (answer.status_code, answer.headers["location"]) == (307, f"{PUBLIC}/model?number=M0001")


def test_anything_else_of_another_host_is_refused(client: TestClient) -> None:
    assert client.post("/idp/login", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/api/models", headers={"host": "evil.example"}).status_code == 421


def test_health_is_answered_under_any_host(client: TestClient) -> None:
    assert client.get("/_stcore/health", headers={"host": "10.0.0.7"}).status_code == 200


def test_every_answer_carries_the_strict_headers(client: TestClient) -> None:
    for answer in (client.get("/", headers=PAGE), client.get(GATED[1]), client.get("/_stcore/metrics")):
        policy = answer.headers["content-security-policy"]
        script = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe" not in script
        assert "frame-ancestors 'none'" in policy
        assert "object-src 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/models", "/exports/X0001", "/idp/jwks.json"])
def test_what_is_personal_is_not_kept_by_browsers(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-store"


def test_a_stranger_on_a_deep_link_is_remembered_and_brought_back(client: TestClient) -> None:
    client.get("/model?number=M0001&tab=History", headers=PAGE)

    answer = client.get("/oauth2callback?code=x&state=y")

    assert answer.headers["location"] == "/model?number=M0001&tab=History"
    assert f"{RETURN_COOKIE}=;" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example/", "/\\evil.example", "https://evil.example/", "/a\r\nset-cookie: x=1", "javascript:alert(1)", ""],
)
def test_the_way_back_never_leaves_our_origin(client: TestClient, wanted: str) -> None:
    client.cookies.set(RETURN_COOKIE, quote(wanted, safe=""))

    assert client.get("/oauth2callback?code=x&state=y").headers["location"] == "/"


def test_a_double_slash_in_an_address_is_not_remembered(client: TestClient) -> None:
    answer = client.get(f"{PUBLIC}//evil.example/model", headers=PAGE)

    assert RETURN_COOKIE not in answer.headers.get("set-cookie", "")


def test_a_failed_sign_in_says_so_instead_of_vanishing(client: TestClient) -> None:
    answer = client.get("/oauth2callback?error=access_denied&state=y")

    assert answer.headers["location"] == "/?sign_in=failed"


def test_the_sign_in_cookie_lasts_a_session_and_not_thirty_days(client: TestClient, place: Workplace) -> None:
    answer = client.get("/oauth2callback?code=x&state=y")

    signed = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(USER_COOKIE))
    assert f"max-age={int(place.settings.session_length.total_seconds())}" in signed.lower()
    assert "httponly" in signed.lower()


@pytest.mark.parametrize(
    ("referer", "kept"),
    [
        ("{own}/approval?change=CR0001", "/approval?change=CR0001"),
        ("{own}/", ""),
        ("{own}//evil.example.org", ""),
        ("{own}/auth/login", ""),
        ("https://evil.example.org/approval", ""),
        ("{own}.evil.example.org/approval", ""),
        ("", ""),
    ],
)
def test_signing_in_anew_remembers_the_page_it_was_asked_from_and_no_other(
    client: TestClient, referer: str, kept: str
) -> None:
    own = str(client.base_url).rstrip("/")
    answer = client.get("/auth/login", headers={"Referer": referer.format(own=own)} if referer else {})

    cookie = answer.headers.get("set-cookie", "")
    assert (f"{RETURN_COOKIE}={quote(kept, safe='')};" in cookie) is bool(kept)
    assert kept or RETURN_COOKIE not in cookie
