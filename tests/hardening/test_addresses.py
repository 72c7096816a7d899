"""Every address of the application, taken from the application itself, is asked by those who may not have it."""

import re
from collections.abc import Iterator

import pytest
from starlette.routing import BaseRoute, Mount, Route

from app.api import api
from core.access.rules import Actor, Permission
from tests.api.world import Clock, World
from tests.builders import a_person
from tests.hardening.conftest import House

# What somebody who is not signed in may GET: the mark, the way in, and the health of the server.
FOR_EVERYBODY = {
    "/favicon.svg",
    "/favicon.png",
    "/health/live",
    "/health/ready",
    "/idp/.well-known/openid-configuration",
    "/idp/jwks.json",
    "/idp/authorize",
    "/idp/logout",
    "/setup",
}
DOCUMENT = "/api/openapi.json"
SAMPLES = {
    "audit": "AU0001", "batch": "B0001", "document": "DOC0001", "entry": "0", "event": "9b2f", "export": "X0001",
    "form": "csv", "kind": "csv", "model": "M0001", "run": "R0001", "version": "1.0.0",
}  # fmt: skip
# What an administrator may take away: a form to fill in, the checkpoint, and what reading the record shows anyway.
OF_ADMINISTRATORS = {
    "/exports/checkpoint.txt", "/exports/coverage.csv", "/exports/records-of-processing.csv",
    "/exports/ledger/0/body", "/exports/ledger/0/receipt", "/exports/templates/models.csv",
}  # fmt: skip
WATCHED = "/api/ledger/checkpoint"  # any token may watch it, so that many do


def filled(path: str) -> str:
    """An address of this pattern; a part that we have no sample for is an identifier that nothing has."""
    return re.sub(r"{(\w+)(?::\w+)?}", lambda part: SAMPLES.get(part.group(1), "Z0001"), path)


def addresses(routes: list[BaseRoute], before: str = "") -> Iterator[str]:
    """All that answer GET."""
    for route in routes:
        if isinstance(route, Mount):
            yield from addresses(list(route.routes), before + route.path)
        elif (included := getattr(route, "original_router", None)) is not None:  # as FastAPI keeps its routers
            yield from addresses(list(included.routes), before)
        elif isinstance(route, Route) and "GET" in (route.methods or ()):
            yield before + filled(route.path)


def exports(house: House) -> list[str]:
    """Where files are taken away: by browsers under /exports, by pipelines wherever an answer is a file."""
    own = [path for path in addresses(house.routes) if path.startswith("/exports/")]
    assert len(own) > 10
    return own


@pytest.fixture
def stranger(house: House) -> Actor:
    """Signed in, and without any role."""
    return a_person(house.place.store)


@pytest.mark.row("anonymous or other-role GET of every export address")
def test_nobody_anonymous_gets_anything_from_any_address(house: House) -> None:
    own = set(addresses(house.routes)) - FOR_EVERYBODY - {DOCUMENT}

    answers = {path: house.client().get(path).status_code for path in sorted(own)}  # each anew: many would be put off

    assert len(own) > 80
    assert {path: status for path, status in answers.items() if status != 401} == {}


@pytest.mark.row("anonymous or other-role GET of every export address")
def test_somebody_without_a_role_takes_nothing_away(house: House, stranger: Actor) -> None:
    client = house.signed_in(stranger)

    answers = {path: client.get(path).status_code for path in exports(house)}

    assert {path: status for path, status in answers.items() if status != 403} == {}


@pytest.mark.row("anonymous or other-role GET of every export address")
def test_an_administrator_reads_and_takes_no_record_away(house: House) -> None:
    client = house.signed_in(house.cast.administrator)

    answers = {path: client.get(path).status_code for path in exports(house)}

    assert {path for path, status in answers.items() if status < 400} == OF_ADMINISTRATORS
    assert answers["/exports/X0001/file"] == answers["/exports/inventory.csv"] == 403


@pytest.mark.row("anonymous or other-role GET of every export address")
def test_a_token_that_may_not_read_gets_nothing_from_the_api(house: House) -> None:
    token = World(house.place, house.cast, Clock()).token(house.cast.developer, {Permission.EVENT_RECORD})
    client = house.client()
    client.headers["Authorization"] = f"Bearer {token.secret}"

    own = set(addresses(list(api.routes), "/api")) - {DOCUMENT, WATCHED}
    answers = {path: client.get(path).status_code for path in sorted(own)}

    assert {path: status for path, status in answers.items() if status != 403} == {}
