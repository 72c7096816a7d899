"""`countersign incident` sends what the API takes, and says what is on record."""

import json
from types import SimpleNamespace

import pytest

from app.api.answers.incidents import IncidentWish, NoteWish
from app.cli.main import main

PLACE: dict[str, object] = {"incident": "IN0001", "ledger": {"index": 41, "receipt": "", "entry": ""}}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was sent, as the API reads it."""
    found: list[object] = []

    def declare(record: dict[str, object], _key: str) -> dict[str, object]:
        found.append(IncidentWish.model_validate_json(json.dumps(record)))
        return PLACE

    def note(incident: str, record: dict[str, object], _key: str) -> dict[str, object]:
        found.append((incident, NoteWish.model_validate_json(json.dumps(record))))
        return PLACE

    monkeypatch.setenv("COUNTERSIGN_TOKEN", "countersign_test")
    server = SimpleNamespace(declare_incident=declare, note_incident=note)
    monkeypatch.setattr("countersign_client.server.Server", lambda _url, _token: server)
    return found


def test_an_incident_is_declared_and_its_entry_said(sent: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["incident", "declare", "Refusals doubled", "--what", "Twice the usual share.", "--severity", "high",
         "--model", "M0001", "--version", "1.0.0", "--version", "1.1.0", "--aware-at", "2026-11-20T10:00Z"]
    )  # fmt: skip

    assert (code, capsys.readouterr().out) == (0, "IN0001: ledger entry 41\n")
    (wish,) = sent
    assert isinstance(wish, IncidentWish)
    assert (wish.versions, wish.aware_at and wish.aware_at.hour) == (["1.0.0", "1.1.0"], 10)


def test_a_note_is_written(sent: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["incident", "note", "IN0001", "The job was stopped.", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == {"incident": "IN0001", "entry": 41}
    assert sent == [("IN0001", NoteWish(text="The job was stopped.", happened_at=None))]


def test_a_version_without_its_model_is_misused(sent: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    said = ["incident", "declare", "x", "--what", "y", "--severity", "low", "--version", "1.0.0"]

    assert main(said) == 2
    assert "give --model too" in capsys.readouterr().err
    assert sent == []
