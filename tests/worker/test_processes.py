"""Worker processes: several do each slot once, whenever they are killed; SIGTERM lets the job come to an end."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import func, select

from app.composition import now, open_workplace
from app.launch import ROOT
from app.settings import load
from core.approval.service.noticing import NOTICE_JOB
from core.jobs.queries import job
from core.jobs.service import enqueue
from core.jobs.tables import Job, JobStatus, WorkerRole
from core.jobs.workers import SILENT, workers
from core.monitoring.alerts.tables import Alert
from core.store import Store
from tests.worker import killing


@pytest.mark.row("worker killed x 30")
def test_a_slot_is_done_once_however_often_workers_are_killed(postgresql_store: Store, tmp_path: Path) -> None:
    store = postgresql_store
    url = store.engine.url.render_as_string(hide_password=False)
    killing.workplace(url, tmp_path).store.close()  # keys are made once

    subprocess.run(
        [sys.executable, "-m", "tests.worker.killing", url, str(tmp_path)], cwd=ROOT, check=True, timeout=300
    )

    with store.reading() as session:
        alerts = session.exec(select(Alert.key)).all()
        done = session.exec(select(Job.slot, func.count()).group_by(Job.slot)).all()
        unfinished = session.exec(select(Job.slot).where(Job.status != JobStatus.FINISHED)).all()
        again = session.exec(select(func.count()).select_from(Job).where(Job.attempts > 1)).one()
    assert len(done) > 10  # a job may be killed again while it is done anew
    assert again > 0  # else no kill met a worker at its job
    assert unfinished == []  # none was lost
    assert sorted(alerts) == sorted(slot for slot, _ in done)  # one alert a slot, none twice


def test_sigterm_ends_a_worker_after_the_job_at_hand(tmp_path: Path) -> None:
    environ = {**os.environ, "COUNTERSIGN_DATA_DIR": str(tmp_path)}
    place = open_workplace(load({"COUNTERSIGN_DATA_DIR": str(tmp_path)}))
    with place.store.transaction() as tx:
        enqueue(tx, NOTICE_JOB, "2026-11-26 09", at=now())

    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", "worker"], cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        for _ in range(1200):
            with place.store.reading() as session:
                found = job(session, NOTICE_JOB, "2026-11-26 09")
            if found is not None and found.status is JobStatus.FINISHED:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=10)

    with place.store.reading() as session:
        (heard,) = workers(session)
    assert (process.returncode, "on the machine that holds its file" in said) == (0, True)
    assert (heard.role, heard.process) == (WorkerRole.PROCESS, process.pid)
    assert heard.done >= 1  # and whatever else was due by the clock
    assert heard.stopped_at is not None
    place.store.close()


@pytest.mark.parametrize(("silent", "alive"), [(timedelta(0), True), (SILENT + timedelta(seconds=1), False)])
def test_a_worker_that_is_silent_is_taken_for_dead(postgresql_store: Store, silent: timedelta, *, alive: bool) -> None:
    from core.jobs.workers import join

    at = now()
    join(postgresql_store, WorkerRole.PROCESS, at=at)

    with postgresql_store.reading() as session:
        assert [one.alive(at + silent) for one in workers(session)] == [alive]
