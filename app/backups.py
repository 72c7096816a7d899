"""Backups of this installation, by hand and by the clock: what core.backup does, with this installation's parts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlmodel import select

from app.anchoring.outside import look_everywhere
from app.composition import Workplace, now, open_workplace
from app.digest import due_digests
from app.settings import Settings
from app.subjects import places_of
from core.access.digests import DIGEST_JOB
from core.backup.checking import Pinned
from core.backup.copying import Say
from core.backup.drilling import DRILL_JOB, drill, due_drills
from core.backup.making import Made, Source, make_backup
from core.backup.marker import restore_is_done
from core.backup.noting import keep_for_the_record, note_made, note_restored, restore_waits
from core.backup.restoring import Restored, Target, restore_backup
from core.jobs.service import enqueue
from core.jobs.tables import Job, JobStatus
from core.ledger.anchors.holding import Hold
from core.monitoring.alerts.telling import tell_due
from core.privacy.subjects.replay import replay_erasures
from core.store import Store, open_store

__all__ = ["DRILL_JOB", "back_up", "bring_back", "due_restore_drills", "run_drill", "source_of"]


@dataclass(frozen=True)
class BroughtBack:
    """A restore with what holds the ledger afterwards, if anything does."""

    restored: Restored
    hold: Hold | None


def source_of(place: Workplace) -> Source:
    """This installation as something to back up."""
    return Source(place.store, place.ledger, place.keys, place.settings.data_dir, version("countersign"))


def back_up(
    place: Workplace, folder: Path, *, passphrase: bytes | None = None, keep: int | None = None, say: Say
) -> Made:
    """Make a backup and put it on record."""
    made = make_backup(source_of(place), folder, clock=now, say=say, passphrase=passphrase, keep=keep)
    note_made(place.store, place.ledger, made, at=now())
    return made


def bring_back(
    settings: Settings,
    folder: Path,
    *,
    pinned: Pinned | None = None,
    passphrase: bytes | None = None,
    replace: bool = False,
    incomplete: bool = False,
    say: Say,
) -> BroughtBack:
    """Restore into the place that the settings name, and put it on record where nothing outside is ahead."""
    at, store = now(), open_store(settings.database_url)
    try:
        restored = restore_backup(
            folder, Target(store, settings.data_dir), pinned=pinned, passphrase=passphrase, replace=replace,
            incomplete=incomplete, at=at, say=say, before_settling=lambda: _say_what_is_due(store, settings, at),
        )  # fmt: skip
    finally:
        store.close()
    place = open_workplace(settings, restored=True)
    try:
        hold = look_everywhere(place, at=now())
        _take_digests_for_sent(place, at)
        keep_for_the_record(place.ledger, restored, at=now())
        if hold is None:
            finish_restore(place)
    finally:
        place.store.close()
    restore_is_done(settings.data_dir)
    return BroughtBack(restored, hold)


def finish_restore(place: Workplace) -> bool:
    """Erase again whom orders since the backup erased, then put the restore on record; False where none waits.

    Called by the restore itself, and at every start: while the ledger is held neither can be done.
    """
    if not restore_waits(place.ledger):
        return False
    replay_erasures(place.store, place.ledger, places_of(place), at=now())
    return note_restored(place.store, place.ledger, at=now())


def _say_what_is_due(store: Store, settings: Settings, at: datetime) -> None:
    """What alerts had to tell by now becomes messages, so that it is among what is not sent again."""
    while tell_due(store, url=settings.public_url, mail=settings.mail is not None, at=at):
        pass


def _take_digests_for_sent(place: Workplace, at: datetime) -> None:
    """The digests of today went out before the restore, or come tomorrow with the same and more."""
    slots = list(due_digests(place, at))
    with place.store.transaction() as tx:
        for slot in slots:
            enqueue(tx, DIGEST_JOB, slot, at=at)
            job = tx.session.exec(select(Job).where(Job.kind == DIGEST_JOB, Job.slot == slot)).one()
            if job.status is JobStatus.QUEUED:
                job.status, job.finished_at = JobStatus.FINISHED, at
                tx.session.add(job)


def due_restore_drills(_place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this week's drill, on its day."""
    return due_drills(at)


def run_drill(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    """Do the drill of this slot."""
    drill(source_of(place), slot=slot, clock=now)
