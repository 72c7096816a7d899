"""`countersign policy`: a file is checked with line numbers, and two are compared, with exit codes for a build."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import main
from core.policy.service import default_policy_text

DEFAULT = default_policy_text()
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, str], str]:
    def write(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_bytes(text.encode())
        return str(path)

    return write


Written = Callable[[str, str], str]


def test_a_policy_exits_with_0_and_says_which_it_is(written: Written, capsys: Captured) -> None:
    assert main(["policy", "check", written("policy.toml", DEFAULT)]) == 0
    assert "Model governance 2026.1, 34 clauses, 20 checklist items" in capsys.readouterr().out


def test_what_is_wrong_is_named_with_its_line(written: Written, capsys: Captured) -> None:
    text = DEFAULT.replace("value = 0.60", 'value = "0.60"', 1).replace("critical = 5", "critical = -5")
    path = written("policy.toml", text)

    assert main(["policy", "check", path]) == 2

    said = capsys.readouterr().err
    for wrong in ('value = "0.60"', "critical = -5"):
        line = next(number for number, one in enumerate(text.split("\n"), 1) if one.startswith(wrong))
        assert f"{path}:{line}: " in said


def test_problems_are_given_as_json(written: Written, capsys: Captured) -> None:
    assert main(["policy", "check", written("policy.toml", "name = 5"), "--format", "json"]) == 2

    found = json.loads(capsys.readouterr().out)
    assert (found["policy"], found["exit"]) == (None, 2)
    assert found["problems"][0] == {
        "reason": "“name” is missing or empty", "line": 1, "column": None, "found": "", "expected": "text",
    }  # fmt: skip


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_exits_with_2(tmp_path: Path, capsys: Captured, content: bytes | None) -> None:
    path = tmp_path / "policy.toml"
    if content is not None:
        path.write_bytes(content)

    assert main(["policy", "check", str(path)]) == 2
    assert str(path) in capsys.readouterr().err


def test_two_policies_are_compared_by_clause(written: Written, capsys: Captured) -> None:
    other = written("next.toml", DEFAULT.replace("value = 0.60", "value = 0.65", 1))

    assert main(["policy", "diff", "default", other]) == 1
    assert capsys.readouterr().out == "changed: clause 3.1 Balanced accuracy: at least 0.60 → 0.65\n"
    assert main(["policy", "diff", "default", other, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["clause"] == "3.1"
    assert main(["policy", "diff", "default", other, "--text"]) == 1
    assert "+value = 0.65" in capsys.readouterr().out
    assert main(["policy", "diff", "default", "default"]) == 0
    assert main(["policy", "diff", "default", "default", "--text"]) == 0
    assert capsys.readouterr().out == ""


def test_an_unreadable_policy_is_not_compared(written: Written, capsys: Captured) -> None:
    assert main(["policy", "diff", "default", written("bad.toml", "x = ")]) == 2
    assert "bad.toml:1: " in capsys.readouterr().err
