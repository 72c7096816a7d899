"""When checkpoints leave by the clock."""

from collections.abc import Iterable
from datetime import datetime

from app.composition import Workplace
from core.ledger.anchors.service import due_anchors, queue_anchor


def due_checkpoints(place: Workplace, at: datetime) -> Iterable[str]:
    """The slots of places that lack the newest checkpoint."""
    with place.store.reading() as session:
        return list(due_anchors(session, at=at))


def queue_checkpoint(place: Workplace, slot: str, *, at: datetime) -> None:
    """Let the newest checkpoint leave for the place of this slot."""
    with place.store.transaction() as tx:
        queue_anchor(tx, slot.partition(" ")[0], at=at)
