"""The audit of dependencies fails when it audited nothing; no licence of what ships binds the whole."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tests import dependencies
from tests.dependencies import AuditFailed, asked, judged, known, licences, pinned, refused_licences

SHIPPED = pinned(dependencies.REQUIREMENTS.read_text(encoding="utf-8"))
TWO = {"httpx": "0.28.1", "alembic": "1.16.1"}


def answer(*rows: dict[str, object]) -> str:
    return json.dumps({"dependencies": list(rows), "fixes": []})


def row(name: str, *vulns: str) -> dict[str, object]:
    return {"name": name, "version": TWO[name], "vulns": [{"id": one, "fix_versions": []} for one in vulns]}


def advisory(folder: Path, name: str, **affected: object) -> None:
    part = {"package": {"ecosystem": "PyPI", "name": name}, **affected}
    (folder / f"{name}.json").write_text(json.dumps({"id": f"PYSEC-{name}", "affected": [part]}))


def test_everything_that_ships_is_pinned_by_hash() -> None:
    text = dependencies.REQUIREMENTS.read_text(encoding="utf-8")

    assert len(SHIPPED) > 100
    assert text.count("--hash=sha256:") >= len(SHIPPED)


def test_a_weakness_is_named() -> None:
    found = judged(answer(row("httpx", "PYSEC-1"), row("alembic")), TWO)

    assert [str(one) for one in found] == ["httpx 0.28.1: PYSEC-1"]


@pytest.mark.parametrize(
    "said",
    [
        answer(),
        answer(row("httpx")),
        answer(row("httpx"), {"name": "alembic", "skip_reason": "not found"}),
        answer(row("httpx"), {"name": "alembic", "version": "9.9.9", "vulns": []}),
        "{}",
    ],
    ids=["nothing", "one of two", "one skipped", "another version", "no list"],
)
def test_an_audit_that_left_something_out_fails(said: str) -> None:
    with pytest.raises(AuditFailed):
        judged(said, TWO)


def test_an_audit_of_an_empty_file_fails() -> None:
    with pytest.raises(AuditFailed, match="pins nothing"):
        pinned("# nothing\n")


class Service(BaseHTTPRequestHandler):
    """An OSV service that knows one weakness."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = wanted["package"]["name"]
        self.asked.append(name)
        vulns = [{"id": "PYSEC-1", "summary": "One.", "affected": []}] if name == "httpx" else []
        body = json.dumps({"vulns": vulns} if vulns else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Quiet."""


@pytest.fixture
def two_pinned(tmp_path: Path) -> Path:
    """The lines of two packages as they stand in the file that ships."""
    text = dependencies.REQUIREMENTS.read_text(encoding="utf-8")
    lines = re.findall(r"^(?:httpx|alembic)==[^\n\\]*(?:\\\n[^\n\\]*)*", text, re.MULTILINE)
    assert len(lines) == 2
    (tmp_path / "two.txt").write_text("\n".join(lines) + "\n")
    return tmp_path / "two.txt"


def test_pip_audit_is_asked_about_what_ships_and_its_answer_is_read(two_pinned: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        said = asked(two_pinned, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
        thread.join()

    assert sorted(Service.asked) == ["alembic", "httpx"]
    found = judged(said, {name: SHIPPED[name] for name in TWO})
    assert [(one.package, one.advisory) for one in found] == [("httpx", "PYSEC-1")]


def test_an_audit_that_cannot_ask_says_so_and_fails(two_pinned: Path) -> None:
    with pytest.raises(AuditFailed, match="nothing was audited"):
        asked(two_pinned, "http://127.0.0.1:9/")  # nobody answers there


def test_advisories_in_a_folder_are_held_against_what_ships(tmp_path: Path) -> None:
    advisory(tmp_path, "httpx", versions=["0.28.1"])
    advisory(tmp_path, "Alembic", ranges=[{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.16.1"}]}])

    assert [str(one) for one in known(tmp_path, TWO)] == ["httpx 0.28.1: PYSEC-httpx"]
    advisory(tmp_path, "Alembic", ranges=[{"type": "ECOSYSTEM", "events": [{"introduced": "1.2"}]}])
    assert len(known(tmp_path, TWO)) == 2


def test_an_empty_folder_of_advisories_is_no_audit(tmp_path: Path) -> None:
    with pytest.raises(AuditFailed, match="nothing was audited"):
        known(tmp_path, TWO)


def test_nothing_that_ships_binds_the_whole_by_its_licence() -> None:
    found = list(licences(SHIPPED))

    assert len(found) > 100
    assert refused_licences(found) == []


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("GPL-3.0-only", True), ("AGPL-3.0-or-later", True), ("GNU General Public License v3 (GPLv3)", True),
        ("", True),         ("GNU Affero General Public License v3", True), ("MIT AND GPL-2.0-only", True),
        ("LGPL-3.0-only", False), ("GNU Lesser General Public License v2 or later (LGPLv2+)", False),
        ("MIT OR GPL-2.0-only", False), ("Apache-2.0", False),
    ],
)  # fmt: skip
def test_which_licences_bind(licence: str, refused: bool) -> None:
    assert bool(refused_licences([("one", licence)])) is refused
