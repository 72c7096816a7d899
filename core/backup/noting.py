"""Puts backups, restores and drills on record; a restore that leaves the ledger held is recorded once it goes on."""

import json
from collections.abc import Mapping
from datetime import datetime

from core.access.rules import SYSTEM
from core.backup.making import Made
from core.backup.restoring import Restored
from core.backup.sealing import write_whole
from core.ledger.anchors.holding import hold_of
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store
from core.store.migrations import newest_revision, revision_of

PENDING = "restored.json"  # beside the keys, as the hold is
MOST_LISTED = 200


def note_made(store: Store, ledger: Ledger, made: Made, *, at: datetime) -> bool:
    """Record the backup; not while the ledger is held, nor in a store whose schema is to be upgraded first."""
    if hold_of(ledger.keyring.folder) is not None or revision_of(store.engine) != newest_revision():
        return False
    said = made.manifest
    payload: dict[str, JsonValue] = {
        "entries": said.entries, "files": len(said.files), "copied": made.copied, "bytes": said.bytes,
        "absent": len(said.absent), "seconds": round((said.ended - said.started).total_seconds()),
        "keys_sealed": bool(made.sealed),
    }  # fmt: skip
    with store.transaction() as tx:
        ledger.record(
            tx, Event.BACKUP_MADE, entity=Entity("backup", made.path.name), actor=SYSTEM, at=at, payload=payload
        )
    return True


def keep_for_the_record(ledger: Ledger, restored: Restored, *, at: datetime) -> None:
    """Keep what the restore came to beside the keys until it can be recorded: not while the ledger is held."""
    settled, said = restored.settled, restored.manifest
    facts: dict[str, JsonValue] = {
        "backup": restored.path.name, "entries": said.entries, "backed_up": said.ended.isoformat(timespec="seconds"),
        "restored": at.isoformat(timespec="seconds"), "from_schema": said.revision, "lacking": len(restored.lacking),
        "sessions_ended": settled.sessions, "links_ended": settled.links, "leases_ended": settled.leases,
        "not_sent_again": len(settled.unsent), "messages": " ".join(one.number for one in settled.unsent[:MOST_LISTED]),
        "not_done_again": "; ".join(settled.undone[:MOST_LISTED]),
    }  # fmt: skip
    write_whole(ledger.keyring.folder / PENDING, json.dumps(facts).encode())


def restore_waits(ledger: Ledger) -> bool:
    """Whether a restore waits to be recorded, and can be."""
    return (ledger.keyring.folder / PENDING).exists() and hold_of(ledger.keyring.folder) is None


def note_restored(store: Store, ledger: Ledger, *, at: datetime) -> bool:
    """Record the restore that waits, with what is not sent again; False where none waits, or the ledger is held."""
    pending = ledger.keyring.folder / PENDING
    if not restore_waits(ledger):
        return False
    facts = json.loads(pending.read_text(encoding="utf-8"))
    with store.transaction() as tx:
        ledger.record(
            tx, Event.BACKUP_RESTORED, entity=Entity("backup", str(facts["backup"])), actor=SYSTEM, at=at, payload=facts
        )
    pending.unlink(missing_ok=True)
    return True


def note_drilled(store: Store, ledger: Ledger, facts: Mapping[str, JsonValue], *, slot: str, at: datetime) -> None:
    """Record what a restore drill came to."""
    with store.transaction() as tx:
        ledger.record(
            tx, Event.BACKUP_DRILLED, entity=Entity("restore drill", slot), actor=SYSTEM, at=at, payload=facts
        )
