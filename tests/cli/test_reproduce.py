"""`countersign reproduce RUN` on the machine of the installation: what it says, and the exit code of each answer."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import main
from app.composition import Workplace, open_workplace
from app.settings import NAMES, PREFIX, load
from core.validation.rules import EvidenceKind
from tests.builders import NOON
from tests.validation.conftest import Bench
from tests.validation.reproducible import a_run, changed_file, changed_run

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    settings = load({f"{PREFIX}DATA_DIR": str(tmp_path_factory.mktemp("installation"))})
    opened = open_workplace(settings, installed_at=NOON)
    yield opened
    opened.store.close()


@pytest.fixture(scope="module")
def bench(place: Workplace) -> Bench:
    return a_run(place.store, place.ledger, place.settings.data_dir)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(PREFIX + name, raising=False)
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", "/nowhere")  # put back afterwards; the command sets it


def reproduced(bench: Bench, capsys: Captured, *words: str, run: str = "R0002") -> tuple[int, str, str]:
    """Exit code, what is printed, and what goes beside."""
    code = main(["reproduce", run, "--data-dir", str(bench.folder), *words])
    out, err = capsys.readouterr()
    return code, out, err


def table_of(bench: Bench, kind: EvidenceKind) -> str:
    return next(row.table_digest for row in reversed(bench.evidence()) if row.kind is kind)


def test_a_fresh_run_comes_out_to_the_byte_and_exits_with_0(bench: Bench, capsys: Captured) -> None:
    code, out, err = reproduced(bench, capsys)

    assert (code, out) == (0, f"R0002: the same result to the byte, sha256 {bench.run('R0002').result_digest}.\n")
    assert "Measuring drift" in err


@pytest.mark.parametrize("gone", [False, True], ids=["changed", "gone"])
def test_an_input_that_differs_is_named_and_exits_with_2(bench: Bench, capsys: Captured, gone: bool) -> None:
    digest = table_of(bench, EvidenceKind.TRAINING)

    with changed_file(bench, digest, gone=gone):
        code, out, _ = reproduced(bench, capsys)

    assert code == 2
    first, second = out.splitlines()
    assert first == "R0002 cannot be computed again. What differs from what it was computed from:"
    assert second.startswith(f"  training data E0004: expected {digest}, found ")
    assert second.endswith("nothing") is gone


def test_an_edited_figure_exits_with_1_and_is_named(bench: Bench, capsys: Captured) -> None:
    result = json.loads(bench.run("R0002").result)
    result["quality"]["rows"] = 61
    text = json.dumps(result)

    with changed_run(bench, result=text, result_digest=hashlib.sha256(text.encode()).hexdigest()):
        code, out, _ = reproduced(bench, capsys)

    assert code == 1
    assert out.splitlines() == [
        "R0002: 1 stored figure came out differently.",
        "  quality.rows: stored 61, computed 60",
    ]


def test_json_has_everything_and_both_conclusions(bench: Bench, capsys: Captured) -> None:
    with changed_file(bench, table_of(bench, EvidenceKind.SCENARIOS)):
        code, out, _ = reproduced(bench, capsys, "--format", "json")

    found = json.loads(out)
    assert code == 2
    assert (found["run"], found["same_figures"], found["same_bytes"]) == ("R0002", False, False)
    assert [one["what"] for one in found["wrong_inputs"]] == ["scenarios E0009"]
    assert found["stored_digest"] == bench.run("R0002").result_digest


def test_an_unknown_run_is_said_and_exits_with_2(bench: Bench, capsys: Captured) -> None:
    code, out, err = reproduced(bench, capsys, run="R0099")

    assert (code, out) == (2, "")
    assert "R0099" in err


def test_an_installation_that_is_not_there_is_not_made(tmp_path: Path, capsys: Captured) -> None:
    code = main(["reproduce", "R0001", "--data-dir", str(tmp_path / "absent")])

    assert code == 2
    assert capsys.readouterr().err == f"There is no installation in {tmp_path / 'absent'}\n"
    assert not (tmp_path / "absent").exists()


def test_a_store_that_cannot_be_read_is_said(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "evidence").mkdir()

    code = main(["reproduce", "R0001", "--data-dir", str(tmp_path)])

    assert code == 2
    assert capsys.readouterr().err.startswith("The store cannot be read: no such table")
