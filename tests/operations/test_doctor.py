"""`countersign doctor`: what is wrong with an installation is named with the way out, by exit code and line."""

import json
from pathlib import Path

import pytest

from app.cli import main
from app.composition import Workplace
from app.settings import PREFIX
from core.inventory.rules import Stage
from tests.builders import a_cast, a_policy, a_version


def doctor(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["doctor", "--offline", *words])
    told = capsys.readouterr()
    return code, told.out + told.err


@pytest.fixture
def at_home(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """The installation that the command finds by its settings."""
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", str(place.settings.data_dir))
    return place


def test_a_new_installation_has_warnings_and_no_fault(at_home: Workplace, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = doctor(capsys)

    assert code == 3, said
    assert "FAIL" not in said
    for word in ("ok   database", "ok   secrecy", "WARN worker", "WARN people", "WARN anchors", "ok   entries"):
        assert word in said


def test_each_fault_is_found_and_named(at_home: Workplace, capsys: pytest.CaptureFixture[str]) -> None:
    a_policy(at_home.store)
    a_version(at_home.store, a_cast(at_home.store), stage=Stage.IN_VALIDATION)  # its evidence is a row without a file
    (at_home.settings.data_dir / "keys").chmod(0o755)

    code, said = doctor(capsys, "--json")

    found = {one["about"]: one for one in json.loads(said)}
    assert code == 1
    assert found["evidence"]["standing"] == "failed"
    assert "1 of 1 files are missing: E0001" in found["evidence"]["seen"]
    assert found["secrecy"]["standing"] == "failed"
    assert found["secrecy"]["way_out"] == "chmod -R go= DATA_DIR"


def test_a_mail_server_and_a_provider_that_do_not_answer_are_named(
    at_home: Workplace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "MAIL_SERVER": "smtp://127.0.0.1:9", "MAIL_FROM": "a@example.org", "OIDC_ISSUER": "http://127.0.0.1:9",
        "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "y",
    }.items():  # fmt: skip
        monkeypatch.setenv(PREFIX + name, value)

    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "FAIL mail: 127.0.0.1 port 9: ConnectionRefusedError" in said
    assert "FAIL sign-in: http://127.0.0.1:9/.well-known/openid-configuration answers ConnectError" in said


def test_where_nothing_is_installed_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", str(tmp_path / "elsewhere"))

    code, said = doctor(capsys)

    assert (code, "There is no installation in" in said) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_every_wrong_setting_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "PORT": "70000", "SESSION_HOURS": "ever", "OIDC_ISSUER": "https://id.example.org", "LOG_FORMAT": "xml",
        "MAIL_SERVER": "smtp://mail.example.org", "METRICS_TOKEN": "short",
    }.items():  # fmt: skip
        monkeypatch.setenv(PREFIX + name, value)

    code, said = doctor(capsys)

    assert code == 2
    for name in ("PORT", "SESSION_HOURS", "OIDC_CLIENT_ID", "LOG_FORMAT", "MAIL_FROM", "METRICS_TOKEN"):
        assert f"COUNTERSIGN_{name} must be" in said
    assert len(said.splitlines()) == 6
