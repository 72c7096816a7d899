"""A stress test by API, on the command line and on its pages."""

import json
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.api import api
from app.cli.main import main
from app.worker import work_once
from core.ledger.service import Ledger
from core.reports.keys import SigningKeys
from core.store import Store
from core.validation.intake import hand_in
from tests.api import conftest as of_the_api
from tests.api.world import make_world
from tests.builders import NOON, Cast, a_version
from tests.pages import conftest as of_the_pages
from tests.pages.desk import Desk, button, words
from tests.stress.conftest import MAPPING, RICH, predictions

keys = of_the_api.keys  # fixtures, shared as they are
cast, desk, place = of_the_pages.cast, of_the_pages.desk, of_the_pages.place
BY_SURROGATE = 'name = "by a surrogate"\n[inputs]\nfrom = "evidence"\nrows = 200\n' + RICH


def test_a_pipeline_asks_and_reads_the_verdict(
    sqlite_store: Store,
    ledger: Ledger,
    keys: SigningKeys,
    tmp_path: Path,
) -> None:
    world = make_world(sqlite_store, ledger, keys, tmp_path)
    model, version = a_version(world.place.store, world.cast)
    at = world.place
    hand_in(at.store, at.ledger, at.files, model=model, version=version, source=predictions(tmp_path),
            filename="p.csv", mapping=MAPPING, declared={}, actor=world.cast.developer, at=NOON)  # fmt: skip
    client = world.client()

    refused = client.post(f"models/{model}/stress-tests", json={"version": version, "plan": "name = 1"})
    asked = client.post(f"models/{model}/stress-tests", json={"version": version, "plan": BY_SURROGATE})
    again = client.post(f"models/{model}/stress-tests", json={"version": version, "plan": BY_SURROGATE})
    while work_once(at):
        pass
    read = client.get(f"stress-tests/{asked.json()['test']}").json()

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "line" in refused.text
    assert (asked.status_code, asked.json()["status"]) == (HTTPStatus.CREATED, "queued")
    assert again.status_code == HTTPStatus.FORBIDDEN or again.status_code == HTTPStatus.CONFLICT
    assert (read["status"], read["verdict"]) == ("finished", "insufficient evidence")
    assert {one["metric"]: one["verdict"] for one in read["figures"]}["changed_share"] == "fail"
    assert client.get(f"models/{model}/stress-tests").json()["tests"] == [read["test"]]
    assert client.get("stress-tests/ST0099").status_code == HTTPStatus.NOT_FOUND
    api.dependency_overrides.clear()


def test_the_command_line_checks_a_plan_and_gates_on_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(BY_SURROGATE, encoding="utf-8")
    bad.write_text(BY_SURROGATE.replace("rows = 200", "rows = 0"), encoding="utf-8")
    monkeypatch.setenv("COUNTERSIGN_TOKEN", "countersign_test")
    answers = iter([{"test": "ST0001", "status": "queued"}, None])

    def found(verdict: str) -> SimpleNamespace:
        ended = {"test": "ST0001", "status": "finished", "verdict": verdict, "error": "", "figures": []}
        return SimpleNamespace(run_stress_test=lambda *_asked: ended, stress_test=lambda _test: next(answers))

    assert main(["stress", "check", str(good)]) == 0
    assert main(["stress", "check", str(bad)]) == 2
    assert "line 4" in capsys.readouterr().err
    for verdict, code in (("pass", 0), ("fail", 1), ("insufficient evidence", 3)):
        server = found(verdict)
        monkeypatch.setattr("countersign_client.server.Server", lambda _url, _token, server=server: server)
        line = ["stress", "run", str(good), "--model", "M0001", "--version", "1.0.0", "--url", "http://127.0.0.1:1"]
        assert main([*line, "--format", "json"]) == code
        assert json.loads(capsys.readouterr().out)["exit"] == code


def test_a_developer_asks_on_the_page_and_an_auditor_only_reads(
    cast: Cast,
    desk: Desk,
    tmp_path: Path,
) -> None:
    store, ledger = desk.place.store, desk.place.ledger
    model, version = a_version(store, cast)
    hand_in(store, ledger, desk.place.files, model=model, version=version, source=predictions(tmp_path),
            filename="p.csv", mapping=MAPPING, declared={}, actor=cast.developer, at=NOON)  # fmt: skip

    reading = desk.open(cast.auditor, "stress_tests", model=model)
    assert "this takes the role" in words(reading)
    assert "Run stress test" not in [one.label for one in reading.button]
    at = desk.open(cast.developer, "stress_tests", model=model)
    plan = next(one for one in at.text_area if one.label == "Plan, TOML")
    assert 'columns = ["income"]' in plan.value
    plan.set_value("name = 3").run()
    button(at, "Run stress test").click().run()
    assert "to put right" in words(at)
    plan = next(one for one in at.text_area if one.label == "Plan, TOML")
    plan.set_value(BY_SURROGATE).run()
    button(at, "Run by the clock").click().run()
    assert not at.exception
    assert "SS0001" in words(at)
    button(at, "Run stress test").click().run()
    while work_once(desk.place):
        pass
    shown = words(desk.open(cast.auditor, "stress_test", test="ST0001"))
    assert "Not enough evidence" in shown
    assert "everybody rich" in shown
