"""`countersign production submit` against a real server: rows and points, once each, refused by line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import countersign_client.server
from app.cli import main
from tests.api.serving import Served, make_template, serving

CSV = "id,at,prediction,income\na,2026-11-20T10:00:00Z,1,1000\nb,2026-11-20T11:00:00Z,0,2000\n"
INFERENCES = ["--model", "M0001", "--kind", "inferences", "--version", "1.0.0"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    template = make_template(tmp_path_factory.mktemp("template"))
    with serving(template, tmp_path_factory.mktemp("served") / "data") as found:
        yield found


@pytest.fixture(autouse=True)
def _towards(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(countersign_client.server, "FIRST_PAUSE", 0.01)
    monkeypatch.setenv("COUNTERSIGN_URL", served.url)
    monkeypatch.setenv("COUNTERSIGN_TOKEN", served.world.token().secret)


def submit(file: Path, *words: str) -> int:
    return main(["production", "submit", str(file), *words])


def test_a_file_goes_in_once_and_its_labels_after_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "day.csv").write_text(CSV)
    (tmp_path / "more.csv").write_text(CSV + "c,2026-11-20T09:00:00Z,0,50\n")
    (tmp_path / "labels.jsonl").write_text('{"id": "a", "label": 1}\n{"id": "z", "label": 0}\n')

    assert submit(tmp_path / "day.csv", *INFERENCES) == 0
    assert submit(tmp_path / "day.csv", *INFERENCES) == 0
    first, again = capsys.readouterr().out.splitlines()
    assert submit(tmp_path / "more.csv", *INFERENCES) == 0
    assert submit(tmp_path / "labels.jsonl", "--model", "M0001", "--kind", "labels") == 0
    more, outcomes = capsys.readouterr().out.splitlines()

    assert first == again
    assert first.startswith("2 rows of inferences on record in PB0001. Ledger entry")
    assert "1 rows of inferences on record in PB0002; 2 were on record before; 1 are out of order." in more
    assert "1 wait for their inference" in outcomes


def test_points_go_in_as_openmetrics(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.txt").write_text("# TYPE psi gauge\npsi 0.3\n# EOF\n")

    assert submit(tmp_path / "m.txt", "--model", "M0001", "--kind", "metrics", "--format", "json") == 0

    assert json.loads(capsys.readouterr().out)["points"] == 1


def test_what_is_refused_is_said_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.csv").write_text(CSV.replace("11:00:00Z", "late"))

    assert submit(tmp_path / "bad.csv", *INFERENCES) == 2
    assert "line 3, column “at”" in capsys.readouterr().err
    assert submit(tmp_path / "none.csv", *INFERENCES) == 2
    assert submit(tmp_path / "bad.csv", *INFERENCES, "--url", "http://127.0.0.1:9") == 4
