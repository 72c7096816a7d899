"""Two servers with pages, API and worker on one PostgreSQL and one data folder, begun at once on nothing.

A proxy would stand before them, so both answer to its name. The last test ends one of them in the midst of a request.
"""

import base64
import hashlib
import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import func, text
from sqlmodel import col, select
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from app.composition import Workplace, now, open_workplace
from app.launch import ROOT
from app.settings import load
from app.signin.cookies import USER_COOKIE
from app.signin.secrets import load_secrets
from core.access.people import add_grant, create_person
from core.access.rules import SYSTEM, TOKEN_SCOPES, Actor, Role
from core.access.sessions import open_session
from core.access.setup import redeem_link
from core.access.tokens import issue_token
from core.approval.service.noticing import NOTICE_JOB
from core.jobs.service import enqueue
from core.jobs.tables import Job, JobStatus, WorkerRole
from core.jobs.workers import workers
from core.ledger.anchors.holding import Hold, lift_hold, put_hold
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.policy.tables import PolicyVersion
from tests.api.world import a_dataset, a_version_wish
from tests.builders import Cast, a_cast, a_version, free_port
from tests.postgresql import Server

PATIENCE, GRACE = 90.0, 10.0  # seconds
DIRECTORY = "a token of the directory that is long enough".replace(" ", "-")
PASSWORD = "correct horse battery staple"
SLOTS = 24


@dataclass(frozen=True)
class Pair:
    """Both servers, and the installation opened from here."""

    place: Workplace
    cast: Cast
    ports: tuple[int, int]
    processes: tuple[int, int]
    public: str
    log: Path

    def at(self, server: int, **headers: str) -> httpx.Client:
        """A client of one of them, through what stands for the proxy."""
        url, host = f"http://127.0.0.1:{self.ports[server]}", urlsplit(self.public).netloc
        return httpx.Client(base_url=url, headers={"Host": host} | headers, timeout=PATIENCE, trust_env=False)

    def pipelines(self, actor: Actor | None = None) -> tuple[httpx.Client, httpx.Client]:
        """Clients of both with one new token of this person, or of the developer."""
        who, at = actor or self.cast.developer, now()
        issued = issue_token(
            self.place.store, self.place.ledger, name="ci", scopes=TOKEN_SCOPES & who.permissions,
            expires_at=at + timedelta(days=1), actor=who, at=at,
        )  # fmt: skip
        return self.at(0, Authorization=f"Bearer {issued.secret}"), self.at(1, Authorization=f"Bearer {issued.secret}")

    def browser(self, server: int, cookie: str) -> httpx.Client:
        return self.at(server, Cookie=f"{USER_COOKIE}={cookie}")

    def session(self, person: Actor) -> str:
        """The cookie of a new session."""
        at, name = now(), secrets.token_urlsafe(8)
        with self.place.store.transaction() as tx:
            open_session(
                tx, self.place.ledger, session_id=name, person=person.id, length=timedelta(hours=1), at=at
            )  # fmt: skip
        record = {"is_logged_in": True, "iss": self.place.settings.embedded_issuer, "sub": person.id, "sid": name}
        secret = load_secrets(self.place.settings.data_dir / "signin").cookie
        return create_signed_value(secret, USER_COOKIE, json.dumps(record | {"iat": at.timestamp()})).decode()


def until(holds: Callable[[], bool], seconds: float = PATIENCE, log: Path | None = None) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, log.read_text() if log else ""
        time.sleep(0.02)


@pytest.fixture(scope="module")
def pair(postgresql_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder, ports = tmp_path_factory.mktemp("pair"), (free_port(), free_port())
    variables = {
        "COUNTERSIGN_DATA_DIR": str(folder / "var"),
        "COUNTERSIGN_DATABASE_URL": postgresql_server.another("pair"),
        "COUNTERSIGN_PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
        "COUNTERSIGN_SCIM_TOKEN": DIRECTORY,
    }
    command, log = [sys.executable, "-m", "tests.faults.pair", *map(str, ports)], folder / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=os.environ | variables, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as parent,
    ):
        assert parent.stdout is not None
        first, second = map(int, parent.stdout.readline().split())
        for port in ports:
            until(lambda port=port: _is_ready(port), log=log)  # type: ignore[misc]
        place = open_workplace(load(variables))
        cast = a_cast(place.store)
        a_version(place.store, cast)
        yield Pair(place, cast, ports, (first, second), variables["COUNTERSIGN_PUBLIC_URL"], log)
        place.store.close()
        for process in (first, second):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def a_wish(pair: Pair, name: str) -> dict[str, object]:
    return {
        "model": {
            "name": name,
            "purpose": "Ranks applications.",
            "business_line": "Lending",
            "owner": pair.cast.owner.id,
            "exposure": "low",
            "purpose_class": "operational",
            "packs": ["gdpr"],
        },
        "version": a_version_wish(name, first=True),
        "datasets": [a_dataset(f"{name} training"), a_dataset(f"{name} test")],
    }


def test_two_that_start_at_once_on_nothing_make_one_key_one_schema_and_one_policy(pair: Pair) -> None:
    with pair.place.store.reading() as session:
        policies = session.exec(select(PolicyVersion.version)).all()
        origins = {one.partition("\n")[0] for one in session.execute(text("SELECT note FROM log_checkpoint")).scalars()}
        heard = [one.process for one in workers(session) if one.role is WorkerRole.SERVER]

    assert len(policies) == 1
    assert len(origins) == 1
    assert sorted(heard) == sorted(pair.processes)
    assert "Traceback" not in pair.log.read_text()


def test_who_is_taken_back_through_one_server_is_nobody_at_the_other_at_the_next_call(pair: Pair) -> None:
    directory = {"Authorization": f"Bearer {DIRECTORY}", "Content-Type": "application/scim+json"}
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ana@example.org"}
    with pair.at(0, **directory) as one, pair.at(1, **directory) as other:
        made = one.post("/scim/v2/Users", content=json.dumps(user))
        number = made.json()["id"]
        seen_at_the_other = other.get(f"/scim/v2/Users/{number}")
    assert (made.status_code, seen_at_the_other.status_code) == (201, 200)
    with pair.place.store.transaction() as tx:
        role = Role.DEVELOPER
        add_grant(tx, pair.place.ledger, person=number, role=role, reason="Needed here", actor=SYSTEM, at=now())
    ana = Actor(number, frozenset({role}))
    cookie, pipelines = pair.session(ana), pair.pipelines(ana)
    browsers = [pair.browser(0, cookie), pair.browser(1, cookie)]

    def answers() -> list[int]:
        return [one.get("/exports/coverage.csv").status_code for one in browsers] + [
            one.get("/api/models").status_code for one in pipelines
        ]

    before = answers()
    with pair.at(0, **directory) as one:
        gone = one.delete(f"/scim/v2/Users/{number}")
    after = answers()

    assert before == [200, 200, 200, 200]
    assert gone.status_code == 204
    assert after == [401, 401, 401, 401]


def test_a_sign_in_begun_at_one_server_ends_at_the_other_and_failures_at_both_lock_the_name(pair: Pair) -> None:
    place, person, administrator = pair.place, "ida", pair.cast.administrator
    made = create_person(place.store, place.ledger, username=person, name="Ida", actor=administrator, at=now())
    redeem_link(place.store, place.ledger, secret=made.link, password=PASSWORD, at=now())
    verifier, client = secrets.token_urlsafe(48), load_secrets(place.settings.data_dir / "signin").client
    sent = {
        "response_type": "code", "client_id": "countersign", "redirect_uri": f"{pair.public}/oauth2callback",
        "scope": "openid email profile", "state": "s", "nonce": secrets.token_urlsafe(16),
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }  # fmt: skip

    def signed_in(server: int, password: str) -> httpx.Response:
        """The form comes from the first server and goes to this one."""
        with pair.at(0) as first, pair.at(server) as one:
            page = first.get("/idp/authorize", params=sent | {"nonce": secrets.token_urlsafe(16)})
            found = re.search(r'name="ticket" value="([^"]+)"', page.text)
            assert found is not None, page.text
            return one.post("/idp/login", data={"ticket": found[1], "username": person, "password": password})

    entered = signed_in(1, PASSWORD)
    code = parse_qs(urlsplit(entered.headers["location"]).query)["code"][0]
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": f"{pair.public}/oauth2callback",
        "code_verifier": verifier, "client_id": "countersign", "client_secret": client,
    }  # fmt: skip
    with pair.at(0) as first, pair.at(1) as second:
        token, replayed = first.post("/idp/token", data=form), second.post("/idp/token", data=form)
    wrong = [signed_in(number % 2, "wrong horse").status_code for number in range(5)]
    locked = [signed_in(server, PASSWORD) for server in (0, 1)]

    assert (entered.status_code, token.status_code, replayed.status_code) == (303, 200, 400)
    assert wrong == [401] * 5
    assert [one.status_code for one in locked] == [429, 429]


def test_both_write_one_chain_a_key_has_one_effect_and_each_sees_the_other_at_once(pair: Pair) -> None:
    clients = pair.pipelines()

    def register(number: int) -> httpx.Response:
        name, server = f"Model of pair {number // 2}", number % 2  # each at both, at about the same moment
        headers = {"Idempotency-Key": f"pair-{number // 2}"}
        answer = clients[server].post("/api/models", json=a_wish(pair, name), headers=headers)
        listed = clients[1 - server].get("/api/models", params={"limit": 200}).json()["models"]
        assert name in {one["name"] for one in listed}
        return answer

    before = [one.get("/api/coverage").json()["total"] for one in clients]  # both keep what they computed from here on
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(register, range(12)))

    assert [one.status_code for one in answers] == [201] * 12
    assert all(answers[one].text == answers[one + 1].text for one in range(0, 12, 2))
    after = [one.get("/api/coverage").json()["total"] for one in clients]
    assert (before[0], after[0]) == (before[1], after[1])
    assert after[0] > before[0]
    with pair.place.store.reading() as session:
        assert verify_store(session, pair.place.ledger.vkey).passed
        sizes = session.exec(select(func.count(), func.max(LogEntry.idx)).select_from(LogEntry)).one()
    assert sizes[0] == sizes[1] + 1  # without a gap


def test_a_hold_on_the_ledger_holds_both_and_lets_both_go(pair: Pair) -> None:
    keys, clients = pair.place.ledger.keyring.folder, pair.pipelines()

    put_hold(keys, Hold("elsewhere", "", 9_999, 1, forked=False, found_at="2026-11-26T12:00:00Z"))
    held = [one.post("/api/models", json=a_wish(pair, "Held")).status_code for one in clients]
    lift_hold(keys)
    again = clients[0].post("/api/models", json=a_wish(pair, "Held"), headers={"Idempotency-Key": "held"})

    assert held == [503, 503]
    assert again.status_code == 201


def test_each_job_is_done_once_by_one_of_both_and_both_work(pair: Pair) -> None:
    store, at = pair.place.store, now()
    with store.transaction() as tx:
        for number in range(SLOTS):
            enqueue(tx, NOTICE_JOB, f"pair {number:02}", at=at)

    def finished() -> bool:
        with store.reading() as session:
            left = select(func.count()).select_from(Job).where(col(Job.finished_at).is_(None))
            return session.exec(left).one() == 0

    until(finished, log=pair.log)
    with store.reading() as session:
        jobs = session.exec(select(Job)).all()
    assert {(one.kind, one.slot, one.attempts) for one in jobs if one.attempts != 1} == set()
    assert {one.status for one in jobs} == {JobStatus.FINISHED}
    assert len({one.kind for one in jobs}) > 3  # what was due by the clock when both started, each slot once
    log = pair.log.read_text()
    assert "Traceback" not in log, log


BODY = b"label,prediction\n" + b"1,0\n0,0\n0,1\n1,1\n" * 70_000  # large enough to be on its way for a while
UPLOAD = "/api/models/M0001/versions/1.0.0/predictions?filename=p.csv&label=label&prediction=prediction&positive=1"


@pytest.mark.row("SIGTERM during a request")
def test_a_request_under_way_is_answered_after_sigterm_and_the_other_server_goes_on(
    pair: Pair, record_property: Callable[[str, object], None]
) -> None:
    incoming = pair.place.settings.data_dir / "incoming"
    begun = set(incoming.iterdir()) if incoming.exists() else set()
    pipeline, other = pair.pipelines()
    with pipeline, other:
        connection = http.client.HTTPConnection("127.0.0.1", pair.ports[0], timeout=PATIENCE)
        connection.putrequest("PUT", UPLOAD, skip_host=True)
        for name, value in {**pipeline.headers, "Content-Length": str(len(BODY))}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(BODY[: len(BODY) // 2])
        until(lambda: incoming.exists() and bool(set(incoming.iterdir()) - begun))

        os.kill(pair.processes[0], signal.SIGTERM)
        told = time.monotonic()
        until(lambda: not _listens(pair.ports[0]), GRACE)  # it takes no further request
        while_it_ends = other.get("/api/models").status_code
        connection.send(BODY[len(BODY) // 2 :])
        answer = connection.getresponse()
        answer.read()
        connection.close()
        until(lambda: not Path(f"/proc/{pair.processes[0]}/exe").exists(), GRACE)
        took = time.monotonic() - told

    assert answer.status == 200, pair.log.read_text()
    assert while_it_ends == 200
    assert took < GRACE
    assert set(incoming.iterdir()) == begun
    with pair.place.store.reading() as session:
        known = {one.process: one for one in workers(session)}
    assert known[pair.processes[0]].stopped_at is not None
    assert sum(one.done for one in known.values()) > 0  # which of them takes a job is chance
    record_property("seen", f"answered {answer.status}, ended after {took:.1f} s")


def _listens(port: int) -> bool:
    with socket.socket() as asked:
        asked.settimeout(1)
        return asked.connect_ex(("127.0.0.1", port)) == 0
