"""The log: one line a record, whatever it holds; the request it belongs to; nothing personal, nothing secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.logs.formats import FORMATTERS
from app.logs.requests import Named
from app.logs.vocabulary import LogFormat

log = logging.getLogger("countersign.tested")


@pytest.fixture(params=list(LogFormat))
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What is written, in either form."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(FORMATTERS[request.param]())
    own = logging.getLogger("countersign")
    own.addHandler(handler)
    own.setLevel(logging.INFO)
    yield written
    own.removeHandler(handler)
    own.setLevel(logging.NOTSET)


HOSTILE = "line\r\nINFO forged\x1b[2J \u2028 ann@example.org, 4111 1111 1111 1111"


def test_a_record_is_one_line_without_control_signs_or_personal_data(lines: io.StringIO) -> None:
    log.warning("Seen: %s", HOSTILE, extra={"who": HOSTILE})

    said = lines.getvalue()
    assert said.count("\n") == 1
    assert said.rstrip("\n").isprintable()
    for value in ("ann@example.org", "4111 1111", "\x1b"):
        assert value not in said


def test_a_trace_holds_neither_statement_nor_value(lines: io.StringIO) -> None:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT :secret FROM nowhere"), {"secret": "hunter2"})
    except Exception:
        log.exception("The store did not answer")

    said = lines.getvalue()
    assert "OperationalError" in said
    assert "no such table: nowhere" in said
    for value in ("hunter2", "SELECT"):
        assert value not in said


def application() -> Starlette:
    async def answer(_request: Request) -> PlainTextResponse:
        log.info("within")
        return PlainTextResponse("fine")

    async def fail(_request: Request) -> PlainTextResponse:
        raise RuntimeError("broken")

    app = Starlette(routes=[Route("/api/found", answer), Route("/api/broken", fail)])
    app.add_middleware(Named)
    return app


def test_every_line_of_a_request_and_its_answer_carry_one_id() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(FORMATTERS[LogFormat.JSON]())
    own = logging.getLogger("countersign")
    own.addHandler(handler)
    own.setLevel(logging.INFO)
    try:
        client = TestClient(application(), raise_server_exceptions=False)
        given = client.get("/api/found?q=ann", headers={"X-Request-Id": "proxy-0001"})
        forged = client.get("/api/found", headers={"X-Request-Id": "a b\tc"})
        client.get("/api/broken")
    finally:
        own.removeHandler(handler)
        own.setLevel(logging.NOTSET)

    said = [json.loads(line) for line in written.getvalue().splitlines()]
    assert given.headers["x-request-id"] == "proxy-0001"
    assert [one["request"] for one in said[:2]] == ["proxy-0001", "proxy-0001"]
    assert {name: said[1][name] for name in ("message", "method", "route", "status")} == {
        "message": "answered", "method": "GET", "route": "api", "status": 200,
    }  # fmt: skip
    assert "q=ann" not in written.getvalue()
    assert len(forged.headers["x-request-id"]) == 16
    assert (said[-1]["status"], said[-1]["level"]) == (500, "ERROR")
