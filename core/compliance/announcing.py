"""Tells every webhook of deviations that a run found: one message a run, through the outbox."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from core.approval.hooks.tables import WebhookEndpoint
from core.compliance.reconciling import Reconciled
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel
from core.store import Transaction

FOUND = "compliance.deviation"
MOST = 50  # deviations that a message names


def announce(tx: Transaction, run: str, done: Sequence[Reconciled], *, entry: int, at: datetime) -> None:
    """Queue one message a webhook where something was opened; it names the first 50 and counts them all."""
    opened = [row for one in done for row in one.opened]
    if not opened:
        return
    said = {
        "type": FOUND,
        "timestamp": at.isoformat(),
        "data": {
            "run": run,
            "opened": len(opened),
            "deviations": [
                {"number": row.number, "check": row.check_key, "severity": row.severity.value,
                 "model": row.model or None, "said": row.said, "due": row.due_at.isoformat()}
                for row in opened[:MOST]
            ],
            "ledger_entry": entry,
        },
    }  # fmt: skip
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    query = select(WebhookEndpoint.number).where(col(WebhookEndpoint.closed_at).is_(None))
    for number in tx.session.exec(query.order_by(col(WebhookEndpoint.id))).all():
        enqueue_message(tx, Channel.WEBHOOK, number, FOUND, body, at=at)
