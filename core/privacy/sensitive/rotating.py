"""Gives the installation another sealing key: on record first, then key by key, and taken up where it broke off."""

from datetime import datetime
from pathlib import Path

import orjson
from sqlmodel import Session, col, select

from core.access.anchoring import anchor_refusals
from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor
from core.errors import Refusal, Refused
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.ledger.tables import LogEntry, LogPayload
from core.store import Store
from core.store.locks import lock_word
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
    nobody who writes waits. Killed before the entry, nothing happened; killed after it, `finish_key_change` goes on,
    and another change is refused until it is finished.
    """
    keys = ledger.keyring.folder
    with deciding(store, ledger, "change the sealing key", entity=KEYS, actor=actor, at=at) as tx:
        lock_word(tx.session, "sealing key")  # two at once would put the same coming key on record
        if reasons := (*anchor_refusals(actor), *reason_refusals(reason), *_change_refusals(tx.session, keys)):
            raise Refused(reasons)
        coming = prepare_installation_key(keys)
        payload: dict[str, JsonValue] = {"key": coming, "keys": count_wrapped_keys(keys), "reason": reason.strip()}
        ledger.record(tx, Event.SEALING_KEY_ROTATED, entity=KEYS, actor=actor, at=at, payload=payload)
    return rotate_installation_key(keys)


def finish_key_change(store: Store, ledger: Ledger) -> int:
    """Go on with a change that is on record and broke off; how many keys are wrapped anew, 0 where there is none."""
    keys = ledger.keyring.folder
    if not coming_installation_key(keys):
        return 0
    with store.reading() as session:
        known = _is_under_way(session, keys)
    return rotate_installation_key(keys) if known else 0


def _change_refusals(session: Session, keys: Path) -> tuple[Refusal, ...]:
    if not _is_under_way(session, keys):
        return ()
    way_out = "Run `countersign seal` to finish it, or wait for the daily job; then change the key again."
    return (Refusal("key-change-under-way", "A change of the sealing key is under way", way_out=way_out),)


def _is_under_way(session: Session, keys: Path) -> bool:
    """Whether the coming key is on record; the query comes first, as it waits for whoever puts one there."""
    query = (
        select(LogPayload.body)
        .join(LogEntry, col(LogEntry.idx) == col(LogPayload.entry_id))
        .where(LogEntry.action == Event.SEALING_KEY_ROTATED.value)
    )
    named = {orjson.loads(body).get("key") for body in session.exec(query) if body}
    return coming_installation_key(keys) in named
