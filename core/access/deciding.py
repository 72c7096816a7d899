"""The transaction of a use case: a refusal undoes everything and is itself put on record."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import core.access.personal_data.net  # noqa: F401  spread under every use case
from core.access.personal_data.noting import note_met, note_refused
from core.access.rules import Actor
from core.errors import Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


@contextmanager
def deciding(
    store: Store, ledger: Ledger, act: str, *, entity: Entity, actor: Actor, at: datetime
) -> Iterator[Transaction]:
    """A transaction in which `act` is decided; a `Refused` rolls back, is recorded with its reasons and passes on."""
    try:
        with store.transaction() as tx:
            tx.when_done(lambda: note_met(tx, ledger, entity=entity, actor=actor, at=at))
            yield tx
    except Refused as refused:
        codes = ",".join(sorted({refusal.code for refusal in refused.refusals}))
        with store.transaction() as tx:
            ledger.record(
                tx, Event.ACT_REFUSED, entity=entity, actor=actor, at=at, payload={"act": act, "reasons": codes}
            )
            note_refused(tx.session, refused.refusals, entity=entity, at=at)
        raise
