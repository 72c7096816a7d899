"""When reviews that wait are looked at: once an hour, while a change is open."""

from collections.abc import Iterable
from datetime import UTC, datetime

from app.composition import Workplace
from core.approval.queries import ChangeFilter, changes


def due_notices(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this hour, as long as a change waits for its decision."""
    with place.store.reading() as session:
        waits = changes(session, ChangeFilter(open_only=True), limit=1, offset=0).total
    return [f"{at.astimezone(UTC):%Y-%m-%d %H}"] if waits else []
