"""The server as it is started is told to end while a request is under way: it answers that one and ends."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.composition import now, open_workplace
from app.launch import ROOT, server_command
from app.settings import load
from core.access.rules import TOKEN_SCOPES
from core.access.tokens import issue_token
from tests.builders import a_cast, a_version, free_port

BODY = b"label,prediction\n" + b"1,0\n0,0\n0,1\n1,1\n" * 70_000  # large enough to be on its way for a while
PATIENCE, GRACE = 60, 10  # seconds
PATH = "/api/models/M0001/versions/1.0.0/predictions?filename=p.csv&label=label&prediction=prediction&positive=1"


def until(holds: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.row("SIGTERM during a request")
def test_a_request_under_way_is_answered_after_sigterm_and_the_server_ends(
    installation: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    folder, port = tmp_path / "var", free_port()
    shutil.copytree(installation, folder)
    variables = {"COUNTERSIGN_DATA_DIR": str(folder), "COUNTERSIGN_PORT": str(port), "COUNTERSIGN_SERVER_WORKER": "no"}
    place, at = open_workplace(load(variables)), now()
    cast = a_cast(place.store)
    a_version(place.store, cast)
    scopes = TOKEN_SCOPES & cast.developer.permissions
    token = issue_token(
        place.store, place.ledger, name="ci", scopes=scopes, expires_at=at + timedelta(days=1), actor=cast.developer,
        at=at,
    ).secret  # fmt: skip
    place.store.close()
    incoming = folder / "incoming"

    command, log = server_command(load(variables)), (tmp_path / "log").open("w")
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, stdout=log, stderr=log) as server, log:
        until(lambda: _is_up(port), PATIENCE)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.putrequest("PUT", PATH)
        for name, value in {"Authorization": f"Bearer {token}", "Content-Length": str(len(BODY))}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(BODY[: len(BODY) // 2])
        until(lambda: incoming.exists() and any(incoming.iterdir()), PATIENCE)

        server.send_signal(signal.SIGTERM)
        told = time.monotonic()
        until(lambda: not _is_up(port), GRACE)  # it takes no further request
        connection.send(BODY[len(BODY) // 2 :])
        answer = connection.getresponse()
        answer.read()
        connection.close()
        ended = server.wait(GRACE)
        took = time.monotonic() - told

    assert answer.status == 200, (tmp_path / "log").read_text()
    assert ended in (0, -signal.SIGTERM)
    assert took < GRACE
    assert list(incoming.iterdir()) == []
    record_property("seen", f"answered {answer.status}, ended after {took:.1f} s")


def _is_up(port: int) -> bool:
    with socket.socket() as asked:
        asked.settimeout(1)
        return asked.connect_ex(("127.0.0.1", port)) == 0
