"""The OpenAPI document says what the API does, and is served without another host."""

import json

import pytest

from app.api import api
from core.access.rules import TOKEN_SCOPES
from tests.api.world import World

DOCUMENT = json.loads(json.dumps(api.openapi()))
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
STORE_NOTHING = {name for name in OPERATIONS if name.startswith("GET")} | {
    "POST /policies/check",
    "PUT /imports/dry-run",
    "POST /bulk-edits/preview",
    "POST /bulk-edits/{edit}/undo/preview",
}


def test_the_document_is_served_to_anybody_under_the_address_of_the_api(world: World) -> None:
    response = world.anonymous().get("openapi.json")

    assert response.status_code == 200
    assert response.json()["servers"] == [{"url": "/api"}]
    assert response.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("path", ["docs", "redoc", "docs/oauth2-redirect"])
def test_pages_that_would_load_from_another_host_are_not_there(world: World, path: str) -> None:
    assert world.anonymous().get(path).status_code == 404


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_address_says_what_it_does_and_needs_a_token(name: str) -> None:
    operation = OPERATIONS[name]

    assert len(operation["description"]) > 30
    assert operation["security"] == [{"token": []}]


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_error_is_a_problem(name: str) -> None:
    for status, response in OPERATIONS[name]["responses"].items():
        if int(status) >= 400:
            assert list(response["content"]) == ["application/problem+json"]


ONCE_BY_THEIR_OWN_IDS = {"PUT /events"}  # events carry ids, so a repeat is known without a key


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - ONCE_BY_THEIR_OWN_IDS - STORE_NOTHING))
def test_every_act_takes_an_idempotency_key_and_answers_with_its_place_in_the_ledger(name: str) -> None:
    operation = OPERATIONS[name]
    (success,) = (response for status, response in operation["responses"].items() if int(status) < 400)
    reference = success["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]

    assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}
    assert "ledger" in DOCUMENT["components"]["schemas"][reference]["required"]


def test_every_scope_that_a_token_can_have_is_named_where_it_is_needed() -> None:
    described = " ".join(operation["description"] for operation in OPERATIONS.values())

    assert {scope for scope in TOKEN_SCOPES if f"`{scope}`" not in described} == set()
