"""Streamlit's scripts, compressed once: the same bytes, and nothing outside their folder."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.assets import FOLDER, CompressedAssets

SCRIPT = next(path for path in sorted((FOLDER / "static" / "js").glob("index.*.js")))


async def beyond(request: Request) -> Response:
    return PlainTextResponse("passed on")


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/{path:path}", beyond, methods=["GET", "POST"])]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(CompressedAssets)]))


def test_a_script_arrives_whole_and_compressed(client: TestClient) -> None:
    answer = client.get(f"/static/js/{SCRIPT.name}", headers={"accept-encoding": "gzip"})

    assert answer.content == SCRIPT.read_bytes()
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < SCRIPT.stat().st_size / 2
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("path", "encoding"),
    [
        (f"/static/js/{SCRIPT.name}", "identity"),
        ("/static/../index.html", "gzip"),
        ("/static/js/%2e%2e/%2e%2e/%2e%2e/config.py", "gzip"),
        ("/static//etc/passwd.js", "gzip"),
        ("/static/js/unknown.js", "gzip"),
        ("/app/static/fonts/x.js", "gzip"),
        ("/", "gzip"),
    ],
)
def test_everything_else_is_passed_on(client: TestClient, path: str, encoding: str) -> None:
    assert client.get(path, headers={"accept-encoding": encoding}).text == "passed on"


def test_a_post_is_passed_on(client: TestClient) -> None:
    assert client.post(f"/static/js/{SCRIPT.name}", headers={"accept-encoding": "gzip"}).text == "passed on"
