"""A restore comes into an empty place alone, says what was lost, and has nothing done or sent twice."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.backups import bring_back
from app.cli import main
from app.composition import Workplace, open_workplace
from core.access.anchoring import resume
from core.access.rules import Role
from core.access.sessions import actor_for_session
from core.access.tables import Person, SignInSession
from core.backup import sealing
from core.backup.marker import MARKER, RestoreBrokenOff
from core.backup.restoring import BackupNotWhole
from core.backup.settling import NOT_DONE
from core.errors import Refused
from core.jobs.outbox.service import Outcome, settle_message, take_message
from core.jobs.outbox.tables import Channel, Delivery, OutboxMessage
from core.jobs.service import take
from core.jobs.tables import Job, JobStatus, WorkerRole
from core.jobs.workers import join
from core.ledger.anchors.holding import hold_of
from core.ledger.events import Event
from core.ledger.service import newest_note
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.monitoring.stress.service import STRESS_JOB
from core.store.migrations import SchemaNewer, newest_revision
from tests.backup.conftest import START, a_file, a_message, backed_up, put
from tests.builders import NOON, an_actor

LATER = START + timedelta(hours=1)
SOON = timedelta(minutes=1)


def quiet(_step: str) -> None:
    """Says nothing."""


def fails(place: Workplace, folder: Path, backups: Path, said: str, **more: object) -> None:
    """The restore into this folder, which has the keys, is refused in these words."""
    if not (folder / "keys").exists():
        shutil.copytree(place.settings.data_dir / "keys", folder / "keys")
    with pytest.raises(BackupNotWhole, match=said):
        bring_back(settings_in(place, folder), backups, say=quiet, **more)  # type: ignore[arg-type]


@contextmanager
def elsewhere(place: Workplace, folder: Path, backups: Path, **more: object) -> Iterator[Workplace]:
    """The newest backup restored into another data folder, which has the keys."""
    if not (folder / "keys").exists():
        shutil.copytree(place.settings.data_dir / "keys", folder / "keys")
    settings = settings_in(place, folder)
    bring_back(settings, backups, say=quiet, **more)  # type: ignore[arg-type]
    opened = open_workplace(settings)
    yield opened
    opened.store.close()


def settings_in(place: Workplace, folder: Path):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(place.settings, data_dir=folder, database_url=f"sqlite:///{folder / 'countersign.db'}")


def recorded(place: Workplace, event: Event) -> int:
    with place.store.reading() as session:
        return len(session.exec(select(LogEntry.idx).where(LogEntry.action == event.value)).all())


def test_what_was_backed_up_is_there_and_the_restore_is_on_record(home: Workplace, tmp_path: Path) -> None:
    digest = a_file(home, b"evidence")
    put(home, 20)
    backed_up(home, tmp_path / "backups")

    with elsewhere(home, tmp_path / "new", tmp_path / "backups") as place:
        assert place.files.path(digest).read_bytes() == b"evidence"
        assert recorded(place, Event.BACKUP_RESTORED) == 1
        with place.store.reading() as session:
            assert verify_store(session, home.ledger.vkey, saved_checkpoint=note_of(home)).passed
        assert not (tmp_path / "new" / MARKER).exists()


def note_of(place: Workplace) -> str:
    with place.store.reading() as session:
        note = newest_note(session)
    assert note is not None
    return note


def test_nothing_is_sent_twice_after_a_restore(home: Workplace, tmp_path: Path) -> None:
    """A message that left after the backup waits in it: it is listed and stays unsent; a checkpoint waits on."""
    put(home)
    number = a_message(home)
    anchor = a_message(home, Channel.ANCHOR, "AN0001")
    backed_up(home, tmp_path / "backups")
    message = take_message(home.store, at=NOON)
    assert message is not None
    settle_message(home.store, message, Outcome(True, "204", 5), at=NOON)

    with elsewhere(home, tmp_path / "new", tmp_path / "backups") as place:
        sent = take_message(place.store, at=LATER)
        assert sent is not None
        assert sent.number == anchor
        assert take_message(place.store, at=LATER) is None
        with place.store.reading() as session:
            row = session.exec(select(OutboxMessage).where(OutboxMessage.number == number)).one()
            said = session.execute(text("SELECT body FROM log_payload ORDER BY entry_id DESC LIMIT 1")).scalar_one()
        assert row.status is Delivery.GIVEN_UP
        assert "may have left between the backup" in row.said
        assert number in said


def test_nobody_is_signed_in_and_no_worker_holds_work_after_a_restore(home: Workplace, tmp_path: Path) -> None:
    put(home)
    with home.store.transaction() as tx:
        tx.session.add(Person(number="P0001", username="a", name="A", created_at=NOON))
        tx.session.flush()
        tx.session.add(
            SignInSession(id="s" * 32, person="P0001", opened_at=START, expires_at=START + timedelta(days=9))
        )
        tx.session.add(Job(kind="export", slot="X0001", queued_at=NOON))
        tx.session.add(Job(kind=STRESS_JOB, slot="ST0001", queued_at=NOON))
    join(home.store, WorkerRole.SERVER, at=START)
    assert take(home.store, at=START) is not None
    backed_up(home, tmp_path / "backups")

    with elsewhere(home, tmp_path / "new", tmp_path / "backups") as place:
        assert actor_for_session(place.store, session_id="s" * 32, person="P0001", at=START + SOON) is None
        lease = take(place.store, at=START + SOON)
        assert lease is not None
        assert (lease.slot, lease.attempt) == ("X0001", 2)
        with place.store.reading() as session:
            stress = session.exec(select(Job).where(Job.kind == STRESS_JOB)).one()
        assert (stress.status, stress.error) == (JobStatus.FAILED, NOT_DONE)


def test_a_restore_that_lost_entries_is_held_until_a_person_resumes_it(home: Workplace, tmp_path: Path) -> None:
    """What was recorded after the backup is known outside: nothing is signed, and the restore itself is not either."""
    put(home, 5)
    backed_up(home, tmp_path / "backups")
    put(home, 5)
    state = tmp_path / "state"
    state.write_text(note_of(home))
    from dataclasses import replace

    (tmp_path / "new").mkdir()
    shutil.copytree(home.settings.data_dir / "keys", tmp_path / "new" / "keys")
    settings = replace(settings_in(home, tmp_path / "new"), ledger_state=state)

    done = bring_back(settings, tmp_path / "backups", say=quiet)

    assert done.hold is not None
    assert "at least 5 entries are missing here" in done.hold.fact
    place = open_workplace(settings)
    assert recorded(place, Event.BACKUP_RESTORED) == 0
    resume(place.store, place.ledger, reason="No newer backup", actor=an_actor("P0009", Role.ADMINISTRATOR), at=LATER)
    from app.working import look_first

    assert hold_of(place.ledger.keyring.folder) is None
    look_first(place)
    assert recorded(place, Event.BACKUP_RESTORED) == 1
    look_first(place)
    assert recorded(place, Event.BACKUP_RESTORED) == 1
    place.store.close()


def test_an_installation_is_not_overwritten_but_moved_aside_when_asked(home: Workplace, tmp_path: Path) -> None:
    a_file(home, b"evidence")
    backed_up(home, tmp_path / "backups")
    put(home, 3)
    home.store.close()

    with pytest.raises(Refused, match="The data folder holds evidence"):
        bring_back(home.settings, tmp_path / "backups", say=quiet)
    done = bring_back(home.settings, tmp_path / "backups", replace=True, say=quiet)

    aside = Path(done.restored.aside)
    assert {"countersign.db", "evidence"} <= {path.name for path in aside.iterdir()}
    place = open_workplace(home.settings)
    with place.store.reading() as session:
        assert (
            session.execute(text("SELECT count(*) FROM log_entry WHERE action = 'model.registered'")).scalar_one() == 1
        )
    place.store.close()


def test_an_installation_at_work_is_not_replaced(home: Workplace, tmp_path: Path) -> None:
    put(home)
    backed_up(home, tmp_path / "backups")
    from app.composition import now

    join(home.store, WorkerRole.PROCESS, at=now())

    with pytest.raises(Refused, match=r"A process of this installation works on .* Stop it first"):
        bring_back(home.settings, tmp_path / "backups", replace=True, say=quiet)

    assert recorded(home, Event.MODEL_REGISTERED) == 1


def test_postgresql_is_moved_aside_as_a_schema(place: Workplace, tmp_path: Path) -> None:
    if place.store.engine.dialect.name == "sqlite":
        return
    put(place, 2)
    backed_up(place, tmp_path / "backups")
    put(place, 1)

    done = bring_back(place.settings, tmp_path / "backups", replace=True, say=quiet)

    schema = done.restored.aside.rpartition(" ")[2]
    with place.store.reading() as session:
        then = session.execute(text(f'SELECT count(*) FROM "{schema}".log_entry')).scalar_one()
        now_ = session.execute(text("SELECT count(*) FROM log_entry WHERE action = 'model.registered'")).scalar_one()
        assert (then, now_) == (3, 2)
        assert verify_store(session, place.ledger.vkey).passed
    with place.store.transaction() as tx:
        tx.session.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))


def test_a_restore_that_was_broken_off_is_not_started(
    home: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home)
    backed_up(home, tmp_path / "backups")

    def broken(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    shutil.copytree(home.settings.data_dir / "keys", tmp_path / "new" / "keys")
    with monkeypatch.context() as patch:
        patch.setattr("core.backup.restoring.settle_restored", broken)
        with pytest.raises(OSError, match="No space"):
            bring_back(settings_in(home, tmp_path / "new"), tmp_path / "backups", say=quiet)

    with pytest.raises(RestoreBrokenOff, match="was broken off"):
        open_workplace(settings_in(home, tmp_path / "new"))
    with elsewhere(home, tmp_path / "new", tmp_path / "backups", replace=True) as place:
        assert recorded(place, Event.MODEL_REGISTERED) == 1


def test_a_damaged_backup_is_not_restored_unless_only_files_lack_and_that_is_accepted(
    home: Workplace, tmp_path: Path
) -> None:
    digest = a_file(home, b"evidence")
    made = backed_up(home, tmp_path / "backups")
    next((tmp_path / "backups" / "files").rglob(digest)).unlink()

    fails(home, tmp_path / "new", tmp_path / "backups", f"step 9, files: evidence file {digest} is missing")
    assert not (tmp_path / "new" / "countersign.db").exists()
    with elsewhere(home, tmp_path / "new", tmp_path / "backups", incomplete=True) as place:
        assert recorded(place, Event.MODEL_REGISTERED) == 1

    database = made.path / "database.sqlite"
    database.write_bytes(database.read_bytes() + b" ")
    fails(home, tmp_path / "other", tmp_path / "backups", "step 4, database", incomplete=True)


# ---- keys


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds of scrypt are what an attacker is to pay, not the tests."""
    monkeypatch.setattr(sealing, "COST", 2**10)


def test_no_secret_is_in_a_backup_without_keys_nor_in_the_clear_with_them(
    home: Workplace, tmp_path: Path, cheap: None
) -> None:
    put(home)
    kept = [path for name in ("keys", "signin") for path in (home.settings.data_dir / name).iterdir()]
    secrets = [
        path.read_bytes().partition(b"-----END PRIVATE")[0].strip()[-40:] for path in kept if path.name != "ca.crt"
    ]

    backed_up(home, tmp_path / "backups", passphrase=b"a passphrase for tests")

    everything = [path.read_bytes() for path in (tmp_path / "backups").rglob("*") if path.is_file()]
    assert len(secrets) >= 7
    assert not [secret for secret in secrets for content in everything if secret in content]


def test_sealed_keys_come_back_with_their_passphrase_alone(home: Workplace, tmp_path: Path, cheap: None) -> None:
    put(home)
    backed_up(home, tmp_path / "backups", passphrase=b"a passphrase for tests")
    settings = settings_in(home, tmp_path / "new")

    with pytest.raises(Refused, match="The key of the ledger is not in"):
        bring_back(settings, tmp_path / "backups", say=quiet)
    with pytest.raises(sealing.WrongPassphrase):
        bring_back(settings, tmp_path / "backups", passphrase=b"another passphrase", say=quiet)
    bring_back(settings, tmp_path / "backups", passphrase=b"a passphrase for tests", say=quiet)

    for name in ("keys", "signin"):
        for path in (home.settings.data_dir / name).iterdir():
            there = tmp_path / "new" / name / path.name
            assert there.read_bytes() == path.read_bytes()
            assert there.stat().st_mode & 0o077 == 0


def test_a_key_that_was_destroyed_is_gone_from_the_sealed_keys_with_the_next_backup(
    home: Workplace, tmp_path: Path, cheap: None
) -> None:
    """Otherwise what was erased by destroying its key could be read again from an older backup."""
    put(home)
    key = home.settings.data_dir / "keys" / "of-a-person.key"
    key.write_text("secret")
    backed_up(home, tmp_path / "backups", passphrase=b"a passphrase for tests")
    key.unlink()
    backed_up(home, tmp_path / "backups", LATER, passphrase=b"a passphrase for tests")

    sealing.unseal_keys(tmp_path / "backups" / "keys.sealed", tmp_path / "new", b"a passphrase for tests")

    assert (tmp_path / "new" / "keys" / "ledger.key").exists()
    assert not (tmp_path / "new" / "keys" / key.name).exists()
    assert len(list((tmp_path / "backups").rglob("*.sealed"))) == 1


def test_a_backup_whose_ledger_another_key_signs_is_refused(home: Workplace, tmp_path: Path) -> None:
    put(home)
    backed_up(home, tmp_path / "backups")
    from core.ledger.keys import make_signer

    make_signer(tmp_path / "new" / "keys" / "ledger.key", "other.test/ledger")

    with pytest.raises(Refused, match="The ledger of this backup is signed by"):
        bring_back(settings_in(home, tmp_path / "new"), tmp_path / "backups", say=quiet)


# ---- schemas


def test_a_backup_of_a_newer_schema_is_refused_and_both_are_named(home: Workplace, tmp_path: Path) -> None:
    put(home)
    with home.store.transaction() as tx:
        tx.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backed_up(home, tmp_path / "backups")

    fails(
        home, tmp_path / "new", tmp_path / "backups", f"the schema 9999, which .* newest schema is {newest_revision()}"
    )


def test_a_downgrade_is_refused_before_anything_is_changed(
    home: Workplace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home)
    with home.store.transaction() as tx:
        tx.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaNewer):
        open_workplace(home.settings)
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(home.settings.data_dir))

    code = main(["serve"])

    said = capsys.readouterr().err
    assert code == 2
    assert "the schema 9999" in said
    assert newest_revision() in said
    assert recorded(home, Event.MODEL_REGISTERED) == 1


def test_backup_check_and_restore_answer_by_exit_code(
    home: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cheap: None
) -> None:
    digest = a_file(home, b"evidence")
    (tmp_path / "passphrase").write_text("a passphrase for tests\n")
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(home.settings.data_dir))
    folder, sealed = str(tmp_path / "backups"), str(tmp_path / "passphrase")

    assert main(["backup", folder, "--with-keys", sealed]) == 0
    assert main(["backup", folder, "--check", "--key", home.ledger.vkey]) == 0
    assert "The backup is whole." in capsys.readouterr().out
    assert main(["restore", folder]) == 2  # the place is not empty
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path / "new"))
    assert main(["backup", folder]) == 2  # there is nothing
    assert main(["restore", folder, "--with-keys", sealed]) == 0
    next((tmp_path / "backups" / "files").rglob(digest)).write_bytes(b"Evidence")
    assert main(["backup", folder, "--check"]) == 1
    assert digest in capsys.readouterr().out
