"""A process killed at every point at which a write path touches the disk: nothing half-stored, nothing twice."""

import hashlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import event, text

from app.backups import source_of
from app.composition import Workplace, now
from core.backup.checking import check_backup
from core.backup.making import make_backup
from core.backup.manifest import backups_in
from core.ledger.events import Event
from core.ledger.service import AlreadyRecorded, Entity
from core.ledger.verify import verify_store
from core.store import EvidenceFiles, Store
from tests.backup.conftest import ACTOR, a_place, held_row
from tests.backup.conftest import home as home
from tests.builders import NOON
from tests.postgresql import EMPTY

MOST_POINTS = 60
POINTS = ("replace", "rename", "link", "unlink", "fsync", "mkdir")  # of the operating system, as Python calls them
KILLED = -signal.SIGKILL


@dataclass
class _Deadly:
    """Counts the points and ends the process with SIGKILL when the last one is reached, before it takes effect."""

    left: int

    def reached(self) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_at(point: int, place: Workplace, act: Callable[[Workplace], None]) -> bool:
    """Whether a child that does `act` was killed at this point; it ends well where there are fewer."""
    place.store.close()  # no child may inherit a connection
    child = os.fork()
    if child == 0:
        try:
            _arm(_Deadly(point), place.store)
            act(place)
            os._exit(0)
        except BaseException:  # noqa: BLE001  the parent sees the status
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, KILLED)
    return status == KILLED


def _arm(deadly: _Deadly, store: Store) -> None:
    for name in POINTS:
        real = getattr(os, name)

        def before(*args: object, _real: Callable[..., object] = real, **named: object) -> object:
            deadly.reached()
            return _real(*args, **named)

        setattr(os, name, before)
    event.listen(store.engine, "commit", lambda _connection: deadly.reached())  # before the database commits
    event.listen(store.engine, "checkin", lambda *_args: deadly.reached())  # after it did


def evidence(place: Workplace) -> None:
    """A file, then the row that names it with its entry, under an id that is taken once: a resend is no second one."""
    stored = place.files.add([b"evidence"])
    try:
        with place.store.transaction() as tx:
            place.ledger.record(
                tx, Event.MODEL_REGISTERED, entity=Entity("model", "M0001"), actor=ACTOR, at=NOON, event_id="upload-1"
            )
            tx.session.add(held_row(stored.digest, stored.size, "Q0001"))
    except AlreadyRecorded:
        return


def whole(place: Workplace) -> tuple[int, int]:
    """Rows and entries; whatever a row names is there to the byte, and the ledger verifies."""
    with place.store.reading() as session:
        digests = session.execute(text("SELECT digest FROM quarantine")).scalars().all()
        entries = session.execute(text("SELECT count(*) FROM log_entry")).scalar_one()
        assert entries == 0 or verify_store(session, place.ledger.vkey).passed
    for digest in digests:
        assert place.files.path(digest).read_bytes() == b"evidence"
    for path in place.files.folder.glob("??/*"):
        assert path.read_bytes() == b"evidence"  # under a digest there is never half a file
    return len(digests), entries


@pytest.fixture
def here(store: Store, tmp_path: Path, installation: Path) -> Workplace:
    return a_place(tmp_path / "var", store, installation / "keys")


@pytest.mark.row("kill -9 x 40; crash points x 2 databases")
def test_an_upload_that_is_killed_at_any_point_is_there_once_after_it_is_sent_again(
    here: Workplace, record_property: Callable[[str, object], None]
) -> None:
    points = 0
    for point in range(1, MOST_POINTS):
        _empty(here)
        if not killed_at(point, here, evidence):
            break
        points += 1
        assert whole(here) in ((0, 0), (1, 1))
        evidence(here)
        assert whole(here) == (1, 1)

    assert 6 <= points < MOST_POINTS - 1
    record_property("seen", f"{points} points on {here.store.engine.dialect.name}")


def _empty(place: Workplace) -> None:
    """As it was before: without the upload."""
    for path in place.files.folder.rglob("*"):
        if path.is_file():
            path.unlink()
    if place.store.engine.dialect.name == "sqlite":
        _TEMPLATES[id(place)] = _TEMPLATES.get(id(place)) or Path(str(place.store.engine.url.database)).read_bytes()
        path = Path(str(place.store.engine.url.database))
        place.store.close()
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()
        path.write_bytes(_TEMPLATES[id(place)])
    else:
        with place.store.engine.begin() as connection:
            connection.exec_driver_sql(EMPTY)


_TEMPLATES: dict[int, bytes] = {}


@pytest.fixture
def filled(home: Workplace) -> Workplace:
    evidence(home)
    return home


def test_a_backup_that_is_killed_at_any_point_is_none_and_the_next_one_is_whole(
    filled: Workplace, tmp_path: Path
) -> None:
    """A folder is a backup when it checks as one; nothing in between ever bears its name."""
    folder, points = tmp_path / "backups", 0

    def back_up(place: Workplace) -> None:
        make_backup(source_of(place), folder, clock=now)

    for point in range(1, MOST_POINTS):
        if not killed_at(point, filled, back_up):
            break
        points += 1
        for path in backups_in(folder):
            assert check_backup(path).passed
    assert 6 <= points < MOST_POINTS - 1
    assert check_backup(folder).passed
    assert not list(folder.glob(".backup-*"))


def test_an_export_or_file_of_events_that_is_killed_at_any_point_is_never_half_there(
    filled: Workplace,
) -> None:
    """Exports, production data and files of events are stored by the same call; what is left is swept later."""
    files = EvidenceFiles(filled.settings.data_dir / "events")
    points = 0

    def store(_place: Workplace) -> None:
        files.add([b"events " * 100_000, b"of a day"])

    for point in range(1, MOST_POINTS):
        if not killed_at(point, filled, store):
            break
        points += 1
        assert all(_is_its_own(path) for path in files.folder.glob("??/*"))
    assert 3 <= points < MOST_POINTS - 1
    (path,) = files.folder.glob("??/*")
    assert files.path(path.name) == path


def _is_its_own(path: Path) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest() == path.name
