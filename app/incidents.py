"""When clocks of incidents and due dates of actions are looked at: every five minutes, where a warning is due."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from app.composition import Workplace
from core.improvement.watching import waits


def due_watches(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of these five minutes, where a clock or an action needs a warning that was not given yet."""
    with place.store.reading() as session:
        if not waits(session, at=at):
            return []
    moment = at.astimezone(UTC)
    begun = moment - timedelta(minutes=moment.minute % 5)
    return [f"{begun:%Y-%m-%d %H:%M}"]
