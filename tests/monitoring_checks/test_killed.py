"""Workers that die in the middle of their work leave each chunk checked once and each breach with one alert."""

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import orjson
from sqlmodel import col, select

from core.ledger.events import Event
from core.ledger.tables import LogEntry, LogPayload
from core.monitoring.checks.tables import MonitorChunk
from core.monitoring.intake.rules import BatchKind
from tests.monitoring_checks.conftest import Watch, at_most, monitor, monitors
from tests.monitoring_checks.test_checking import alerts, labels, ready, rows

ROOT = Path(__file__).resolve().parents[2]
CHUNKS, KILLS = 60, 30
POLICY = monitors(
    monitor("20.1", "error rate", "error_rate", "50 rows", at_most(0.05)),
    monitor("20.2", "data quality", "missing_share", "50 rows", at_most(0.05)),
)


def test_thirty_killed_workers_leave_one_result_a_chunk_and_one_alert(watch: Watch, tmp_path: Path) -> None:
    ready(watch, POLICY).take(BatchKind.INFERENCES, rows(50 * CHUNKS, apart=timedelta(minutes=5)))
    watch.take(BatchKind.LABELS, labels(50 * CHUNKS, wrong=50 * CHUNKS))  # every chunk is a breach

    done = subprocess.run(
        [sys.executable, "-m", "tests.monitoring_checks.killing", str(watch.store.engine.url), str(tmp_path),
         watch.model, str(KILLS)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, f"{KILLS} killed\n"), done.stderr
    with watch.store.reading() as session:
        stored = session.exec(select(MonitorChunk).order_by(col(MonitorChunk.position))).all()
        said = session.exec(
            select(LogPayload.body).join(LogEntry, col(LogEntry.idx) == col(LogPayload.entry_id))
            .where(LogEntry.action == Event.MONITOR_CHECKED)
        ).all()  # fmt: skip
    assert [(one.position, one.revision) for one in stored] == [(position, 1) for position in range(CHUNKS)]
    entered = Counter(one["number"] for text in said for one in orjson.loads(text or "{}")["chunks"])
    assert entered == {one.number: 1 for one in stored}
    assert Counter(one.clause for one in watch.results()) == {"20.1": CHUNKS, "20.2": CHUNKS}
    (alert,) = alerts(watch)
    assert alert.count == CHUNKS
