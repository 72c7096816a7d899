"""Bodies are read strictly, within limits, and refused with the place."""

import json
from pathlib import Path

import pytest

from app.api import api
from app.api.bodies import JSON_LIMIT
from app.api.caller import moment
from core.access.tables import IdempotencyKey
from core.ledger.service import Ledger
from core.reports.keys import SigningKeys
from core.store import Store
from tests.api.test_access import assert_problem
from tests.api.world import World, a_registration, make_world
from tests.builders import a_version

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"rationale": "first one here", "rationale": "second one here"}',
        b'{"rationale": "first one here", "\\u0072ationale": "the same name"}',
        b'{"rationale": NaN}',
        b'{"rationale": 1e999}',
        b'{"rationale": 123456789012345678901}',
        b'{"rationale": "\\ud800"}',
        b'{"rationale": "enough words"} {}',
        b'\xef\xbb\xbf{"rationale": "enough words"}',
        b'{"rationale": "enough \xff words"}',
        b'{"rationale": "enough words",}',
        b"[" * 5000 + b"]" * 5000,
        b"{",
    ],
    ids=[
        "repeated name",
        "repeated name in disguise",
        "NaN",
        "overflow",
        "21 digits",
        "lone surrogate",
        "trailing text",
        "byte order mark",
        "not UTF-8",
        "trailing comma",
        "5,000 levels",
        "cut short",
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused_with_its_line(world: World, body: bytes) -> None:
    a_version(world.place.store, world.cast)

    response = world.client().post("models/M0001/versions/1.0.0/changes", content=body, headers=JSON)

    problems = assert_problem(response, 422, "unreadable")["problems"]
    assert isinstance(problems, list)
    assert problems[0]["line"] == 1


def test_json_above_the_limit_is_refused(world: World) -> None:
    wish = {"rationale": "x" * JSON_LIMIT}

    assert_problem(world.client().post("models/M0001/versions/1.0.0/changes", json=wish), 413, "too-large")


def test_json_above_the_limit_is_refused_though_it_hides_its_length(world: World) -> None:
    def chunks():  # type: ignore[no-untyped-def]
        yield from [b'{"rationale": "' + b"x" * 1000] * 300

    response = world.client().post("models/M0001/versions/1.0.0/changes", content=chunks(), headers=JSON)

    assert_problem(response, 413, "too-large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_does_not_call_itself_json_is_refused(world: World, kind: str) -> None:
    body = json.dumps(a_registration(world)).encode()

    assert_problem(
        world.client().post("models", content=body, headers={"Content-Type": kind}), 415, "unsupported-media-type"
    )


def test_a_compressed_body_is_refused(world: World) -> None:
    response = world.client().post("models", content=b"{}", headers={**JSON, "Content-Encoding": "gzip"})

    assert_problem(response, 415, "unsupported-media-type")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"", b"{}"])
def test_json_of_another_shape_is_refused(world: World, body: bytes) -> None:
    assert_problem(world.client().post("models", content=body, headers=JSON), 422, "unreadable")


def test_a_field_that_nobody_asked_for_is_refused(world: World) -> None:
    wish = {"rationale": "Ready for production", "as": "administrator"}

    response = world.client().post("models/M0001/versions/1.0.0/changes", json=wish)

    problems = assert_problem(response, 422, "unreadable")["problems"]
    assert isinstance(problems, list)
    assert [one["column"] for one in problems] == ["as"]


def test_an_internal_fault_says_nothing_of_the_inside(world: World) -> None:
    def fault() -> None:
        raise RuntimeError("the secret is swordfish")

    client = world.client()
    api.dependency_overrides[moment] = fault

    response = client.get("models")

    assert_problem(response, 500, "internal")
    assert "swordfish" not in response.text


def test_a_store_that_fails_says_nothing_of_the_inside(world: World) -> None:
    with world.place.store.transaction() as tx:
        tx.session.connection().exec_driver_sql(f"DROP TABLE {IdempotencyKey.__tablename__}")

    response = world.client().post("models", json=a_registration(world), headers={"Idempotency-Key": "k"})

    assert_problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "2"
    assert not any(word in response.text.lower() for word in ("sql", "table", "traceback", ".py", "idempotency_key"))


@pytest.mark.parametrize("path", ["models/M%00", "runs/%00"])
def test_a_sign_that_a_store_cannot_hold_is_refused_on_postgresql(
    postgresql_store: Store, ledger: Ledger, keys: SigningKeys, tmp_path: Path, path: str
) -> None:
    world = make_world(postgresql_store, ledger, keys, tmp_path)

    response = world.client().get(path)

    api.dependency_overrides.clear()
    assert_problem(response, 422, "unreadable")
