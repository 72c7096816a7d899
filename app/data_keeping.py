"""When columns of what arrived are looked at, files sealed, and data past their time removed."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from app.composition import Workplace, now
from core.privacy.classes.noting import note_columns
from core.privacy.retention.planning import timers_run
from core.privacy.retention.removing import remove_due_data
from core.privacy.sensitive.rotating import finish_key_change
from core.privacy.sensitive.sealing import has_files, seal_open_events, seal_open_files
from core.validation.evidently_file import forget_pages

log = logging.getLogger("countersign.data")


def due_notings(_place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this hour; the job finds out whether anything came."""
    return [f"{at.astimezone(UTC):%Y-%m-%dT%H}"]


def note_what_came(place: Workplace, _slot: str, alive: Callable[[], bool]) -> None:
    """Take down the columns of what came since the last look."""
    note_columns(place.store, place.ledger, place.files, at=now(), alive=alive)


def note_unlooked(_place: Workplace, slot: str, error: str) -> None:
    """The next hour looks at what this one left."""
    log.warning("Columns were not looked at in %s: %s", slot, error)


def due_retention(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this day, where anything has an end."""
    with place.store.reading() as session:
        runs = timers_run(session, at=at)
    return [f"{at.astimezone(UTC):%Y-%m-%d}"] if runs else []


def remove_what_is_due(place: Workplace, _slot: str, alive: Callable[[], bool]) -> None:
    """Remove production data whose time is over."""
    remove_due_data(place.store, place.ledger, place.files, at=now(), alive=alive)


def note_unremoved(_place: Workplace, slot: str, error: str) -> None:
    """The next day removes what this one left."""
    log.warning("Data past their time were not removed on %s: %s", slot, error)


def due_sealing(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this day, where there is anything that could hold sensitive attributes."""
    with place.store.reading() as session:
        return [f"{at.astimezone(UTC):%Y-%m-%d}"] if has_files(session) else []


def seal_what_lies_open(place: Workplace, _slot: str, alive: Callable[[], bool]) -> None:
    """Seal files from before their columns were declared sensitive, and finish a change of the key that broke off."""
    seal_open_files(place.store, place.ledger, place.files, at=now(), alive=alive)
    seal_open_events(place.store, place.ledger, place.events, at=now(), alive=alive)
    forget_pages(place.files)  # also those that were made before their files were sealed
    finish_key_change(place.store, place.ledger)  # last: whatever it meets, nothing stays open


def note_unsealed(_place: Workplace, slot: str, error: str) -> None:
    """The next day seals what this one left."""
    log.warning("Files with sensitive attributes were not sealed on %s: %s", slot, error)
