"""When the register and the reviews are looked after: once an hour, when something is overdue or went live."""

from collections.abc import Iterable
from datetime import UTC, datetime

from app.composition import Workplace
from core.improvement.reviews.planning import launched
from core.register.escalating import overdue_waiting


def due_escalations(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this hour, while somebody is to be told of something that is overdue, or it was settled."""
    with place.store.reading() as session:
        waits = overdue_waiting(session, at=at)
    return [_hour(at)] if waits else []


def due_launches(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this hour, while a version that went live has no post-launch review."""
    with place.store.reading() as session:
        waits = launched(session, at=at)
    return [_hour(at)] if waits else []


def _hour(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H}"
