"""The transaction of a use case: a refusal undoes everything and is itself put on record."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import core.access.personal_data.net  # noqa: F401  spread under every use case
from core.access.personal_data.noting import note_met, note_refused
from core.access.reach.belonging import about, about_all
from core.access.rules import About, Actor, Belonging, deciding_about
from core.errors import NotFound, Refusal, Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


@contextmanager
def deciding(
    store: Store,
    ledger: Ledger,
    act: str,
    *,
    entity: Entity,
    actor: Actor,
    at: datetime,
    of: Sequence[Entity] = (),
    line: str = "",
) -> Iterator[Transaction]:
    """A transaction in which `act` is decided; a `Refused` rolls back, is recorded with its reasons and passes on.

    Within it permissions are those of the roles that reach the record: the entity, or where it is new the records `of`
    which it will be, or the business `line` it will stand in. What the actor may not even read is not found.
    """
    try:
        with store.transaction() as tx, deciding_about(_about(tx, entity, of, line, actor)):
            tx.when_done(lambda: note_met(tx, ledger, entity=entity, actor=actor, at=at))
            yield tx
    except _OutOfReach as unseen:
        _record_refusal(store, ledger, act, "reach", (), entity=entity, actor=actor, at=at)
        raise NotFound(unseen.what, unseen.key) from None
    except Refused as refused:
        codes = ",".join(sorted({refusal.code for refusal in refused.refusals}))
        _record_refusal(store, ledger, act, codes, refused.refusals, entity=entity, actor=actor, at=at)
        raise


class _OutOfReach(NotFound):
    """The record is there, but the actor may not know of it."""


def _about(tx: Transaction, entity: Entity, of: Sequence[Entity], line: str, actor: Actor) -> About | None:
    """What the act is about, as far as the actor's grants ask; whoever reaches everywhere pays nothing for it."""
    if not actor.limits or entity == Entity("person", actor.id):  # what one does about oneself reaches nobody else
        return None
    found = (Belonging(line),) if line else about_all(tx.session, of) if of else about(tx.session, entity)
    if found and not actor.reach.touches(found):
        raise _OutOfReach(entity.kind, entity.id)
    return found


def _record_refusal(
    store: Store,
    ledger: Ledger,
    act: str,
    codes: str,
    refusals: Sequence[Refusal],
    *,
    entity: Entity,
    actor: Actor,
    at: datetime,
) -> None:
    with store.transaction() as tx:
        ledger.record(tx, Event.ACT_REFUSED, entity=entity, actor=actor, at=at, payload={"act": act, "reasons": codes})
        note_refused(tx.session, refusals, entity=entity, at=at)
