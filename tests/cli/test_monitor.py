"""`countersign monitor` says by exit code where a model stands, on this machine and through a server."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.cli.main import main
from core.ledger.service import Ledger
from core.monitoring.intake.rules import BatchKind
from core.store import Store
from tests.builders import NOON
from tests.monitoring_checks.conftest import make_watch
from tests.monitoring_checks.test_checking import ERRORS, labels, ready, rows


def test_data_are_checked_on_this_machine_and_a_chunk_is_computed_again(
    sqlite_store: Store,
    ledger: Ledger,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    watch = ready(make_watch(sqlite_store, ledger, tmp_path), ERRORS)
    watch.take(BatchKind.INFERENCES, rows(100))
    watch.take(BatchKind.LABELS, labels(100, wrong=6))
    place = SimpleNamespace(store=sqlite_store, ledger=ledger, files=watch.files)
    monkeypatch.setattr("app.composition.workplace", lambda: place)
    monkeypatch.delenv("COUNTERSIGN_URL", raising=False)

    assert main(["monitor", "run", watch.model]) == 1
    assert f"{watch.model} in production: breach." in capsys.readouterr().out
    assert main(["monitor", "run", watch.model, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["newest"][0]["value"] == 0.06
    assert main(["monitor", "again", "CH0001"]) == 0
    assert "CH0001, revision 1: the same." in capsys.readouterr().out
    assert main(["monitor", "run", "M0099"]) == 2
    assert main(["monitor", "again", "CH0099"]) == 2


def test_a_server_checks_and_the_command_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = {"model": "M0001", "environment": "production", "state": "calm", "error": "", "newest": []}
    looks = iter([None, None, NOON.isoformat()])
    asked: list[bool] = []
    server = SimpleNamespace(
        monitoring=lambda _model, _environment: {**state, "last_run_at": next(looks)},
        run_monitoring=lambda _model, _environment, unfinished, _key: asked.append(unfinished),
    )
    monkeypatch.setenv("COUNTERSIGN_TOKEN", "countersign_test")
    monkeypatch.setattr("countersign_client.server.Server", lambda _url, _token: server)
    monkeypatch.setattr("app.cli.monitor.EVERY", 0.0)

    assert main(["monitor", "run", "M0001", "--unfinished", "--url", "http://127.0.0.1:1"]) == 0
    assert "M0001 in production: calm." in capsys.readouterr().out
    assert asked == [True]
