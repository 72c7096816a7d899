"""The worker looks at every allowed MLflow server once an interval, and a server that is away ends nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from app.composition import Workplace, open_workplace
from app.registries.servers import ServerPlace
from app.registries.syncing import due_looks
from app.schedule import SCHEDULE, Timetable
from app.settings import load
from app.worker import work_once
from core.inventory.importing.queries import sync_states
from core.inventory.importing.registry.syncing import REGISTRY_JOB
from core.jobs.tables import Job, JobStatus
from tests.builders import free_port

NINE = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    settings = replace(load({}), data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'store.db'}")
    opened = open_workplace(settings, installed_at=NINE)
    yield opened
    opened.store.close()


@pytest.fixture
def with_server(place: Workplace) -> Workplace:
    gone = ServerPlace("gone", f"http://127.0.0.1:{free_port()}")
    return replace(place, settings=replace(place.settings, mlflow_servers=(gone,), mlflow_sync=timedelta(hours=1)))


def test_one_slot_is_due_a_server_and_interval(with_server: Workplace) -> None:
    slots = [list(due_looks(with_server, NINE + timedelta(minutes=minutes))) for minutes in (0, 59, 60)]

    assert slots == [["gone 2026-11-26T09:00:00+00:00"]] * 2 + [["gone 2026-11-26T10:00:00+00:00"]]


def test_nothing_is_due_when_the_clock_is_switched_off(with_server: Workplace) -> None:
    off = replace(with_server, settings=replace(with_server.settings, mlflow_sync=None))

    assert list(due_looks(off, NINE)) == []


def test_a_server_that_is_away_fails_its_job_and_is_noted(with_server: Workplace) -> None:
    looks = tuple(one for one in SCHEDULE if one.kind == REGISTRY_JOB)
    Timetable(looks).queue_due(with_server, at=NINE)
    Timetable(looks).queue_due(with_server, at=NINE + timedelta(minutes=5))

    assert work_once(with_server)
    assert not work_once(with_server)

    with with_server.store.reading() as session:
        (job,) = session.exec(select(Job).where(Job.kind == REGISTRY_JOB)).all()
        (state,) = sync_states(session)
    assert (job.status, job.error) == (
        JobStatus.FAILED,
        "The model registry “gone” could not be read: no connection.",
    )
    assert (state.server, state.error, state.read_at) == ("gone", "no connection.", None)
