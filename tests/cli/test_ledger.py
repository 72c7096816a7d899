"""`countersign ledger verify` on the machine of an installation: everything from the stored bytes, by exit code."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import composition
from app.cli import main
from app.composition import Workplace
from app.settings import PREFIX
from core.access.rules import Role
from core.ledger.batches.service import record_events
from core.ledger.queries import latest_checkpoint
from tests.builders import NOON, a_person
from tests.event_batches.conftest import PIPELINE, events


@pytest.fixture
def place(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workplace]:
    yield from opened_at(installation, tmp_path, monkeypatch)


def opened_at(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workplace]:
    """The installation as the command opens it, under the settings of the moment."""
    shutil.copytree(installation, tmp_path / "var")
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", str(tmp_path / "var"))
    composition.workplace.cache_clear()
    yield composition.workplace()
    composition.workplace().store.close()
    composition.workplace.cache_clear()


def test_a_whole_ledger_exits_with_0_and_one_without_its_file_with_1(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = record_events(place.store, place.ledger, place.events, events(20), actor=PIPELINE, at=NOON)
    assert batch is not None
    with place.store.reading() as session:
        kept = latest_checkpoint(session)
    assert kept is not None
    (tmp_path / "kept").write_text(kept.note)

    assert main(["ledger", "verify", "--checkpoint", str(tmp_path / "kept")]) == 0
    assert "ok   14 files of events: 1 files with 20 events" in capsys.readouterr().out
    place.events.remove(batch.digest)
    assert main(["ledger", "verify"]) == 1
    assert "FAIL 15 removed files: B0001 is missing" in capsys.readouterr().out


def test_an_administrator_adds_a_place_sends_to_it_and_closes_it(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"{PREFIX}ANCHOR_FOLDERS", str(tmp_path / "auditor"))
    (tmp_path / "auditor").mkdir()
    for place in opened_at(installation, tmp_path, monkeypatch):
        chief, developer = a_person(place.store, Role.ADMINISTRATOR), a_person(place.store, Role.DEVELOPER)
        folder = str(tmp_path / "auditor")

        assert main(["ledger", "places"]) == 0
        assert main(["ledger", "add-place", "folder", folder, "--by", developer.id]) == 2
        assert main(["ledger", "add-place", "folder", str(tmp_path), "--by", chief.id]) == 2
        assert main(["ledger", "add-place", "folder", folder, "--every", "1", "--by", chief.id]) == 2
        said = capsys.readouterr()
        assert said.out == "No checkpoint leaves this installation by itself.\n"
        for line in ("administrator", "COUNTERSIGN_ANCHOR_FOLDERS", "5 minutes to a week"):
            assert line in said.err
        assert main(["ledger", "add-place", "folder", folder, "--by", chief.id]) == 0
        assert main(["ledger", "send", "AN0001", "--by", chief.id]) == 0
        assert [one.suffix for one in (tmp_path / "auditor").iterdir()] == [".txt"]
        assert main(["ledger", "close-place", "AN0001", "--by", chief.id]) == 0
        capsys.readouterr()
        assert main(["ledger", "places"]) == 0
        assert capsys.readouterr().out.endswith(": closed\n")
