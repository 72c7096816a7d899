"""The directory's side: a client over HTTP, in this process or to a server, and what stands in the store after."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.composition import Workplace, now, open_workplace
from app.scim.mounting import ADDRESS, scim_routes
from app.settings import load
from core.access.grants import roles_of
from core.access.rules import Reach, Role
from core.access.rules.outside import GroupRole
from tests.builders import free_port

TOKEN = "a-token-of-the-directory-that-is-long-enough"
GROUPS = (
    GroupRole("Compliance", Role.APPROVER),
    GroupRole("Data Science", Role.DEVELOPER),
    GroupRole("Loans Risk", Role.VALIDATOR, Reach(lines=frozenset({"Loans"}))),
)


class Directory:
    """Calls as a directory does, and answers with status and content."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        app = Starlette(routes=list(scim_routes(place)))
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
        self.http = TestClient(app, base_url=f"{place.settings.public_url}{ADDRESS}/", headers=headers)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        answer: httpx.Response = self.http.request(method, path.lstrip("/"), json=body, headers=headers)
        return answer.status_code, answer.json() if answer.content else None

    def user(self, user_name: str, **more: object) -> str:
        """Bring a person; their number."""
        schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"]
        status, made = self.call("POST", "/Users", {"schemas": schemas, "userName": user_name, **more})
        assert status == 201, made
        return str(made["id"])

    def group(self, name: str, *members: str) -> str:
        """Bring a group; its number."""
        schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
        body = {"schemas": schemas, "displayName": name, "members": [{"value": member} for member in members]}
        status, made = self.call("POST", "/Groups", body)
        assert status == 201, made
        return str(made["id"])

    def patch(self, path: str, *operations: dict[str, object]) -> tuple[int, Any]:
        schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
        return self.call("PATCH", path, {"schemas": schemas, "Operations": list(operations)})

    def roles(self, person: str) -> set[Role]:
        with self.place.store.reading() as session:
            return set(roles_of(session, person, at=now()))


@pytest.fixture
def place(installation: Path, tmp_path: Path) -> Iterator[Workplace]:
    shutil.copytree(installation, tmp_path, dirs_exist_ok=True)
    port = str(free_port())
    settings = load({"COUNTERSIGN_DATA_DIR": str(tmp_path), "COUNTERSIGN_PORT": port, "COUNTERSIGN_SCIM_TOKEN": TOKEN})
    opened = open_workplace(replace(settings, group_roles=GROUPS))
    yield opened
    opened.store.close()


@pytest.fixture
def directory(place: Workplace) -> Directory:
    return Directory(place)
