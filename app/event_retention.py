"""When recorded events are removed: once a day, on days on which the time of some is over."""

from collections.abc import Iterable
from datetime import UTC, datetime

from app.composition import Workplace
from core.errors import NotFound
from core.policy.events_kept import removal_is_due


def due_removals(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this day, if there is anything to remove."""
    with place.store.reading() as session:
        try:
            due = removal_is_due(session, at=at)
        except NotFound:  # no policy is in force yet
            due = False
    return [f"{at.astimezone(UTC):%Y-%m-%d}"] if due else []
