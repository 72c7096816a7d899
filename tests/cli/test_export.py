"""`countersign export` asks, waits, writes the file under its digest, and says by exit code how it went."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.cli.main import main

CONTENT = b"%PDF-1.7 a report"
READY = {
    "export": "X0001", "template": "dossier", "template_version": "dossier 3", "format": "pdf", "status": "ready",
    "step": "", "complete": True, "filename": "X0001-M0001-1.0.0-dossier.pdf", "size": len(CONTENT),
    "digest": hashlib.sha256(CONTENT).hexdigest(), "error": "",
}  # fmt: skip


class Answers:
    """What the server answers, and what it was sent."""

    def __init__(self) -> None:
        self.export: dict[str, object] = dict(READY)
        self.etag = str(READY["digest"])
        self.sent: dict[str, object] = {}
        self.url = ""


@pytest.fixture
def server() -> Iterator[Answers]:
    answers = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answers.sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._json({"export": "X0001", "ledger": {"index": 1, "receipt": "", "entry": ""}})

        def do_GET(self) -> None:
            if not self.path.endswith("/file"):
                self._json(answers.export)
                return
            self.send_response(200)
            self.send_header("ETag", f'"{answers.etag}"')
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT)

        def _json(self, told: object) -> None:
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    answers.url = f"http://127.0.0.1:{listening.server_port}"
    yield answers
    listening.shutdown()
    listening.server_close()


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_TOKEN", "countersign_of_a_test")


def run(server: Answers, *words: str) -> int:
    return main(["export", "dossier", "--url", server.url, *words])


def test_the_file_is_written_and_its_digest_said(
    server: Answers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "d.pdf"

    code = run(server, "--model", "M0001", "--version", "1.0.0", "--as-of", "2026-09-30", "--out", str(out), "--json")

    assert (code, out.read_bytes()) == (0, CONTENT)
    assert json.loads(capsys.readouterr().out)["sha256"] == READY["digest"]
    assert server.sent == {
        "template": "dossier",
        "format": "pdf",
        "subject": {"kind": "version", "number": "M0001", "version": "1.0.0"},
        "as_of": "2026-09-30T00:00:00+00:00",
    }


def test_without_a_name_it_takes_the_servers_and_never_a_path_of_it(
    server: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server.export["filename"] = "../../elsewhere.pdf"

    assert run(server, "--model", "M0001", "--version", "1.0.0") == 0

    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere.pdf"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"complete": False}, 3),
        ({"status": "failed", "error": "The report could not be typeset."}, 1),
        ({"status": "cancelled"}, 1),
        ({"status": "running", "step": "Typesetting"}, 4),
    ],
)
def test_how_it_went_is_the_exit_code(server: Answers, tmp_path: Path, change: dict[str, object], code: int) -> None:
    server.export |= change

    assert run(server, "--model", "M0001", "--version", "1.0.0", "--wait", "0", "--out", str(tmp_path / "f")) == code

    assert (tmp_path / "f").exists() is (code == 3)


def test_a_file_with_another_digest_is_not_kept(
    server: Answers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.etag = "0" * 64

    assert run(server, "--model", "M0001", "--version", "1.0.0", "--out", str(tmp_path / "f")) == 4

    assert list(tmp_path.iterdir()) == []
    assert "the server says" in capsys.readouterr().err


def test_a_version_without_a_model_is_refused_before_anything_is_sent(server: Answers) -> None:
    assert run(server, "--version", "1.0.0") == 2
    assert server.sent == {}


def test_a_moment_that_does_not_read_is_said(server: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(server, "--as-of", "yesterday")

    assert "is no date or moment" in capsys.readouterr().err


def test_a_report_about_an_audit_is_asked_for_by_its_number(server: Answers, tmp_path: Path) -> None:
    asked = ["export", "audit", "--audit", "AU0001", "--out", str(tmp_path / "audit.pdf"), "--url", server.url]

    assert main(asked) == 0
    assert server.sent["subject"] == {"kind": "audit", "number": "AU0001", "version": ""}
    assert main([*asked, "--model", "M0001"]) == 2
