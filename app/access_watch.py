"""The clock of access: once a day, and within the hour where a review or a grant that was asked for is due."""

from collections.abc import Iterable
from datetime import UTC, datetime

from app.composition import Workplace, now
from core.access.watching import Cadence, access_waits, watch_access
from core.inventory.groups.confirming import expire_asked_members, members_expired


def cadence_of(place: Workplace) -> Cadence:
    """As this installation is set up."""
    settings = place.settings
    mail = settings.public_url if settings.mail is not None else ""
    return Cadence(settings.access_review, settings.dormant, mail)


def due_access(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this day, in which unused accounts are looked at, and of this hour where something else is due."""
    moment = at.astimezone(UTC)
    with place.store.reading() as session:
        waits = access_waits(session, cadence_of(place), at=at) or members_expired(session, at=at)
    return [f"{moment:%Y-%m-%d}", *([f"{moment:%Y-%m-%d %H}"] if waits else [])]


def do_access_watch(place: Workplace) -> None:
    """Do what is due at this moment."""
    at = now()
    watch_access(place.store, place.ledger, cadence_of(place), at=at)
    with place.store.transaction() as tx:
        expire_asked_members(tx, place.ledger, at=at)
