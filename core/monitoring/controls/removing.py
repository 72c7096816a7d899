"""Rows in quarantine on which nobody decided while their time lasted: discarded by a timer, on record."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from core.access.rules import Actor
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.monitoring.controls.adopting import load_held, settle_alert_of
from core.monitoring.controls.holding import entity_of
from core.monitoring.controls.rules import HeldStatus
from core.monitoring.controls.tables import HeldRows
from core.store import Transaction


def remove_rows(
    tx: Transaction, ledger: Ledger, quarantine: str, *, why: str, days: int, actor: Actor, at: datetime
) -> bool:
    """Discard what is held still; False where a person decided meanwhile. The file may go once this has committed."""
    words = f"Nobody decided on them: {why}"
    done = tx.session.execute(
        update(HeldRows)
        .where(col(HeldRows.number) == quarantine, col(HeldRows.status) == HeldStatus.HELD)
        .values(status=HeldStatus.DISCARDED, decided_by=actor.acting_as, decided_at=at, decision=words)
    )
    tx.session.expire_all()
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return False
    row = load_held(tx.session, quarantine)
    payload: dict[str, JsonValue] = {
        "because": row.because.value, "kind": row.kind, "environment": row.environment, "file": row.digest,
        "rows": row.rows, "kept_days": days, "why": why,
    }  # fmt: skip
    recorded = ledger.record(tx, Event.ROWS_REMOVED, entity=entity_of(row), actor=actor, at=at, payload=payload)
    row.removed_entry = recorded.index
    tx.session.add(row)
    tx.session.flush()
    settle_alert_of(tx, ledger, row, f"{row.number} was removed at the end of its retention.", at)
    return True
