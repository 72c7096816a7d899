"""Pipelines hand production data in as files, as JSON and by path, once each, and read what arrived."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.api import api
from app.composition import Workplace, workplace
from app.settings import load
from core.access.rules import Permission
from tests.api.world import World
from tests.builders import a_version

CSV = "id,at,prediction,score,income\na,2026-11-20T10:00:00Z,1,0.9,1000\nb,2026-11-20T11:00:00Z,0,0.2,2000\n"
LABELS = "id,label\na,1\nz,0\n"
FILE = {"filename": "day.csv", "version": "1.0.0"}


@pytest.fixture
def model(world: World) -> str:
    return a_version(world.place.store, world.cast)[0]


@pytest.fixture
def client(world: World) -> TestClient:
    return world.client()


@pytest.fixture
def drop(world: World, tmp_path: Path) -> Workplace:
    folder = tmp_path / "drop"
    folder.mkdir()
    settings = replace(
        world.place.settings, production_drop=load({"COUNTERSIGN_PRODUCTION_DROP": str(folder)}).production_drop
    )
    place = replace(world.place, settings=settings)
    api.dependency_overrides[workplace] = lambda: place
    return place


def test_files_go_in_and_what_arrived_is_read_back(client: TestClient, model: str) -> None:
    first = client.put(f"models/{model}/production/inferences", params=FILE, content=CSV).json()
    second = client.put(f"models/{model}/production/labels", params={"filename": "late.csv"}, content=LABELS).json()
    arrived = client.get(f"models/{model}/production/arrivals").json()

    assert (first["batches"], first["rows"], first["repeated"]) == (["PB0001"], 2, 0)
    assert (second["rows"], second["waiting"]) == (2, 1)
    assert first["ledger"]["receipt"].startswith("c2sp.org/tlog-proof@v1")
    assert json.loads(first["ledger"]["entry"])["action"] == "production.recorded"
    assert (arrived["rows"], arrived["labelled"], arrived["total"]) == (2, 1, 2)
    assert arrived["days"] == [{"day": "2026-11-20", "rows": 2, "labelled": 1}]
    assert [one["kind"] for one in arrived["arrivals"]] == ["labels", "inferences"]
    assert arrived["arrivals"][1]["filename"] == "day.csv"


def test_a_call_under_a_key_has_one_effect(client: TestClient, model: str) -> None:
    address, key = f"models/{model}/production/inferences", {"Idempotency-Key": "night-1"}
    first = client.put(address, params=FILE, content=CSV, headers=key)
    again = client.put(address, params=FILE, content=CSV, headers=key)
    without = client.put(address, params=FILE, content=CSV)
    other = client.put(address, params=FILE, content=CSV.replace("0.9", "0.8"), headers=key)

    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert (without.json()["rows"], without.json()["repeated"]) == (0, 2)
    assert other.status_code == 422
    assert client.get(f"models/{model}/production/arrivals").json()["total"] == 2


def test_a_few_rows_and_points_come_as_json(client: TestClient, model: str) -> None:
    row = {"id": "a", "at": "2026-11-20T10:00:00+01:00", "prediction": 1, "income": 7.5, "vip": True}
    rows = client.post(f"models/{model}/production/inferences", json={"rows": [row], "version": "1.0.0"})
    points = client.post(f"models/{model}/production/metrics", json={"points": [{"name": "psi", "value": 0.2}]})
    text = "# TYPE psi gauge\npsi 0.3 1763000000\n# EOF\n"
    more = client.put(f"models/{model}/production/metrics", content=text)
    (series,) = client.get(f"models/{model}/production/series").json()["series"]

    assert rows.json()["rows"] == 1
    assert (points.json()["points"], more.json()["points"]) == (1, 1)
    assert (series["name"], series["points"], series["last_value"]) == ("psi", 2, 0.2)
    assert client.post(f"models/{model}/production/labels", json={}).status_code == 422


def test_what_is_wrong_is_said_by_line_and_column(client: TestClient, model: str) -> None:
    address = f"models/{model}/production/inferences"
    client.put(address, params=FILE, content=CSV)
    told = client.put(address, params=FILE, content=CSV.replace("2000", "2001"))
    json_told = client.post(address, json={"rows": [{"id": "x", "at": "today", "score": 1}], "version": "1.0.0"})

    assert told.status_code == 422
    assert [(one["line"], one["column"]) for one in told.json()["problems"]] == [(3, "id")]
    assert [(one["line"], one["column"]) for one in json_told.json()["problems"]] == [(1, "at")]


def test_rows_of_a_version_that_is_not_registered_are_not_lost(client: TestClient, model: str) -> None:
    told = client.put(f"models/{model}/production/inferences", params={**FILE, "version": "9.0.0"}, content=CSV)
    unknown = client.put("models/loan-bot/production/inferences", params=FILE, content=CSV)

    assert (told.status_code, told.json()["rows"], told.json()["held"]) == (201, 0, 2)
    assert (unknown.status_code, unknown.json()["held"], len(unknown.json()["quarantined"])) == (201, 2, 1)


def test_a_token_needs_the_scope(world: World, model: str) -> None:
    client = world.client(world.token(scopes={Permission.RECORD_READ}).secret)

    assert client.put(f"models/{model}/production/inferences", params=FILE, content=CSV).status_code == 403
    assert (
        client.post(f"models/{model}/production/metrics", json={"points": [{"name": "a", "value": 1}]}).status_code
        == 403
    )
    assert client.get(f"models/{model}/production/arrivals").status_code == 200


def test_what_is_monitored_is_declared_by_revision(client: TestClient, model: str) -> None:
    wish = {"positive_label": "1", "sensitive": ["sex"], "label": "repaid"}

    assert client.get(f"models/{model}/monitored").status_code == 404
    assert client.post(f"models/{model}/monitored", json=wish).json()["revision"] == 1
    assert client.post(f"models/{model}/monitored", json=wish).status_code == 409
    assert client.get(f"models/{model}/monitored").json()["label"] == "repaid"
    assert client.post(f"models/{model}/monitored", json={**wish, "positive": "1"}).status_code == 422


def test_a_file_below_the_drop_folder_is_taken_by_its_path_and_no_other(
    client: TestClient, drop: Workplace, model: str, tmp_path: Path
) -> None:
    folder = drop.settings.production_drop
    assert folder is not None
    (folder / "sent").mkdir()
    (folder / "sent" / "day.csv").write_text(CSV)
    (tmp_path / "outside.csv").write_text(CSV)
    (folder / "link.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "linked").symlink_to(tmp_path)

    def named(path: str) -> int:
        wish = {"path": path, "version": "1.0.0"}
        return int(client.post(f"models/{model}/production/inferences", json=wish).status_code)

    assert named("sent/day.csv") == 201
    assert (folder / "sent" / "day.csv").exists()
    for path in ("../outside.csv", "sent/../../outside.csv", str(tmp_path / "outside.csv"), "sent//day.csv"):
        assert named(path) == 403
    for path in ("link.csv", "linked/outside.csv", "absent.csv", "sent"):
        assert named(path) == 422


def test_by_path_is_off_without_a_drop_folder(client: TestClient, model: str) -> None:
    told = client.post(f"models/{model}/production/inferences", json={"path": "a.csv", "version": "1.0.0"})

    assert told.status_code == 403
    assert "switched off" in told.text
