"""Scheduled work is queued when its slot is due, once a slot, however often the timetable is asked."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from app.composition import Workplace, open_workplace
from app.schedule import LOOKS_EVERY, Scheduled, Timetable
from app.settings import load
from core.jobs.tables import Job
from core.store import Store
from tests.builders import NOON

NIGHT = timedelta(hours=12)


@pytest.fixture
def place(tmp_path: Path) -> Iterable[Workplace]:
    settings = replace(load({}), data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'store.db'}")
    opened = open_workplace(settings, installed_at=NOON)
    yield opened
    opened.store.close()


def queued(store: Store) -> list[tuple[str, str]]:
    with store.reading() as session:
        return [(job.kind, job.slot) for job in session.exec(select(Job).order_by(Job.id)).all()]  # type: ignore[arg-type]


def every_day(_place: Workplace, at: datetime) -> Iterable[str]:
    return [f"{at:%Y-%m-%d}"]


def test_a_slot_is_queued_once(place: Workplace) -> None:
    timetable = Timetable((Scheduled("digest", every_day),))

    for hours in (0, 1, 2):
        timetable.queue_due(place, at=NOON + timedelta(hours=hours))
    timetable.queue_due(place, at=NOON + NIGHT)

    assert queued(place.store) == [("digest", "2026-11-20"), ("digest", "2026-11-21")]


def test_two_workers_queue_a_slot_once(place: Workplace) -> None:
    for _ in range(2):
        Timetable((Scheduled("digest", every_day),)).queue_due(place, at=NOON)

    assert queued(place.store) == [("digest", "2026-11-20")]


def test_the_schedule_is_looked_at_every_half_minute_only(place: Workplace) -> None:
    looks: list[datetime] = []

    def noted(_place: Workplace, at: datetime) -> Iterable[str]:
        looks.append(at)
        return []

    timetable = Timetable((Scheduled("digest", noted),))
    for seconds in range(0, 61, 5):
        timetable.queue_due(place, at=NOON + timedelta(seconds=seconds))

    assert looks == [NOON, NOON + LOOKS_EVERY, NOON + 2 * LOOKS_EVERY]
