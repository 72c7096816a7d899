"""The restore drill tries out what nobody wants to try for the first time when it counts, and says what it came to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import select

from app.backups import source_of
from app.composition import Workplace, now
from core.backup.drilling import ALERT, Drilled, drill, due_drills
from core.backup.queries import standing
from core.ledger.events import Event
from core.ledger.tables import LogEntry
from core.monitoring.alerts.raising import open_alert
from tests.backup.conftest import a_file, backed_up, put

SUNDAY = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


def drilled(place: Workplace, slot: str = "2026-W48") -> Drilled:
    return drill(source_of(place), slot=slot, clock=now)


def recorded(place: Workplace) -> int:
    with place.store.reading() as session:
        return len(session.exec(select(LogEntry.idx).where(LogEntry.action == Event.BACKUP_DRILLED.value)).all())


def test_a_drill_restores_everything_beside_the_installation_and_leaves_nothing(place: Workplace) -> None:
    """On both databases."""
    a_file(place, b"evidence")
    put(place, 5)

    came = drilled(place)

    assert came.passed, came.faults
    assert (came.entries, came.files) == (6, 1)
    assert recorded(place) == 1
    assert list((place.settings.data_dir / "cache").iterdir()) == []
    with place.store.reading() as session:
        known = standing(session)
    assert known.drill is not None
    assert (known.drill.passed, known.drill.faults) == (True, "")


def test_a_drill_that_does_not_hold_raises_an_alert_until_one_holds(home: Workplace) -> None:
    digest = a_file(home, b"evidence", "Q0007")
    path = home.files.path(digest)
    path.write_bytes(b"Evidence")

    came = drilled(home)

    assert not came.passed
    assert any(digest in fault and "quarantine Q0007" in fault for fault in came.faults)
    assert path.read_bytes() == b"Evidence"  # what is linked for a drill is not changed by it
    with home.store.reading() as session:
        alert = open_alert(session, ALERT)
    assert alert is not None
    assert digest in alert.detail
    path.write_bytes(b"evidence")
    assert drilled(home, "2026-W49").passed
    with home.store.reading() as session:
        settled = open_alert(session, ALERT)
    assert settled is not None
    assert settled.recovered_at is not None


def test_a_drill_is_due_once_a_week_on_sunday() -> None:
    assert due_drills(SUNDAY - timedelta(minutes=1)) == ()
    assert due_drills(SUNDAY) == due_drills(SUNDAY + timedelta(hours=20)) == ("2026-W48",)
    assert due_drills(SUNDAY + timedelta(days=1)) == ()


def test_the_last_backup_and_the_last_drill_are_told(home: Workplace, tmp_path: Path) -> None:
    with home.store.reading() as session:
        assert standing(session).backup is None
    put(home)
    from core.backup.noting import note_made

    made = backed_up(home, tmp_path / "backups")
    note_made(home.store, home.ledger, made, at=now())

    with home.store.reading() as session:
        known = standing(session)
    assert known.backup is not None
    assert (known.backup.name, known.backup.entries, known.backup.absent) == (made.path.name, 2, 0)
    assert known.drill is None
