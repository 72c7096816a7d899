"""The use case that holds a review: the agenda is read and frozen in the same transaction."""

from collections.abc import Sequence
from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor
from core.improvement.reviews.acting import Done, load_review
from core.improvement.reviews.holding import hold_within
from core.improvement.reviews.rules import Act
from core.ledger.service import Entity, Ledger
from core.register.agenda.gathering import agenda_of
from core.store import Store


def hold_review(
    store: Store, ledger: Ledger, *, review: str, attendees: Sequence[str] = (), actor: Actor, at: datetime
) -> Done:
    """Hold it now, with these people beside who acts; the agenda stays as the record is at this moment."""
    with deciding(store, ledger, Act.HOLD, entity=Entity("review", review), actor=actor, at=at) as tx:
        agenda = agenda_of(tx.session, load_review(tx.session, review, to_change=True), at=at)
        return hold_within(
            tx, ledger, review, agenda=agenda.json(), since=agenda.since, attendees=attendees, actor=actor, at=at
        )
