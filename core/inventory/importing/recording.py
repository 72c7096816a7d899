"""Puts an import on record: the file by digest, who, when, and how much came of it."""

from dataclasses import dataclass
from datetime import datetime

from core.access.rules import Actor
from core.inventory.importing.plan.values import Counts
from core.inventory.importing.rules import ImportKind
from core.inventory.importing.tables import ImportRecord
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Transaction
from core.store.numbers import next_number


@dataclass(frozen=True)
class Recording:
    """The record of an import under way; it exists with the import or not at all."""

    number: str
    row: ImportRecord

    def settle(self, tx: Transaction, ledger: Ledger, counts: Counts, *, actor: Actor, at: datetime) -> int:
        """Store what came of it, and say so in the ledger; returns the index of the entry."""
        row = self.row
        row.models, row.versions, row.datasets = counts.models, counts.versions, counts.datasets
        row.changed, row.same = counts.changed, counts.same
        tx.session.add(row)
        return ledger.record(
            tx,
            Event.IMPORT_MADE,
            entity=Entity("import", self.number),
            actor=actor,
            at=at,
            payload={
                "kind": row.kind.value,
                "source": row.source,
                "sha256": row.digest,
                "models": row.models,
                "versions": row.versions,
                "datasets": row.datasets,
                "changed": row.changed,
                "same": row.same,
            },
        ).index


def record_import(
    tx: Transaction, kind: ImportKind, source: str, digest: str, *, actor: Actor, at: datetime
) -> Recording:
    """Give the import its number; imports wait for one another here."""
    number = next_number(tx.session, "I")
    row = ImportRecord(
        number=number,
        kind=kind,
        source=source[:200],
        digest=digest,
        imported_by=actor.acting_as,
        imported_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return Recording(number, row)
