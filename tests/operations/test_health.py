"""Alive and ready: what an orchestrator is told, and that a fault is told within its deadline and passes."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.composition import Workplace, now
from app.health import health_routes
from app.health.checks import LEAST_FREE, readiness
from core.jobs.tables import WorkerRole
from core.jobs.workers import SILENT, join
from core.store import open_store


def client(place: Workplace) -> TestClient:
    return TestClient(Starlette(routes=health_routes(place)))


def failing(place: Workplace) -> dict[str, str]:
    return {one.name: one.why for one in readiness(place, at=now()) if not one.ok}


def test_a_whole_installation_is_ready_without_a_worker_and_says_so(place: Workplace) -> None:
    answer = client(place).get("/health/ready")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert answer.json()["checks"]["worker"] == "no worker was heard of for a minute"
    join(place.store, WorkerRole.SERVER, at=now())
    assert failing(place) == {}
    join(place.store, WorkerRole.SERVER, at=now() - SILENT)


def test_a_store_that_does_not_answer_is_not_ready_but_alive(place: Workplace, tmp_path: Path) -> None:
    gone = replace(place, store=open_store(f"sqlite:///{tmp_path / 'empty' / 'other.db'}"))
    (tmp_path / "empty").chmod(0o500)

    answer = client(gone).get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert answer.headers["cache-control"] == "no-store"
    assert client(gone).get("/health/live").json() == {"status": "alive"}


def test_an_older_schema_is_named(place: Workplace) -> None:
    with sqlite3.connect(place.settings.data_dir / "countersign.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")

    assert failing(place)["schema"] == "not the one of this version"


def test_a_disk_that_is_nearly_full_takes_no_traffic(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = LEAST_FREE - 1

    monkeypatch.setattr("app.health.checks.shutil.disk_usage", lambda _folder: Usage)

    assert failing(place)["data folder"] == "nearly full"
    assert client(place).get("/health/ready").status_code == 503
