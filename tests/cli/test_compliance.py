"""`countersign compliance run` says by exit code whether the checks hold, on this machine and through a server."""

import json
from types import SimpleNamespace

import pytest

from app.cli.main import main
from app.settings import load
from core.access.rules import Role
from core.compliance.catalogue import catalogue
from core.errors import NotFound
from core.ledger.service import Ledger
from core.store import Store
from tests.builders import a_person

RESULT = {"check": "roles-apart", "outcome": "holds", "examined": 8, "deviations": 0, "said": ""}


def answering(monkeypatch: pytest.MonkeyPatch, holds: bool) -> list[list[str] | None]:
    """A server of our own that answers as the API does."""
    asked: list[list[str] | None] = []

    def run_compliance(checks: list[str] | None, _key: str) -> dict[str, object]:
        asked.append(checks)
        standing = [] if holds else [{"check": "roles-apart", "said": "P0009 holds auditor and owner"}]
        return {"holds": holds, "run": {"run": "CK0001", "results": [RESULT]}, "open": standing}

    monkeypatch.setenv("COUNTERSIGN_TOKEN", "countersign_test")
    server = SimpleNamespace(run_compliance=run_compliance)
    monkeypatch.setattr("countersign_client.server.Server", lambda _url, _token: server)
    return asked


def test_the_exit_code_says_whether_every_check_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = answering(monkeypatch, holds=True)
    assert main(["compliance", "run", "--url", "http://127.0.0.1:1"]) == 0
    assert "CK0001: every check holds." in capsys.readouterr().out

    answering(monkeypatch, holds=False)
    assert main(["compliance", "run", "roles-apart", "--url", "http://127.0.0.1:1", "--format", "json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["exit"], said["deviations"][0]["said"]) == (1, "P0009 holds auditor and owner")
    assert asked == [None]


def test_checks_run_on_this_machine_without_a_server(
    sqlite_store: Store, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a_person(sqlite_store, Role.OWNER)
    place = SimpleNamespace(store=sqlite_store, ledger=ledger, settings=load({}))
    monkeypatch.setattr("app.composition.workplace", lambda: place)
    monkeypatch.delenv("COUNTERSIGN_URL", raising=False)
    assert main(["compliance", "run", "roles-apart"]) == 0
    person = a_person(sqlite_store, Role.AUDITOR, Role.OWNER)

    assert main(["compliance", "run", "roles-apart", "messages-leave"]) == 1
    out = capsys.readouterr().out
    assert f"roles-apart: {person.id} holds auditor and owner" in out
    assert main(["compliance", "run", "no-such-check"]) == 2
    assert str(NotFound("compliance check", "no-such-check")) in capsys.readouterr().err


def test_the_catalogue_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compliance", "list"]) == 0

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(catalogue())
