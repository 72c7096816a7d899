"""A backup is one moment of an installation that goes on writing, verifies on its own, and comes back whole."""

import shutil
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.backups import source_of
from app.composition import Workplace, now
from core.backup.checking import Pinned, check_backup
from core.backup.copying import open_copy, rows_by_table
from core.backup.loading import load_copy
from core.backup.making import BackupUnderWay, make_backup
from core.backup.manifest import DATABASE, FILES, MANIFEST, SIGNATURE, backups_in
from core.backup.restoring import Target, restore_backup
from core.errors import Unreadable
from core.ledger.verify import verify_store
from core.store import EvidenceFiles, Store, open_store
from core.store.files import Redaction
from tests.backup.conftest import START, a_file, a_place, backed_up, put
from tests.builders import NOON
from tests.told import Told

WRITERS, LATER = 4, START + timedelta(hours=1)


def quiet(_step: str) -> None:
    """Says nothing."""


@pytest.mark.row("backup under writes, then restore")
def test_backup_under_writes_then_restore_verifies_under_5_s(
    place: Workplace, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Writers add files, rows that name them, and entries, while the backup is made; none of them waits for it.

    The seconds are this thread's own on the processor, as the writers take the rest of it.
    """
    put(place, 50)
    stop, counts, errors = threading.Event(), [0] * WRITERS, list[BaseException]()

    def write(writer: int) -> None:
        try:
            while not stop.is_set():
                a_file(place, f"{writer} {counts[writer]}".encode(), f"Q{writer}-{counts[writer]}")
                counts[writer] += 1
                stop.wait(0.005)
        except BaseException as error:  # noqa: BLE001  handed to the test
            errors.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    while sum(counts) < WRITERS:
        time.sleep(0.01)
    begun, before = time.thread_time(), sum(counts)
    made = make_backup(source_of(place), tmp_path / "backups", clock=now)
    during = sum(counts) - before
    stop.set()
    for thread in threads:
        thread.join()
    store = open_store(f"sqlite:///{tmp_path / 'back' / 'countersign.db'}")
    restored = restore_backup(
        made.path, Target(store, tmp_path / "back", lent=place.settings.data_dir / "keys"), at=NOON
    )
    spent = time.thread_time() - begun

    assert (errors, made.complete, restored.lacking) == ([], True, ())
    assert spent < 5
    record_property("seen", f"{spent:.1f} s of a processor, {during} writes meanwhile")
    assert during > 0
    with store.reading() as session:
        assert verify_store(session, place.ledger.vkey).passed
        files = session.execute(text("SELECT count(*) FROM quarantine")).scalar_one()
        entries = session.execute(text("SELECT count(*) FROM log_entry")).scalar_one()
    assert entries == files + 50 == made.manifest.entries
    assert len(list((tmp_path / "back" / "evidence").glob("*/*"))) == files
    store.close()


def test_the_example_goes_from_sqlite_to_postgresql_and_back_row_for_row(
    told: Told, postgresql_store: Store, tmp_path: Path
) -> None:
    """Through `restore` there and `backup` from there: every row of every table is the one that it was."""
    told.copy(tmp_path / "var")
    first = a_place(tmp_path / "var", open_store(f"sqlite:///{tmp_path / 'var' / 'countersign.db'}"), tmp_path)
    made = make_backup(source_of(first), tmp_path / "first", clock=now)
    with postgresql_store.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    load_copy(made.path / DATABASE, postgresql_store.engine, quiet)
    second = a_place(tmp_path / "var", postgresql_store, tmp_path)

    again = make_backup(source_of(second), tmp_path / "second", clock=now)

    assert again.complete
    assert again.manifest.files == made.manifest.files
    assert rows_of(again.path / DATABASE) == rows_of(made.path / DATABASE)
    assert sum(made.manifest.rows.values()) > 2000
    checked = check_backup(tmp_path / "second")
    assert checked.passed, checked.report.failures
    put(second, 1, at=now())  # numbers of rows go on, and the ledger takes the next entry
    with postgresql_store.reading() as session:
        assert verify_store(session, second.ledger.vkey, events=second.events).passed
    first.store.close()


def rows_of(copy: Path) -> dict[str, list[tuple[object, ...]]]:
    engine = open_copy(copy)
    with engine.connect() as connection:
        found = {
            name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}"))), key=repr)
            for name in rows_by_table(engine)
        }
    engine.dispose()
    return found


def test_a_second_backup_copies_only_what_is_new(home: Workplace, tmp_path: Path) -> None:
    a_file(home, b"first", "Q0001")
    one = backed_up(home, tmp_path / "backups")
    a_file(home, b"second", "Q0002")

    two = backed_up(home, tmp_path / "backups", LATER)

    assert (one.copied, two.copied, len(two.manifest.files)) == (1, 1, 2)
    assert [path.name for path in backups_in(tmp_path / "backups")] == [
        f"backup-{at:%Y%m%dT%H%M%SZ}" for at in (LATER, START)
    ]  # fmt: skip
    assert check_backup(one.path).passed
    assert check_backup(tmp_path / "backups").path == two.path


def test_old_backups_are_dropped_with_the_files_that_they_alone_listed(home: Workplace, tmp_path: Path) -> None:
    gone = a_file(home, b"first", "Q0001")
    backed_up(home, tmp_path / "backups")
    with home.store.transaction() as tx:
        tx.session.execute(text("DELETE FROM quarantine"))
    a_file(home, b"second", "Q0002")

    made = backed_up(home, tmp_path / "backups", LATER, keep=1)

    assert made.dropped == (f"backup-{START:%Y%m%dT%H%M%SZ}",)
    assert backups_in(tmp_path / "backups") == (made.path,)
    assert not list((tmp_path / "backups").rglob(gone))
    assert check_backup(made.path).passed


def test_only_files_that_rows_name_are_in_a_backup(home: Workplace, tmp_path: Path) -> None:
    stray = home.files.add([b"left by an upload that was refused"]).digest
    named = a_file(home, b"named")

    made = backed_up(home, tmp_path / "backups")

    assert [one.sha256 for one in made.manifest.files] == [named]
    assert not list(made.path.parent.rglob(stray))


@pytest.mark.parametrize("what", ["missing", "changed"])
def test_a_corrupted_evidence_file_is_found_and_named_by_backup(home: Workplace, tmp_path: Path, what: str) -> None:
    digest = a_file(home, b"evidence", "Q0007")
    path = home.files.path(digest)
    path.unlink() if what == "missing" else path.write_bytes(b"Evidence")

    made = backed_up(home, tmp_path / "backups")

    (lost,) = made.manifest.absent
    assert not made.complete
    assert (lost.sha256, lost.named_by) == (digest, "quarantine Q0007")
    (step,) = check_backup(made.path).report.failures
    assert step.name == "named"
    assert digest in step.detail
    assert "quarantine Q0007" in step.detail


def test_one_backup_at_a_time_is_made_into_a_folder(home: Workplace, tmp_path: Path) -> None:
    put(home)

    def another(step: str) -> None:
        if step == "digests":
            with pytest.raises(BackupUnderWay, match="Another backup is being made"):
                backed_up(home, tmp_path / "backups")

    backed_up(home, tmp_path / "backups", say=another)

    assert len(backups_in(tmp_path / "backups")) == 1


# ---- what a check finds


def a_bit_of(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def instead_of(path: Path, words: str, others: str) -> None:
    path.write_text(path.read_text().replace(words, others))


@pytest.mark.parametrize(
    ("harm", "step", "said"),
    [
        (lambda path: a_bit_of(path / DATABASE), "database", "was changed"),
        (lambda path: (path / DATABASE).unlink(), "database", "is missing"),
        (lambda path: a_bit_of(next((path.parent / FILES).glob("*/*/*"))), "files", "has other bytes"),
        (lambda path: next((path.parent / FILES).glob("*/*/*")).unlink(), "files", "is missing"),
        (lambda path: (path / SIGNATURE).unlink(), "signature", "is missing"),
        (
            lambda path: instead_of(path / MANIFEST, '"entries": 4', '"entries": 5'),
            "signature",
            "is over another manifest.json",
        ),
        (lambda path: (path / MANIFEST).write_text("{}"), "manifest", "not a manifest"),
    ],
)  # fmt: skip
def test_whatever_was_changed_in_a_backup_is_found_and_named(  # type: ignore[no-untyped-def]
    home: Workplace, tmp_path: Path, harm, step: str, said: str
) -> None:
    put(home, 2)
    a_file(home, b"evidence")
    made = backed_up(home, tmp_path / "backups")
    assert check_backup(made.path).passed

    harm(made.path)

    checked = check_backup(made.path)
    assert checked.report.failures[0].name == step
    assert said in checked.report.failures[0].detail


def test_a_copy_that_somebody_edited_and_listed_anew_does_not_verify(home: Workplace, tmp_path: Path) -> None:
    """The ledger inside speaks even where digests and signature were made again with the real keys."""
    put(home, 3)
    store = home.store
    for table in ("log_entry_update", "log_payload_update"):
        with store.transaction() as tx:
            tx.session.execute(text(f"DROP TRIGGER {table}"))
    with store.transaction() as tx:
        tx.session.execute(text("UPDATE log_entry SET body = replace(body, 'M0001', 'M0009') WHERE idx = 2"))

    made = backed_up(home, tmp_path / "backups")

    (step,) = check_backup(made.path).report.failures
    assert step.name == "ledger"
    assert "leaves" in step.detail


def test_a_check_pins_the_authority_and_the_key_where_they_are_known(home: Workplace, tmp_path: Path) -> None:
    put(home)
    made = backed_up(home, tmp_path / "backups")
    mine = Pinned(home.keys.fingerprint, home.ledger.vkey)

    assert "NOT PINNED" not in str(check_backup(made.path, pinned=mine).report)
    assert "NOT PINNED" in str(check_backup(made.path).report)
    other = check_backup(made.path, pinned=Pinned("0" * 64, mine.vkey))
    assert [one.name for one in other.report.failures] == ["certificate"]
    forged = check_backup(made.path, pinned=Pinned(mine.authority, "x+00000000+" + mine.vkey.split("+")[2]))  # type: ignore[union-attr]
    assert [one.name for one in forged.report.failures] == ["ledger"]


def test_a_folder_without_a_backup_says_so_and_one_that_was_broken_off_is_none(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no backup lies here"):
        check_backup(tmp_path)
    (tmp_path / ".backup-20261120T130000Z").mkdir()
    with pytest.raises(Unreadable, match="broken off"):
        check_backup(tmp_path)


def test_a_disk_that_is_full_leaves_no_backup_and_harms_none(
    home: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_file(home, b"first", "Q0001")
    whole = backed_up(home, tmp_path / "backups")
    a_file(home, b"second", "Q0002")

    def full(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.backup.making.sign_manifest", full)
    with pytest.raises(OSError, match="No space"):
        backed_up(home, tmp_path / "backups", LATER)

    assert backups_in(tmp_path / "backups") == (whole.path,)
    assert not list((tmp_path / "backups").glob(".backup-*"))
    assert check_backup(whole.path).passed
    shutil.rmtree(tmp_path / "backups")


def test_a_file_that_a_person_was_erased_from_is_not_taken_from_an_earlier_backup(
    home: Workplace, tmp_path: Path
) -> None:
    """The copy has the file without their rows and the note that says so; so has what is restored from it."""
    former = a_file(home, b"rows of two people", "Q0001")
    backed_up(home, tmp_path / "backups")
    replacement = home.files.add([b"rows of one"]).digest
    home.files.redact(Redaction(former, replacement, "SR0001", 7, 1))

    made = backed_up(home, tmp_path / "backups", LATER)

    assert [one.sha256 for one in made.manifest.files] == [replacement]
    assert check_backup(made.path).passed
    store = open_store(f"sqlite:///{tmp_path / 'back' / 'countersign.db'}")
    restore_backup(made.path, Target(store, tmp_path / "back", lent=home.settings.data_dir / "keys"), at=NOON)
    files = EvidenceFiles(tmp_path / "back" / "evidence")
    assert files.path(former).read_bytes() == b"rows of one"
    assert files.redaction(former) == home.files.redaction(former)
    store.close()
