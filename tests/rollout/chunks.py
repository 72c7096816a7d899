"""Chunks of production data as the monitors leave them behind, written at once."""

import json
from datetime import datetime, timedelta

from core.inventory.moves import load_model
from core.metrics.verdicts import Verdict
from core.monitoring.checks.tables import MonitorChunk, MonitorResult
from core.policy.service import policy_in_force
from core.store import Store
from core.store.numbers import next_number
from tests.builders import NOON
from tests.rollout.conftest import DAY

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INSUFFICIENT


def a_chunk(
    store: Store,
    model: str,
    version: str,
    verdict: Verdict,
    *,
    position: int,
    environment: str = "production",
    value: float | None = 0.5,
    metric: str = "roc_auc",
    clause: str = "M-1",
    severity: str = "high",
    subject: str = "",
    since: datetime = NOON,
    others: int = 0,
    checked_at: datetime | None = None,
) -> str:
    """A day's chunk, the first one on the day after `since`; `others` counts its rows of another version."""
    starts = since + position * DAY
    with store.transaction() as tx:
        key = load_model(tx.session, model).id or 0
        number = next_number(tx.session, "CH")
        versions = {version: 1000, **({"9.9.9": others} if others else {})}
        chunk = MonitorChunk(
            number=number, model_id=key, environment=environment, size="1 day", position=int(number[2:]),
            starts_at=starts, ends_at=starts + DAY, rows=1000 + others, labelled_rows=1000,
            versions=json.dumps(versions),
            seen_batch=0, data_digest="d" * 64, figures_digest="f" * 64,
            policy_version_id=policy_in_force(tx.session, at=max(starts + DAY, NOON)).id,
            checked_at=checked_at or starts + DAY + timedelta(minutes=5),
        )  # fmt: skip
        tx.session.add(chunk)
        tx.session.flush()
        figure = MonitorResult(
            chunk_id=chunk.id or 0, model_id=key, environment=environment, clause=clause, kind="performance",
            metric=metric, title=metric, subject=subject, ends_at=chunk.ends_at, rows=1000,
            value=None if verdict is OPEN else value, verdict=verdict, severity=severity,
        )  # fmt: skip
        tx.session.add(figure)
        return number
