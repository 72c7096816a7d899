"""Sensitive attributes lie nowhere open: not in the data folder, the database or a backup; and an erased one comes back
from no backup, as the key that sealed it is gone from all of them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from sqlalchemy import MetaData, select

from app import data_keeping
from app.backups import bring_back
from app.composition import Workplace, open_workplace
from app.data_keeping import seal_what_lies_open
from app.settings import Settings, load
from core.access.event_log import submission_of
from core.backup.checking import check_backup
from core.backup.manifest import DATABASE
from core.errors import Refused
from core.ledger.batches.places import find_event
from core.ledger.batches.queries import event_proof
from core.ledger.batches.reading import read_event
from core.ledger.batches.rows import InputForm
from core.ledger.batches.sealing import open_events
from core.ledger.batches.service import record_together
from core.ledger.batches.verify import verify_events
from core.ledger.events import Event
from core.ledger.queries import entries
from core.monitoring.intake.rules import BatchKind
from core.policy.service import default_policy_text
from core.privacy.subjects.places import Places
from core.privacy.subjects.verifying import redaction_faults
from core.store import Store
from core.validation.evidently_file import pages_of
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence
from core.validation.uploads import ColumnMapping
from tests.backup.conftest import a_place, backed_up
from tests.builders import NOON, a_policy
from tests.event_batches.conftest import PIPELINE
from tests.production_data.conftest import inferences
from tests.subjects.conftest import CUSTOMER, World, plant
from tests.subjects.test_erasing import erase
from tests.validation.conftest import MAPPING, make_bench

PLANTED = "Zarathustrian-4711"
PASSPHRASE = b"correct horse battery staple"


@pytest.fixture
def place(store: Store, tmp_path: Path, installation: Path) -> Workplace:
    return a_place(tmp_path / "var", store, installation / "keys")


@pytest.fixture
def home(tmp_path: Path, installation: Path) -> Iterator[Workplace]:
    folder = tmp_path / "home"
    shutil.copytree(installation, folder)
    opened = open_workplace(a_settings(folder))
    yield opened
    opened.store.close()


def a_settings(folder: Path) -> Settings:
    return load({"COUNTERSIGN_DATA_DIR": str(folder)})


def a_world(place: Workplace) -> World:
    folder = place.settings.data_dir
    a_policy(place.store, default_policy_text() + "\n# As of that day.\n")
    return World(make_bench(place.store, place.ledger, folder), Places.within(folder))


@contextmanager
def restored(folder: Path, backup: Path, passphrase: bytes | None = None) -> Iterator[Workplace]:
    """The backup restored into this folder, opened as a server opens it."""
    settings = a_settings(folder)
    bring_back(settings, backup, passphrase=passphrase, say=lambda _step: None)
    place = open_workplace(settings)
    yield place
    place.store.close()


def hand_in_planted(world: World) -> None:
    """One person's religion: in an upload that declares it, in scenarios, in a batch of attributes and in an event."""
    rows = [f"{n % 2},{(n // 2) % 2},{PLANTED if n == 7 else 'none'},C{n:07d}" for n in range(40)]
    content = "\n".join(["label,prediction,religion,case", *rows]) + "\n"
    mapping = replace(MAPPING, sensitive=("religion",), row_id="case")
    world.evidence = world.bench.hand_in(content, mapping).evidence
    scenario = {"name": "more of them", "kind": "reweight", "column": "religion", "weights": {PLANTED: 3}}
    world.bench.hand_in(json.dumps([scenario]), ColumnMapping(), kind=EvidenceKind.SCENARIOS, filename="scenarios.json")
    for form, name in ((InputForm.MASKED, "masked"), (InputForm.COMMITMENT, "committed")):
        event = {"id": name, "at": NOON.isoformat(), "model": world.bench.model, "input": {"religion": PLANTED}}
        handed = submission_of(
            world.store, [event], forms=dict.fromkeys([world.bench.model], form).__getitem__, actor=PIPELINE
        )
        record_together(world.store, world.ledger, world.places.events, [handed], at=NOON)
    ids = pa.array([f"i-{n:05d}" for n in range(24)])
    religions = pa.array([PLANTED if n == 7 else "none" for n in range(24)])
    world.line.take(BatchKind.INFERENCES, inferences(24))
    world.line.take(BatchKind.ATTRIBUTES, pa.table({"id": ids, "religion": religions}))


def spelling(folder: Path, *values: str) -> list[str]:
    """The files in which one of these stands, whole or as Parquet keeps it."""
    return [
        path.name
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(value.encode() in path.read_bytes() for value in values)
    ]


def spelt_in_database(store: Store) -> list[str]:
    """The tables that hold the value, whichever kind of column it stands in."""
    found, held = [], MetaData()
    held.reflect(store.engine)
    with store.reading() as session:
        for table in held.sorted_tables:
            found += [table.name for row in session.execute(select(table)) if PLANTED in repr(tuple(row))]
    return found


def test_a_planted_attribute_stands_open_in_no_file_database_or_backup(place: Workplace, tmp_path: Path) -> None:
    world = a_world(place)

    hand_in_planted(world)
    (place.settings.data_dir / "handed.csv").unlink()  # the uploader's own
    backed_up(place, tmp_path / "backups", passphrase=PASSPHRASE)

    assert spelling(tmp_path / "var", PLANTED) == []
    assert spelling(tmp_path / "backups", PLANTED) == []
    assert spelt_in_database(place.store) == []
    assert world.line.all()["religion"].count(PLANTED) == 1  # and whoever computes reads it all the same
    with place.store.reading() as session:
        assert PLANTED in read_event(find_event(session, place.events, "masked")).input
        assert event_proof(session, place.events, "masked")
        assert [step.detail for step in verify_events(session, place.events) if not step.passed] == []
    assert check_backup(tmp_path / "backups").passed


def test_events_and_scenarios_from_before_are_sealed_by_the_daily_job(
    home: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a change of the sealing key that broke off cannot be finished."""

    def broken(*_: object) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(data_keeping, "finish_key_change", broken)
    world = a_world(home)
    hand_in_planted(world)
    sealed = [(files, digest) for files in (home.files, home.events) for digest in files.digests()
              if files.sealed.holds(digest)]  # fmt: skip
    for files, digest in sealed:  # as they lay in an installation from before
        with files.opened() as path:
            content = path(digest).read_bytes()
        files.sealed.destroy(digest)
        files.add([content])
    assert len(spelling(tmp_path / "home" / "events", PLANTED)) == 1
    pages_of(home.files).mkdir(parents=True)
    (pages_of(home.files) / "old.html").write_text(PLANTED)

    (tmp_path / "home" / "handed.csv").unlink()  # the uploader's own

    with pytest.raises(OSError, match="full"):  # the job is not done
        seal_what_lies_open(home, "", lambda: True)

    assert spelling(tmp_path / "home", PLANTED) == []
    with home.store.reading() as session:
        assert [row.action for row in entries(session).rows if row.action == Event.FILES_SEALED] == ["files.sealed"] * 2
        assert PLANTED in read_event(find_event(session, home.events, "masked")).input
        assert list(open_events(session, home.events)) == []


def test_the_same_value_in_a_file_that_declares_nothing_would_be_found(home: Workplace, tmp_path: Path) -> None:
    """What the test above looks for is there to be found."""
    home.files.add([PLANTED.encode()])

    assert len(spelling(tmp_path / "home", PLANTED)) == 1


def test_a_restored_backup_opens_with_the_keys_that_lie_apart(home: Workplace, tmp_path: Path) -> None:
    world = a_world(home)
    hand_in_planted(world)
    backed_up(home, tmp_path / "backups", passphrase=PASSPHRASE)

    with restored(tmp_path / "new", tmp_path / "backups", passphrase=PASSPHRASE) as again:
        there = replace(world, bench=replace(world.bench, store=again.store), places=Places.within(tmp_path / "new"))

        assert there.line.all()["religion"].count(PLANTED) == 1
        assert spelling(tmp_path / "new", PLANTED) == []


def test_a_restore_without_the_key_of_sealed_files_is_refused(home: Workplace, tmp_path: Path) -> None:
    hand_in_planted(a_world(home))
    backed_up(home, tmp_path / "backups")
    shutil.copytree(home.settings.data_dir / "keys", tmp_path / "new" / "keys")
    (tmp_path / "new" / "keys" / "sealing.key").unlink()

    with pytest.raises(Refused, match=r"sealing\.key is not in"):
        bring_back(a_settings(tmp_path / "new"), tmp_path / "backups", say=lambda _step: None)


@pytest.mark.parametrize("newer", [True, False], ids=["a newer backup beside it", "that backup alone"])
def test_an_older_backup_brings_no_erased_person_back(home: Workplace, tmp_path: Path, newer: bool) -> None:
    world = a_world(home)
    plant(world)
    old = backed_up(home, tmp_path / "backups").path
    digest = world.row(Evidence).table_digest
    erase(world)
    stands = home.files.stands_for(digest)
    if newer:
        backed_up(home, tmp_path / "backups", passphrase=PASSPHRASE)
    shutil.copytree(home.settings.data_dir / "erasures", tmp_path / "new" / "erasures")
    shutil.copytree(home.settings.data_dir / "keys", tmp_path / "new" / "keys")
    ours = [path.name for path in (tmp_path / "backups" / "files" / "evidence").rglob("*") if path.is_file()]

    with restored(tmp_path / "new", old) as again:
        assert ours
        assert again.files.redaction(digest) is not None
        assert not again.files.holds(digest)
        assert again.files.holds(stands) is newer
        with again.store.reading() as session:
            assert redaction_faults(session, Places.within(tmp_path / "new")) == ()
        assert spelling(tmp_path / "new" / "evidence", CUSTOMER) == []
    assert (old / DATABASE).is_file()
