"""From production data to the act: rows arrive, monitors check them, and a version goes back or is held."""

from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
from sqlmodel import select

from core.improvement.rollback.canaries import consider_hold
from core.improvement.rollback.deciding import consider_rollback
from core.jobs.tables import Job
from core.monitoring.checks.service import perform_monitor
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.monitoring.intake.service import record_production
from core.monitoring.vocabulary import ROLLBACK_JOB
from core.policy.service import default_policy_text
from core.store import EvidenceFiles
from core.store.types import microseconds
from tests.builders import NOON, a_policy
from tests.comparisons.world import PIPELINE
from tests.rollout.conftest import DAY, PLAN, Line

ERRORS = """
[[monitor]]
clause = "90.1"
kind = "error rate"
metric = "error_rate"
title = "Errors"
chunk = "1 day"
threshold = "fixed"
direction = "at most"
value = 0.3
severity = "high"
minimum_rows = 50
"""
BACK = '\n[[rollback]]\nclause = "12.1"\nseverity = "high"\nchunks = 2\n'
MIDNIGHT = NOON.replace(hour=0) + DAY
POLICY = default_policy_text().split("# ---- monitoring")[0] + PLAN.replace("code_reviews = 1\n", "") + ERRORS


def hand_in(line: Line, files: EvidenceFiles, version: str, day: int, rows: int, wrong: float) -> None:
    """Rows of one day with their labels, the first share of them wrong."""
    first = MIDNIGHT + day * DAY
    ids = [f"{version}-{day}-{n}" for n in range(rows)]
    at = [microseconds(first + timedelta(seconds=n)) for n in range(rows)]
    labels = [n % 2 for n in range(rows)]
    predicted = [1 - label if n < wrong * rows else label for n, label in enumerate(labels)]
    for kind, table in (
        (BatchKind.INFERENCES, pa.table({"id": ids, "at": at, "prediction": predicted})),
        (BatchKind.LABELS, pa.table({"id": ids, "label": labels})),
    ):
        record_production(
            line.store, line.ledger, files, model=line.model, kind=kind, rows=table,
            version=version if kind is BatchKind.INFERENCES else None, actor=PIPELINE, at=first + 2 * DAY,
        )  # fmt: skip


def watched(line: Line, folder: Path) -> EvidenceFiles:
    declare_monitored(
        line.store, line.ledger, model=line.model, data=MonitoredData(positive_label="1"), expected_revision=0,
        actor=line.cast.owner, at=NOON,
    )  # fmt: skip
    return EvidenceFiles(folder / "evidence")


def checked(line: Line, files: EvidenceFiles, at: datetime) -> list[str]:
    """The chunks of which it is to be decided whether a version goes back or is held."""
    perform_monitor(line.store, line.ledger, files, slot=f"{line.model} production now", clock=lambda: at)
    with line.store.reading() as session:
        slots = session.exec(select(Job.slot).where(Job.kind == ROLLBACK_JOB).order_by(Job.id)).all()  # type: ignore[arg-type]
    return [slot.split(" ")[2] for slot in slots]


def test_two_bad_days_send_the_version_back(line: Line, tmp_path: Path) -> None:
    line.in_production("1.0.0", at=NOON - DAY)
    line.in_production("1.1.0")
    a_policy(line.store, POLICY + BACK)
    files = watched(line, tmp_path)
    for day, wrong in enumerate((0.1, 0.5, 0.4)):
        hand_in(line, files, "1.1.0", day, 200, wrong)
    hand_in(line, files, "1.1.0", 5, 10, 0.0)  # so that the days before are complete
    at = MIDNIGHT + 7 * DAY

    assert len(checked(line, files, at)) == 2  # a day without a breach asks nothing
    consider_rollback(line.store, line.ledger, model=line.model, environment="production", at=at)

    assert line.standing(at) == ["1.0.0"]


def test_the_own_rows_of_a_canary_hold_it_although_the_day_as_a_whole_is_fine(line: Line, tmp_path: Path) -> None:
    line.in_production("1.0.0", at=NOON - DAY)
    a_policy(line.store, POLICY)
    line.begin(line.approved("1.1.0"))
    files = watched(line, tmp_path)
    hand_in(line, files, "1.0.0", 0, 900, 0.1)
    hand_in(line, files, "1.1.0", 0, 100, 0.6)
    hand_in(line, files, "1.0.0", 3, 10, 0.0)
    at = MIDNIGHT + 7 * DAY

    (chunk,) = checked(line, files, at)
    held = consider_hold(line.store, line.ledger, files, model=line.model, environment="production", chunk=chunk, at=at)

    assert held is not None
    assert line.standing(at) == ["1.0.0", "canary 1.1.0 10 %"]
