"""Reports by API: asked for under a scope, followed, taken away with a digest, and scheduled."""

import hashlib
import json
from datetime import timedelta

import pytest

from core.access.rules import TOKEN_SCOPES, Permission
from core.ledger import offline
from core.reports.service import build_export
from tests.api.test_access import assert_problem
from tests.api.world import World
from tests.builders import NOON, a_version

VERSION = {"kind": "version", "number": "M0001", "version": "1.0.0"}
WISH = {"template": "dossier", "subject": VERSION, "format": "json"}
SCHEDULE = {
    "template": "inventory", "subject": {"kind": "organisation"}, "format": "xlsx", "rhythm": "weekly", "day": 1,
    "time": "07:30", "zone": "Europe/Zurich",
}  # fmt: skip


def build(world: World, number: str) -> None:
    place = world.place
    build_export(place.store, place.ledger, place.exports, place.keys, export=number, clock=lambda: NOON)


@pytest.fixture
def registered(world: World) -> World:
    a_version(world.place.store, world.cast)
    return world


def test_the_reports_say_what_they_are_about_and_in_which_forms(world: World) -> None:
    found = {one["template"]: one for one in world.client().get("reports").json()["reports"]}

    assert found["dossier"]["about"] == ["version"]
    assert {"pdf", "oscal", "ml-bom", "bundle"} <= set(found["dossier"]["formats"])
    assert "oscal" not in found["inventory"]["formats"]


def test_an_export_is_asked_for_followed_and_taken_away(registered: World) -> None:
    client = registered.client()

    started = client.post("exports", json=WISH, headers={"Idempotency-Key": "one"})
    again = client.post("exports", json=WISH, headers={"Idempotency-Key": "one"})
    waiting = client.get("exports/X0001").json()
    build(registered, "X0001")
    ready = client.get("exports/X0001").json()
    file = client.get("exports/X0001/file")

    assert (started.status_code, started.json()["export"], again.json()) == (202, "X0001", started.json())
    assert "export.made" in json.loads(started.json()["ledger"]["entry"])["action"]
    assert (waiting["status"], waiting["complete"], waiting["digest"]) == ("queued", None, "")
    assert (ready["state"], ready["filename"]) == ("ready", "X0001-M0001-1.0.0-dossier.json")
    assert file.headers["etag"] == f'"{hashlib.sha256(file.content).hexdigest()}"' == f'"{ready["digest"]}"'
    assert client.get("exports/X0001").json()["downloads"][0]["person"] == registered.cast.developer.id
    assert client.get("exports", params={"state": "ready", "about": "M0001"}).json()["total"] == 1
    assert client.get("exports", params={"template": "inventory"}).json()["total"] == 0


def test_a_bundle_by_api_verifies_under_the_key_of_the_ledger(registered: World) -> None:
    client = registered.client()
    client.post("exports", json={**WISH, "format": "bundle"})
    build(registered, "X0001")

    steps = offline.verify(client.get("exports/X0001/file").content, key=registered.place.ledger.vkey)

    assert steps
    assert [step for step in steps if not step.passed] == []


def test_an_export_that_waits_is_stopped_by_who_asked_and_nobody_else(registered: World) -> None:
    client, other = registered.client(), registered.client(registered.token(registered.cast.owner).secret)
    client.post("exports", json=WISH)

    refused, stopped = other.post("exports/X0001/cancel"), client.post("exports/X0001/cancel")
    build(registered, "X0001")

    assert [one["code"] for one in assert_problem(refused, 403, "refused")["refusals"]] == ["not-yours"]  # type: ignore[union-attr]
    assert (stopped.status_code, stopped.json()["status"]) == (200, "cancelled")
    assert client.get("exports/X0001").json()["status"] == "cancelled"
    assert_problem(client.get("exports/X0001/file"), 403, "refused")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"template": "poem"}, "template"),
        ({"subject": {"kind": "organisation"}}, "subject"),
        ({"as_of": (NOON + timedelta(days=1)).isoformat()}, "as_of"),
        ({"since": (NOON - timedelta(days=1)).isoformat()}, "since"),
        ({"template": "inventory", "subject": {"kind": "organisation"}, "format": "ml-bom"}, "format"),
    ],
)
def test_what_cannot_be_built_is_unreadable_by_name(registered: World, change: dict[str, object], column: str) -> None:
    body = assert_problem(registered.client().post("exports", json={**WISH, **change}), 422, "unreadable")

    assert column in [one["column"] for one in body["problems"]]  # type: ignore[union-attr]
    assert registered.client().get("exports").json()["total"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "exports", WISH),
        ("GET", "exports/X0001/file", None),
        ("POST", "exports/X0001/cancel", None),
        ("POST", "export-schedules", SCHEDULE),
    ],
)
def test_without_its_scope_nothing_is_made_or_taken(registered: World, method: str, path: str, body: object) -> None:
    registered.client().post("exports", json=WISH)
    token = registered.token(scopes=TOKEN_SCOPES - {Permission.EXPORT_MAKE})

    response = registered.client(token.secret).request(method, path, json=body)

    refusals = assert_problem(response, 403, "refused")["refusals"]
    assert f"Token {token.number} has no scope export:make" in [one["message"] for one in refusals]  # type: ignore[union-attr]


def test_a_schedule_is_made_paused_resumed_and_ended(world: World) -> None:
    client = world.client()

    made = client.post("export-schedules", json={**SCHEDULE, "recipients": [world.cast.auditor.id]})
    (line,) = client.get("export-schedules").json()["schedules"]
    states = [
        client.post(f"export-schedules/XS0001/{state}").json()["state"] for state in ("paused", "active", "ended")
    ]

    assert (made.status_code, made.json()["schedule"]) == (201, "XS0001")
    assert (line["next_at"], line["recipients"]) == ("2026-11-23T06:30:00Z", [world.cast.auditor.id])
    assert states == ["paused", "active", "ended"]
    assert client.get("export-schedules").json()["schedules"] == []
    assert [one["state"] for one in client.get("export-schedules?ended=true").json()["schedules"]] == ["ended"]
    assert_problem(client.post("export-schedules/XS0001/active"), 403, "refused")


@pytest.mark.parametrize(
    "change",
    [{"zone": "Europe/Atlantis"}, {"day": 8}, {"recipients": ["P9999"]}, {"time": "24:00"}, {"time": "07:60"}],
)
def test_a_schedule_that_has_no_time_or_recipient_is_unreadable(world: World, change: dict[str, object]) -> None:
    assert_problem(world.client().post("export-schedules", json={**SCHEDULE, **change}), 422, "unreadable")
