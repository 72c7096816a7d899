"""`countersign ledger verify` on the machine of an installation: everything from the stored bytes, by exit code."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import composition
from app.cli import main
from app.composition import Workplace
from app.settings import PREFIX
from core.ledger.batches.service import record_events
from core.ledger.queries import latest_checkpoint
from tests.builders import NOON
from tests.event_batches.conftest import PIPELINE, events


@pytest.fixture
def place(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workplace]:
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
