"""SCIM 2.0 as scim2-tester, which we did not write, finds it; and as RFC 7644 says where that does not look."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from app.composition import Workplace
from app.edge import Edge
from app.scim.mounting import ADDRESS, scim_routes
from tests.scim.conftest import TOKEN, Directory


@pytest.fixture
def served(place: Workplace) -> Iterator[httpx.Client]:
    """A server on loopback, behind the same edge as the product's."""
    app = Edge(Starlette(routes=list(scim_routes(place))), place)
    server = uvicorn.Server(uvicorn.Config(app, port=place.settings.port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
    with httpx.Client(base_url=f"{place.settings.public_url}{ADDRESS}/", headers=headers) as client:
        yield client
    server.should_exit = True
    thread.join(timeout=20)


def judged(http: httpx.Client) -> list[str]:
    """What the tester finds wrong, in its words."""
    from scim2_client import BaseSyncSCIMClient  # which takes seconds to load
    from scim2_tester import Status, check_server

    class Client(BaseSyncSCIMClient):
        """The client of scim2-client over httpx."""

        def _stays_under_base_url(self, endpoint: str) -> bool:
            return True

        def _parse_json(self, response: Any) -> Any:
            return response.json()

        def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
            return http.request(method, url.lstrip("/"), **kwargs)

    results = check_server(Client())
    assert len(results) > 20
    return [f"{one.title}: {one.reason}" for one in results if one.status not in (Status.SUCCESS, Status.SKIPPED)]


def test_an_independent_tester_finds_nothing_wrong_over_http(served: httpx.Client) -> None:
    assert judged(served) == []


def test_another_host_name_is_not_answered(served: httpx.Client) -> None:
    assert served.get("Users", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("path", ["/Users", "/Groups", "/ServiceProviderConfig", "/Schemas", "/ResourceTypes"])
@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer tökén"])
def test_nothing_is_read_without_the_token(directory: Directory, path: str, token: str) -> None:
    answer = directory.http.get(path.lstrip("/"), headers={"Authorization": token.encode("latin-1")})

    assert answer.status_code == 401
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


def test_users_are_found_by_eq_and_read_page_by_page(directory: Directory) -> None:
    numbers = [directory.user(f"user{place}@example.org", externalId=f"ext-{place}") for place in range(5)]

    def found(query: str) -> tuple[int, list[str]]:
        _, answer = directory.call("GET", f"/Users?{query}")
        return answer["totalResults"], [one["id"] for one in answer.get("Resources", [])]

    assert found('filter=userName eq "USER3@example.org"') == (1, [numbers[3]])
    assert found('filter=externalId eq "ext-2" and userName eq "user2@example.org"') == (1, [numbers[2]])
    assert found('filter=externalId eq "EXT-2"') == (0, [])
    assert found("startIndex=2&count=2") == (5, numbers[1:3])
    assert found("startIndex=0&count=-1") == (5, [])
    assert found("startIndex=6") == (5, [])


@pytest.mark.parametrize(
    "text",
    ['userName co "a"', 'title eq "x"', "userName eq", 'not (userName eq "a")', 'userName eq "a" or userName eq "b"',
     "((((", 'emails[type eq "work"]', "x" * 600],
)  # fmt: skip
def test_other_filters_are_refused_and_nothing_is_listed(directory: Directory, text: str) -> None:
    status, answer = directory.call("GET", f"/Users?filter={text}")

    assert (status, answer["scimType"]) == (400, "invalidFilter")


def test_a_version_that_was_overtaken_is_not_written_over(directory: Directory) -> None:
    number = directory.user("ana")
    first = directory.http.get(f"Users/{number}").headers["etag"]
    change = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ana", "displayName": "Ana"}

    assert directory.call("PUT", f"/Users/{number}", change, **{"If-Match": first})[0] == 200
    assert directory.call("PUT", f"/Users/{number}", change, **{"If-Match": first})[0] == 412
    assert directory.call("PUT", f"/Users/{number}", change, **{"If-Match": "*"})[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/Nothing", 404), ("GET", "/Users/P9999", 404), ("DELETE", "/Groups/DG9999", 404), ("GET", "/Me", 501),
     ("POST", "/Bulk", 501), ("DELETE", "/Users", 405), ("PATCH", "/Users/P9999", 400)],
)  # fmt: skip
def test_errors_come_in_the_form_of_the_standard(directory: Directory, method: str, path: str, status: int) -> None:
    found, answer = directory.call(method, path, {} if method in ("POST", "PATCH") else None)

    assert (found, answer["status"]) == (status, str(status))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"schemas": []}', b"\xff", b"{" * 5000, b'"' + b"a" * 1_100_000])
def test_what_is_no_user_makes_none(directory: Directory, body: bytes) -> None:
    answer = directory.http.post("Users", content=body)

    assert answer.status_code in (400, 413)
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert directory.call("GET", "/Users")[1]["totalResults"] == 0


def test_locations_are_the_public_ones(directory: Directory) -> None:
    number = directory.user("ana")

    assert (
        directory.call("GET", f"/Users/{number}")[1]["meta"]["location"]
        == f"{directory.place.settings.public_url}/scim/v2/Users/{number}"
    )
