"""The worker does what waits, says when it cannot, survives what it meets, and sweeps what was left behind."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from app import worker, working
from app.composition import Workplace
from app.settings import load
from app.worker import INTERNAL, Kind, held, work_once
from app.working import LEFT_BEHIND, Worker, sweep
from core.jobs.outbox.queries import messages
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel
from core.jobs.service import GAVE_UP, LEASE, Lane, take
from core.jobs.tables import Job, JobStatus
from core.ledger.service import Ledger
from core.monitoring.alerts.queries import AlertFilter, AlertState, alerts
from core.reports.formats.kinds import Format
from core.reports.keys import SigningKeys, open_keys
from core.reports.service import EXPORT_JOB, load_export, request_export
from core.reports.tables import ExportStatus
from core.reports.values.report import Asked, Subject, SubjectKind
from core.store import EvidenceFiles, Store
from core.validation.rules import RunStatus
from core.validation.runs import VALIDATION_JOB
from tests.builders import NOON
from tests.validation.conftest import Bench, lines, make_bench


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("signing"), origin="countersign.test/ledger", at=NOON)


@pytest.fixture
def bench(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> Bench:
    return make_bench(sqlite_store, ledger, tmp_path)


@pytest.fixture
def place(bench: Bench, keys: SigningKeys, tmp_path: Path) -> Workplace:
    settings = replace(load({}), data_dir=tmp_path)
    return Workplace(settings, bench.store, bench.ledger, bench.files, EvidenceFiles(tmp_path / "exports"), keys)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the worker's time; noon until told."""
    told = [NOON]
    monkeypatch.setattr(worker, "now", lambda: told[0])
    return lambda at: told.__setitem__(0, at)


def job(place: Workplace) -> Job:
    with place.store.reading() as session:
        return session.exec(select(Job)).one()


def an_export(place: Workplace, bench: Bench) -> str:
    asked = Asked("dossier", Subject(SubjectKind.VERSION, "M0001", "1.0.0"), NOON)
    return request_export(
        place.store, place.ledger, asked=asked, form=Format.PDF, actor=bench.cast.auditor, at=NOON
    ).export


def work(place: Workplace, kind: str, do: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do one job, but in this way."""
    kinds = {**worker.KINDS, kind: Kind(do, worker.KINDS[kind].give_up)}
    monkeypatch.setattr(worker, "KINDS", kinds)
    assert work_once(place)


def broken(*_parts: object) -> None:
    raise ZeroDivisionError


@pytest.fixture
def waiting(bench: Bench) -> str:
    """A run that waits for the worker."""
    bench.hand_in(lines(60))
    return bench.start()


def test_nothing_waits_and_nothing_is_done(place: Workplace) -> None:
    assert not work_once(place)


@pytest.mark.usefixtures("clock")
def test_a_run_that_waits_is_performed_and_its_job_settled(place: Workplace, bench: Bench, waiting: str) -> None:
    assert work_once(place)

    assert bench.run(waiting).status is RunStatus.FINISHED
    assert (job(place).status, job(place).error) == (JobStatus.FINISHED, "")
    assert not work_once(place)


@pytest.mark.usefixtures("clock")
def test_an_export_that_waits_is_built(place: Workplace, bench: Bench) -> None:
    number = an_export(place, bench)

    assert work_once(place)

    with place.store.reading() as session:
        export = load_export(session, number)
    assert export.status is ExportStatus.READY
    assert place.exports.path(export.digest).stat().st_size == export.size


@pytest.mark.usefixtures("clock")
def test_a_run_that_meets_an_unknown_error_fails_and_does_not_wait_for_ever(
    place: Workplace, bench: Bench, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(place, VALIDATION_JOB, broken, monkeypatch)

    assert (bench.run(waiting).status, bench.run(waiting).error) == (RunStatus.FAILED, INTERNAL)
    assert (job(place).status, job(place).error) == (JobStatus.FAILED, INTERNAL)
    assert bench.start() == "R0002"
    with place.store.reading() as session:  # what fails in the background is never silence
        (raised,) = alerts(session, AlertFilter(), limit=9, offset=0).rows
    assert (raised.alert.key, raised.state) == ("job validation", AlertState.OPEN)

    monkeypatch.undo()
    work_once(place)
    with place.store.reading() as session:
        (raised,) = alerts(session, AlertFilter(), limit=9, offset=0).rows
    assert raised.state is AlertState.RECOVERED


@pytest.mark.usefixtures("clock")
def test_an_export_that_cannot_be_built_says_so(
    place: Workplace, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = an_export(place, bench)

    work(place, EXPORT_JOB, broken, monkeypatch)

    with place.store.reading() as session:
        export = load_export(session, number)
    assert (export.status, export.error) == (ExportStatus.FAILED, INTERNAL)


@pytest.mark.parametrize("kind", ["run", "export"])
def test_work_on_which_three_workers_died_is_given_up_in_words(
    place: Workplace, bench: Bench, clock: Callable[[datetime], None], kind: str, request: pytest.FixtureRequest
) -> None:
    number = an_export(place, bench) if kind == "export" else str(request.getfixturevalue("waiting"))
    at = NOON
    for _ in range(3):
        assert take(place.store, at=at) is not None
        at += LEASE + timedelta(seconds=1)
    clock(at)

    assert work_once(place)

    if kind == "run":
        assert (bench.run(number).status, bench.run(number).error) == (RunStatus.FAILED, GAVE_UP)
        assert bench.checks() == []
    else:
        with place.store.reading() as session:
            assert load_export(session, number).error == GAVE_UP
    assert job(place).status is JobStatus.FAILED
    assert not work_once(place)


def test_a_worker_that_was_too_slow_does_not_fail_what_another_has_by_now(
    place: Workplace,
    bench: Bench,
    waiting: str,
    clock: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later = NOON + LEASE + timedelta(seconds=1)

    def slow(*_parts: object) -> None:
        clock(later)
        assert take(place.store, at=later) is not None
        raise ZeroDivisionError

    work(place, VALIDATION_JOB, slow, monkeypatch)

    assert bench.run(waiting).status is RunStatus.QUEUED
    assert (job(place).status, job(place).attempts) == (JobStatus.RUNNING, 2)


def test_a_store_that_is_away_for_a_moment_does_not_end_the_worker(
    place: Workplace, bench: Bench, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, real = list[int](), take

    def away_once(store: Store, *, lane: Lane, at: datetime):  # type: ignore[no-untyped-def]
        calls.append(1)
        if len(calls) == 1:
            raise ConnectionError
        return real(store, lane=lane, at=at)

    monkeypatch.setattr(worker, "take", away_once)
    monkeypatch.setattr(working, "IDLE_SECONDS", 0.01)
    running = Worker(place).start()
    for _ in range(3000):
        if bench.run(waiting).status is RunStatus.FINISHED:
            break
        time.sleep(0.01)
    running.stop()

    assert bench.run(waiting).status is RunStatus.FINISHED


def test_a_job_that_takes_longer_than_its_lease_stays_with_its_worker(place: Workplace, waiting: str) -> None:
    lease = take(place.store, at=NOON)
    assert lease is not None

    with held(place, lease, every=timedelta(milliseconds=5)):
        for _ in range(400):
            if (until := job(place).lease_until) is not None and until > NOON + LEASE:
                break
            time.sleep(0.005)

    assert until is not None
    assert until > NOON + LEASE
    assert take(place.store, at=until - timedelta(seconds=1)) is None


# ---- sweeping


def left(folder: Path, name: str, age: timedelta) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(b"x")
    moment = (NOON - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_uploads_broken_off_more_than_a_day_ago_are_swept_and_nothing_else(place: Workplace) -> None:
    incoming, second = place.settings.data_dir / "incoming", timedelta(seconds=1)
    stale = [
        left(incoming, "a" * 64, LEFT_BEHIND + second),
        left(incoming, "incoming-x", timedelta(days=400)),
        left(place.files.folder, ".incoming-1", LEFT_BEHIND + second),
        left(place.exports.folder, ".incoming-2", LEFT_BEHIND + second),
    ]
    kept = [
        left(incoming, "b" * 64, LEFT_BEHIND - second),
        left(place.files.folder, ".incoming-3", LEFT_BEHIND - second),
        left(place.files.folder, "other", timedelta(days=400)),
        place.files.path(place.files.add([b"evidence"]).digest),
    ]
    os.utime(kept[-1], (0, 0))

    sweep(place, at=NOON)

    assert [path.exists() for path in stale] == [False] * 4
    assert [path.exists() for path in kept] == [True] * 4


def test_the_server_sweeps_when_it_starts_to_work(place: Workplace) -> None:
    stale = left(place.settings.data_dir / "incoming", "c" * 64, timedelta(days=400))

    Worker(place).start().stop()

    assert not stale.exists()


def test_there_is_nothing_to_sweep_in_a_new_installation(place: Workplace) -> None:
    sweep(place, at=NOON)

    assert not (place.settings.data_dir / "incoming").exists()


@pytest.mark.usefixtures("clock", "waiting")
def test_a_queue_of_jobs_does_not_hold_back_messages(place: Workplace) -> None:
    with place.store.transaction() as tx:
        enqueue_message(tx, Channel.MAIL, "P0001", "alert.told", '{"subject": "A", "text": "B"}', at=NOON)

    assert work_once(place)

    with place.store.reading() as session:
        (row,) = messages(session).rows
    assert (row.attempts, row.said) == (1, "Not sent: no mail server is set up")
