"""Hands the ledger over to a new key: by rotation, after a compromise, or after a loss under a new name."""

import re
from datetime import datetime

from core.ledger.anchors.holding import lift_hold
from core.ledger.anchors.keys import KIND, key_after, put_key
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.head import lock_head
from core.ledger.service import Actor, Entity, Ledger, Recorded
from core.store import Store, Transaction

_COUNTED = re.compile(r"(.*)/(\d{1,6})")


def hand_over(
    tx: Transaction, ledger: Ledger, event: Event, *, payload: dict[str, JsonValue], actor: Actor, at: datetime
) -> Recorded:
    """Record that a new key follows. The commit's checkpoint is under the former key; all later ones are under the new.

    After a loss (`LEDGER_RESUMED`) the commit's own checkpoint is under the new key and name already: the former one
    signed other entries at this place, and must not sign a second history.
    """
    head = lock_head(tx.session)  # whoever rotates at the same time waits here
    resumed = event is Event.LEDGER_RESUMED
    vkey = key_after(tx.session, head.pending.size + 1)
    former = ledger.keyring.current if vkey is None else ledger.keyring.named(vkey)
    ledger.keyring.take_over(former)  # a key that was handed over to in an earlier commit, and still waits
    new = ledger.keyring.prepare(next_name(former.name) if resumed else former.name)
    entity = Entity(KIND, f"{new.vkey} {former.vkey}")
    recorded = ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=payload, despite_hold=resumed)
    size = recorded.index if resumed else recorded.index + 1
    put_key(tx.session, size=size, vkey=new.vkey, former=former.vkey, at=at)
    return recorded


def take_up(store: Store, ledger: Ledger, *, actor: Actor, at: datetime) -> Recorded:
    """After the commit of a hand-over: the first entry under the new key, which destroys the former key's file."""
    lift_hold(ledger.keyring.folder)
    with store.transaction() as tx:
        size = lock_head(tx.session).pending.size
        vkey = key_after(tx.session, size + 1) or ledger.vkey
        return ledger.record(tx, Event.LEDGER_KEY_TAKEN, entity=Entity("ledger", vkey), actor=actor, at=at)


def next_name(origin: str) -> str:
    """The name under which a log goes on after a loss: `…/ledger`, `…/ledger/2`, `…/ledger/3`."""
    counted = _COUNTED.fullmatch(origin)
    return f"{counted[1]}/{int(counted[2]) + 1}" if counted else f"{origin}/2"
