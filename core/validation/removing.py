"""Puts on record that the files of a validation are gone."""

from datetime import datetime

from core.access.rules import Actor
from core.inventory.moves import version_by_id
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.store import Transaction
from core.validation.findings.raising import entity_of
from core.validation.tables import Evidence


def put_removal_on_record(
    tx: Transaction, ledger: Ledger, evidence: Evidence, *, why: str, days: int, actor: Actor, at: datetime
) -> int:
    """The row keeps its digests, counts and scan, and the results that rest on it stay; its files may go then."""
    model, version = version_by_id(tx.session, evidence.version_id)
    payload: dict[str, JsonValue] = {
        "evidence": evidence.number, "kind": evidence.kind.value, "file": evidence.file_digest,
        "table": evidence.table_digest, "rows": evidence.rows, "kept_days": days, "why": why,
    }  # fmt: skip
    entity = entity_of(model, version)
    entry = ledger.record(tx, Event.EVIDENCE_REMOVED, entity=entity, actor=actor, at=at, payload=payload).index
    evidence.removed_at, evidence.removed_reason, evidence.removed_entry = at, why[:300], entry
    tx.session.add(evidence)
    return entry
