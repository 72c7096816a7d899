"""The examples of the documentation do what the documentation says."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import main
from core.policy.service import default_policy_text
from tests.api.serving import Served
from tests.docs.pages import ROOT

API, PIPELINES = ROOT / "docs" / "api.md", ROOT / "docs" / "pipelines.md"
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CHECK = re.compile(r"^ +(countersign check [^\n]*(?:\n +--[^\n]*)*)", re.MULTILINE)


def python(page: Path) -> str:
    (example,) = PYTHON.findall(page.read_text(encoding="utf-8"))
    return str(example)


def checks() -> list[list[str]]:
    commands = CHECK.findall(PIPELINES.read_text(encoding="utf-8"))
    return [shlex.split(command.replace("\\\n", " ").replace("\n", " "))[1:] for command in commands]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that the examples name; what the model decides of women is left to `decide`."""
    (tmp_path / "policy.toml").write_text(default_policy_text())
    decide(tmp_path, lambda label, _sex: label)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def decide(folder: Path, decision: Callable[[int, str], int]) -> None:
    for name, rows in (("predictions.csv", 1200), ("training.csv", 900)):
        lines = ["case,label_value,score,race,sex,age"]
        for row in range(rows):
            label, race, sex = row // 4 % 2, "ab"[row % 2], "fm"[row // 2 % 2]
            lines.append(f"{name[0]}{row},{label},{decision(label, sex)},{race},{sex},{18 + row * 7 % 60}")
        (folder / name).write_text("\n".join(lines) + "\n")


def test_the_client_of_the_api_page_runs(
    served: Served, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COUNTERSIGN_URL", served.url)
    monkeypatch.setenv("COUNTERSIGN_TOKEN", served.world.token().secret)
    names: dict[str, object] = {}

    exec(python(API), names)

    outcome, *lines = capsys.readouterr().out.splitlines()
    assert outcome == "pass"
    assert "4.2 impact_ratio race 1.0 pass" in lines
    assert getattr(names["result"], "run", None) == "R0001"


def test_the_assertion_of_the_pipelines_page_holds_and_fails_with_the_policy(folder: Path) -> None:
    names: dict[str, object] = {}
    exec(python(PIPELINES), names)
    assertion = names["test_the_model_meets_policy"]
    assert callable(assertion)

    assertion()
    decide(folder, lambda label, sex: label if sex == "m" else 1)

    with pytest.raises(AssertionError, match=r"impact_ratio \(sex\)"):
        assertion()


def test_the_checks_of_the_pipelines_page_gate(folder: Path) -> None:
    commands = checks()

    passing = [main(command) for command in commands]
    decide(folder, lambda label, sex: label if sex == "m" else 1)
    failing = [main(command) for command in commands]

    assert len(commands) == 2
    assert (passing, failing) == ([0, 0], [1, 1])
