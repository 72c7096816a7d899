"""When compliance checks run by the clock: once an hour, as long as one of them is due by its cadence."""

from collections.abc import Iterable
from datetime import UTC, datetime

from app.composition import Workplace, now
from core.access.rules import SYSTEM
from core.compliance.service import Ran, due_checks, run_checks
from core.compliance.vocabulary import Source


def due_compliance(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this hour, where a check is due."""
    with place.store.reading() as session:
        due = due_checks(session, at=at)
    return [f"{at.astimezone(UTC):%Y-%m-%d %H}"] if due else []


def run_due(place: Workplace, *, at: datetime) -> Ran | None:
    """Run what is due at this moment; nothing where another worker was quicker."""
    with place.store.reading() as session:
        due = due_checks(session, at=at)
    if not due:
        return None
    return run_checks(
        place.store,
        place.ledger,
        keys=due,
        source=Source.SCHEDULE,
        actor=SYSTEM,
        clock=now,
        data_dir=place.settings.data_dir,
    )
