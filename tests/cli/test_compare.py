"""`countersign compare` says by exit code whether a challenger is to take the champion's place."""

import json
from types import SimpleNamespace

import pytest

from app.cli.main import main

ANSWER = {
    "comparison": "CO0001", "status": "finished", "error": "",
    "reasons": [{"side": "for the challenger", "said": "ROC AUC: better", "clause": "comparison.margin"}],
    "result": {"differences": [{"metric": "roc_auc", "change": 0.02, "low": 0.01, "high": 0.03}]},
}  # fmt: skip
WORDS = ["compare", "M0001", "--champion", "1.0.0", "--challenger", "1.1.0", "--url", "http://127.0.0.1:1"]


def answering(monkeypatch: pytest.MonkeyPatch, **changed: object) -> list[dict[str, object]]:
    """A server of our own that answers as the API does."""
    asked: list[dict[str, object]] = []

    def send(method: str, _path: str, *, key: str = "", record: dict[str, object] | None = None) -> SimpleNamespace:
        if method == "POST":
            asked.append(record or {})
        return SimpleNamespace(json=lambda: {**ANSWER, **changed})

    monkeypatch.setenv("COUNTERSIGN_TOKEN", "countersign_test")
    monkeypatch.setattr("countersign_client.server.Server", lambda _url, _token: SimpleNamespace(send=send))
    return asked


@pytest.mark.parametrize(
    ("recommendation", "code"), [("promote", 0), ("keep", 1), ("not enough evidence", 3), (None, 2)]
)
def test_the_exit_code_says_what_is_recommended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], recommendation: str | None, code: int
) -> None:
    asked = answering(monkeypatch, recommendation=recommendation, status="finished" if recommendation else "failed")

    assert main(WORDS) == code
    said = capsys.readouterr().out
    assert ("+0.0100 to +0.0300" in said, "CO0001: " in said) == (True, True)
    assert asked[0]["challenger_environment"] == "shadow"


def test_files_of_predictions_are_compared_and_printed_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = answering(monkeypatch, recommendation="keep")

    assert main([*WORDS, "--evidence", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["exit"] == 1
    assert asked == [{"champion": "1.0.0", "challenger": "1.1.0", "source": "evidence"}]


def test_one_that_is_not_finished_in_time_or_has_no_server_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, recommendation=None, status="running")

    assert main([*WORDS, "--wait", "0"]) == 4
    monkeypatch.delenv("COUNTERSIGN_URL", raising=False)
    assert main(WORDS[:-2]) == 2
