"""`countersign import` says what would happen by exit code and by line, and imports; `sync` needs an allowed server."""

import json
from pathlib import Path

import pytest

from app.cli.main import main
from tests.importing.conftest import as_csv, rows_of


class Answers:
    """A server of our own that answers as the API does."""

    def __init__(self, plan: dict[str, object]) -> None:
        self.plan, self.asked = plan, list[tuple[str, list[tuple[str, str]]]]()

    def look_at_import(self, file: Path, query: list[tuple[str, str]]) -> dict[str, object]:
        self.asked.append((file.name, query))
        return self.plan

    def import_models(self, file: Path, query: list[tuple[str, str]], _key: str) -> dict[str, object]:
        self.asked.append((file.name, query))
        counts = {"models": 1, "versions": 2, "datasets": 3, "changed": 0, "same": 0}
        return {"import_number": "I0001", **counts, "ledger": {"index": 7}}


PLAN = {"models": 1, "versions": 1, "datasets": 2, "changed": 0, "same": 0, "refused": 0, "plan": "ab", "problems": [],
        "unknown": []}  # fmt: skip
PROBLEM = {"line": 3, "column": "Exposure", "reason": "not one of the choices", "found": "?", "expected": "low"}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUNTERSIGN_TOKEN", "countersign_test")
    path = tmp_path / "models.csv"
    path.write_bytes(as_csv(rows_of({})))
    return path


def answering(monkeypatch: pytest.MonkeyPatch, plan: dict[str, object]) -> Answers:
    answers = Answers(plan)
    monkeypatch.setattr("countersign_client.server.Server", lambda _url, _token: answers)
    return answers


def test_a_dry_run_says_what_would_happen(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = answering(monkeypatch, PLAN)

    code = main(["import", str(file), "--dry-run", "--column", "name=Modell", "--fixed", "exposure=low"])

    assert code == 0
    assert "New: 1 models, 1 versions, 2 datasets; changed 0" in capsys.readouterr().out
    assert answers.asked == [
        ("models.csv", [("filename", "models.csv"), ("column", "name=Modell"), ("fixed", "exposure=low")])
    ]


def test_a_dry_run_with_problems_ends_with_2_and_names_the_place(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, PLAN | {"refused": 1, "problems": [PROBLEM]})

    assert main(["import", str(file), "--dry-run"]) == 2
    assert "line 3, column “Exposure”: not one of the choices, found ?" in capsys.readouterr().out


def test_an_import_says_its_number(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, PLAN)

    assert main(["import", str(file), "--format", "json", "--expected", "a" * 64]) == 0
    assert json.loads(capsys.readouterr().out)["import_number"] == "I0001"


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(tmp_path / "none.csv")]) == 2
    assert "There is no file" in capsys.readouterr().err
