"""Gives the installation another sealing key: on record first, then key by key, and taken up where it broke off."""

from datetime import datetime

import orjson
from sqlmodel import Session, col, select

from core.access.anchoring import anchor_refusals
from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor
from core.errors import Refused
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.ledger.tables import LogEntry, LogPayload
from core.store import Store
from core.store.sealing_keys import (
    coming_installation_key,
    count_wrapped_keys,
    prepare_installation_key,
    rotate_installation_key,
)

KEYS = Entity("files", "evidence")


def change_installation_key(store: Store, ledger: Ledger, *, reason: str, actor: Actor, at: datetime) -> int:
    """Wrap every data key with another key of the installation; how many. What the former one wrapped opens no more.

    The coming key lies ready, then the entry names it, then keys are wrapped anew outside of any transaction, so that
    nobody who writes waits. Killed before the entry, nothing happened; killed after it, `finish_key_change` goes on.
    """
    keys = ledger.keyring.folder
    finish_key_change(store, ledger)  # of a change that broke off: another key comes after it
    coming = ""
    with deciding(store, ledger, "change the sealing key", entity=KEYS, actor=actor, at=at) as tx:
        if reasons := (*anchor_refusals(actor), *reason_refusals(reason)):
            raise Refused(reasons)
        coming = prepare_installation_key(keys)
        payload: dict[str, JsonValue] = {"key": coming, "keys": count_wrapped_keys(keys), "reason": reason.strip()}
        ledger.record(tx, Event.SEALING_KEY_ROTATED, entity=KEYS, actor=actor, at=at, payload=payload)
    return rotate_installation_key(keys)


def finish_key_change(store: Store, ledger: Ledger) -> int:
    """Go on with a change that is on record and broke off; how many keys are wrapped anew, 0 where there is none."""
    keys = ledger.keyring.folder
    coming = coming_installation_key(keys)
    if not coming:
        return 0
    with store.reading() as session:
        known = _is_on_record(session, coming)
    return rotate_installation_key(keys) if known else 0


def _is_on_record(session: Session, name: str) -> bool:
    query = (
        select(LogPayload.body)
        .join(LogEntry, col(LogEntry.idx) == col(LogPayload.entry_id))
        .where(LogEntry.action == Event.SEALING_KEY_ROTATED.value)
    )
    return any(orjson.loads(body).get("key") == name for body in session.exec(query) if body)
