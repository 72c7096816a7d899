"""A workplace with an administrator, a real witness process, a real time stamp authority, and a real mail server."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from app.composition import Workplace
from app.delivery.guard import parse_hosts
from app.mail import MailServer
from app.settings import load
from core.access.rules import Actor, Role
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.reports.keys import SigningKeys, open_keys
from core.store import EvidenceFiles, Store
from tests.anchors.openssl_texts import CA, SIGNER
from tests.builders import NOON, a_person

ROOT = Path(__file__).resolve().parents[2]
LATER = NOON + timedelta(hours=1)
NEW = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"


@dataclass
class Desk:
    """An installation and its administrator."""

    place: Workplace
    administrator: Actor
    outside: Path

    @property
    def ledger(self) -> Ledger:
        return self.place.ledger

    @property
    def store(self) -> Store:
        return self.place.store

    def fill(self, count: int) -> None:
        """So many entries, a commit each."""
        for number in range(count):
            with self.store.transaction() as tx:
                entity = Entity("model", f"M{number:04d}")
                self.ledger.record(
                    tx, Event.MODEL_REGISTERED, entity=entity, actor=self.administrator, at=NOON, payload={"n": number}
                )


@pytest.fixture(scope="session")
def signing(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("signing"), origin="countersign.test/ledger", at=NOON)


@pytest.fixture
def desk(sqlite_store: Store, ledger: Ledger, signing: SigningKeys, tmp_path: Path) -> Desk:
    outside = tmp_path / "outside"
    outside.mkdir()
    settings = replace(
        load({}), data_dir=tmp_path, anchor_folders=(outside,), anchor_hosts=parse_hosts("localhost=internal")
    )
    files = EvidenceFiles(tmp_path / "evidence")
    place = Workplace(settings, sqlite_store, ledger, files, EvidenceFiles(tmp_path / "exports"), signing)
    return Desk(place, a_person(sqlite_store, Role.ADMINISTRATOR), outside)


@dataclass
class WitnessProcess:
    """`countersign witness serve`, running."""

    vkey: str
    address: str
    state: Path


@pytest.fixture
def witness(ledger: Ledger, tmp_path: Path) -> Iterator[WitnessProcess]:
    with witness_running(tmp_path / "witness", ledger.vkey) as found:
        yield found


class witness_running:  # noqa: N801  used like a function
    """Start a witness on a port of its own; end it afterwards."""

    def __init__(self, state: Path, *logs: str, port: str = "0") -> None:
        self._state, self._logs, self._port = state, logs, port

    def __enter__(self) -> WitnessProcess:
        command = [sys.executable, "-m", "app.cli", "witness", "serve", "--state", str(self._state)]
        command += ["--name", "witness.test/w1", "--listen", f"localhost:{self._port}"]
        for log in self._logs:
            command += ["--log", log]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ)
        )
        assert self._process.stdout is not None
        vkey = self._process.stdout.readline().strip()
        port = re.fullmatch(r"Listening on localhost:(\d+)\n", self._process.stdout.readline())
        assert port, "the witness does not listen"
        return WitnessProcess(vkey, f"http://localhost:{port[1]}", self._state)

    def __exit__(self, *_what: object) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@dataclass
class Authority:
    """`openssl ts -reply` behind HTTP, with the certificate that its tokens lead to."""

    address: str
    ca: Path
    asked: list[bytes]
    answer: bytes | None = None

    @property
    def roots(self) -> str:
        return self.ca.read_text()


@pytest.fixture(scope="session")
def stamper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority's keys, made by openssl."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "ca.cnf").write_text(CA)
    (folder / "tsa.cnf").write_text(SIGNER)
    for command in (
        f"req -x509 {NEW} -keyout ca.key -out ca.pem -days 3650 -config ca.cnf",
        f"req {NEW} -keyout tsa.key -out tsa.csr -config ca.cnf -subj /CN=Stamps",
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 3650 -extfile tsa.cnf"
        " -extensions tsa",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def authority(stamper: Path, tmp_path: Path) -> Iterator[Authority]:
    found = Authority("", stamper / "ca.pem", [])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            found.asked.append(query)
            answer = found.answer if found.answer is not None else reply(stamper, query, tmp_path)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    found.address = f"http://localhost:{server.server_address[1]}/stamp"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def reply(stamper: Path, query: bytes, folder: Path) -> bytes:
    """What `openssl ts -reply` answers."""
    (folder / "query.tsq").write_bytes(query)
    command = ["openssl", "ts", "-reply", "-config", str(stamper / "tsa.cnf"), "-section", "stamping"]
    command += ["-queryfile", str(folder / "query.tsq"), "-out", str(folder / "reply.tsr")]
    subprocess.run(command, cwd=stamper, check=True, capture_output=True)
    return (folder / "reply.tsr").read_bytes()


class Mailbox:
    """Keeps what it was handed."""

    def __init__(self) -> None:
        self.got: list[Message] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.got.append(message_from_bytes(content, policy=default))
        return "250 Taken"


@pytest.fixture
def mailbox(desk: Desk) -> Iterator[Mailbox]:
    """A mail server on loopback that the installation hands its mail to."""
    found = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    settings = replace(desk.place.settings, mail=MailServer("smtp", "127.0.0.1", port, "ledger@countersign.test"))
    desk.place = replace(desk.place, settings=settings)
    yield found
    controller.stop()
