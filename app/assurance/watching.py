"""The permission monitor by the clock: every half minute each process looks, and what it finds is put on record."""

from collections.abc import Iterable
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from app.composition import Workplace
from core.assurance.permissions.service import Looked, Watch
from core.store import Store

_WATCHES: WeakKeyDictionary[Store, Watch] = WeakKeyDictionary()


def _watch(place: Workplace) -> Watch:
    return _WATCHES.setdefault(place.store, Watch())


def due_permission_looks(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this moment, where something stands otherwise than at the last look or none was kept lately."""
    slot = _watch(place).slot(place.store, at=at.astimezone(UTC))
    return [] if slot is None else [slot]


def look_at_permissions(place: Workplace, *, at: datetime) -> Looked:
    """Hold the tables against the ledger now, and raise and settle alerts."""
    return _watch(place).look(place.store, place.ledger, at=at)
