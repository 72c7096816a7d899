"""100 people browse and 50 pipelines post at once, against servers of the example workspace; then the ledger verifies.

`python -m benchmarks.load [--people 100] [--pipelines 50] [--servers 2] [--seconds 120] [--no-peer]`, after a minute to
warm up. People are sessions of Streamlit's own protocol, each with its cookie, that open one page after another and
think 5 s between two; a page has arrived when the script has finished. Pipelines report metric points and read models,
every 5 s each. Servers and a worker run as docs/deployment.md says, on one SQLite database; everybody keeps to one
server, as the proxy there would have it. The peer is an MLflow server with as many processes: the same number of
clients read and write there what comes closest. One machine runs servers and clients, so the clients' share of the
processor is part of what people wait for.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets.asyncio.client import ClientConnection, connect

from app.composition import Workplace, now, open_workplace
from app.example.accounts import accounts
from app.example.workspace import HISTORY, prepare
from app.launch import ROOT, server_command
from app.settings import PREFIX, Settings, load
from app.signin.cookies import USER_COOKIE
from app.signin.secrets import load_secrets
from core.access.rules import Permission
from core.access.sessions import open_session
from core.access.tokens import issue_token
from core.ledger.quick import verify_entries
from core.ledger.verify import verify_store
from tests.builders import free_port

THINK = 5.0  # seconds between two pages or two calls, on average
SIGNED_IN, PARTS = 20, 5  # pages that somebody signed in is offered, and the least that any page of ours draws
WARMING = 60.0  # seconds in which the same people and pipelines are there and nothing is counted, errors apart
PATIENCE = 60.0  # seconds after which an answer counts as an error
READERS = ("owner", "developer", "validator", "approver", "approver2", "auditor")
PAGES = (
    "", "cycle", "inventory", "model?model=M0001", "model?model=M0002", "findings", "approvals", "monitoring",
    "incidents", "ledger", "coverage", "compliance", "policies", "exports", "audits", "reviews", "search?q=credit",
)  # fmt: skip
SCOPES = frozenset({Permission.RECORD_READ, Permission.PRODUCTION_REPORT})


@dataclass
class Seen:
    """How long each kind of answer took, in milliseconds, and what went wrong."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    since: float = 0.0  # what began before this moment of the monotonic clock warms up and is not counted

    @contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        begin, counted = time.perf_counter(), time.monotonic() >= self.since
        try:
            yield
        except Exception as error:  # noqa: BLE001  every failure of a client is counted, whatever it is
            self.errors.append(f"{kind}: {type(error).__name__} {error}"[:120])
        else:
            if counted:
                self.took[kind].append((time.perf_counter() - begin) * 1e3)

    def row(self, kind: str) -> str:
        times = self.took[kind]
        cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else [0.0] * 99
        return f"{len(times):,} | {cuts[49]:.0f} ms | {cuts[94]:.0f} ms | {cuts[98]:.0f} ms"


async def person(settings: Settings, address: str, cookie: str, seen: Seen, until: float, seed: int) -> None:
    """Open the application, then page after page."""
    draw = random.Random(seed)
    await asyncio.sleep(draw.uniform(0, THINK))
    origin = settings.public_url
    async with httpx.AsyncClient(
        base_url=address, headers={"Origin": origin, "Host": urlsplit(origin).netloc}, timeout=PATIENCE, trust_env=False
    ) as client:
        answer = await client.get("/_stcore/health")
        xsrf = answer.cookies.get("_streamlit_xsrf", "")
    headers = {"Cookie": f"{USER_COOKIE}={cookie}; _streamlit_xsrf={xsrf}"}
    where = address.replace("http", "ws", 1) + "/_stcore/stream"
    try:
        async with connect(
            where, origin=origin, additional_headers=headers, subprotocols=["streamlit", xsrf],  # type: ignore[arg-type, list-item]
            max_size=None, compression=None,
        ) as line:  # fmt: skip
            while time.monotonic() < until:
                with seen.timed("page"):
                    await asyncio.wait_for(_page(line, draw.choice(PAGES)), PATIENCE)
                await asyncio.sleep(draw.expovariate(1 / THINK))
    except Exception as error:  # noqa: BLE001  as above
        seen.errors.append(f"socket: {type(error).__name__} {error}"[:120])


async def _page(line: ClientConnection, address: str) -> None:
    """Ask for a page and take in everything until its script has finished."""
    name, _, query = address.partition("?")
    ask = BackMsg()
    ask.rerun_script.page_name, ask.rerun_script.query_string = name, query
    await line.send(ask.SerializeToString())
    pages = drawn = 0
    while True:
        message = ForwardMsg.FromString(bytes(await line.recv()))
        match message.WhichOneof("type"):
            case "navigation":
                pages = len(message.navigation.app_pages)
            case "delta":
                drawn += 1
            case "script_finished":
                break
    if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY or pages < SIGNED_IN or drawn < PARTS:
        raise RuntimeError(f"“{address}” ended with {message.script_finished}, {pages} pages and {drawn} parts")


async def caller(
    seen: Seen, until: float, seed: int, acts: Sequence[tuple[str, Callable[[], Awaitable[None]]]]
) -> None:
    """One client that does its acts in turn, and thinks in between."""
    draw = random.Random(seed)
    await asyncio.sleep(draw.uniform(0, THINK))
    for kind, act in itertools.cycle(acts):
        if time.monotonic() >= until:
            return
        with seen.timed(kind):
            await act()
        await asyncio.sleep(draw.expovariate(1 / THINK))


def _pipeline(client: httpx.AsyncClient, token: str, number: int) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
    headers, counter = {"Authorization": f"Bearer {token}"}, itertools.count()

    async def report() -> None:
        at = datetime.now(UTC) - timedelta(seconds=1)
        points = [{"name": f"load_{number}", "value": next(counter), "at": at.isoformat()}]
        key = {"Idempotency-Key": f"{number}-{time.time_ns()}"}
        answer = await client.post("models/M0001/production/metrics", json={"points": points}, headers=headers | key)
        answer.raise_for_status()

    async def read() -> None:
        (await client.get("models/M0001", headers=headers)).raise_for_status()

    async def search() -> None:
        (await client.get("models", params={"limit": 25}, headers=headers)).raise_for_status()

    return [("report a metric", report), ("read a model", read), ("report a metric", report), ("list models", search)]


def _mlflow(client: httpx.AsyncClient, run: str, number: int) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
    steps = itertools.count()

    async def report() -> None:
        body = {"run_id": run, "key": f"load_{number}", "value": 1.0, "timestamp": time.time_ns() // 10**6}
        (await client.post("runs/log-metric", json=body | {"step": next(steps)})).raise_for_status()

    async def read() -> None:
        (await client.get("registered-models/get", params={"name": "model-0"})).raise_for_status()

    async def search() -> None:
        (await client.get("registered-models/search", params={"max_results": 25})).raise_for_status()

    return [("report a metric", report), ("read a model", read), ("report a metric", report), ("list models", search)]


@dataclass(frozen=True)
class Served:
    """The example workspace, the addresses at which it is served, and the processes behind them, a worker last."""

    place: Workplace
    addresses: tuple[str, ...]
    processes: tuple[psutil.Process, ...]

    def mebibytes(self) -> int:
        """What all processes hold in memory."""
        return sum(process.memory_info().rss for process in self.processes) >> 20

    def seconds(self) -> float:
        """Processor time that all of them have used."""
        return sum(sum(process.cpu_times()[:2]) for process in self.processes)


@contextmanager
def served(folder: Path, servers: int) -> Iterator[Served]:
    """The example workspace in a folder of its own, with so many servers and a worker."""
    ports = [free_port() for _ in range(servers)]
    environ = {
        f"{PREFIX}DATA_DIR": str(folder / "var"), f"{PREFIX}PUBLIC_URL": f"http://127.0.0.1:{ports[0]}",
        f"{PREFIX}SERVER_WORKER": "no",
    }  # fmt: skip
    settings = [load(environ | {f"{PREFIX}PORT": str(port)}) for port in ports]
    place = open_workplace(settings[0], installed_at=now() - HISTORY)
    prepare(place, at=now())
    commands = [*(server_command(one) for one in settings), [sys.executable, "-m", "app.cli", "worker"]]
    with (folder / "servers.log").open("wb") as log, ExitStack() as ending:
        ending.callback(place.store.close)
        processes = []
        for command in commands:
            process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environ, stdout=log, stderr=log)
            ending.callback(process.wait, 30)
            ending.callback(process.terminate)
            processes.append(psutil.Process(process.pid))
        addresses = tuple(f"http://127.0.0.1:{port}" for port in ports)
        for address in addresses:
            _wait(f"{address}/health/ready")
        yield Served(place, addresses, tuple(processes))


@contextmanager
def mlflow(folder: Path, processes: int) -> Iterator[str]:
    """An MLflow server with so many processes over SQLite."""
    port = free_port()
    command = [
        sys.executable, "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
        "--default-artifact-root", str(folder / "artifacts"), "--workers", str(processes),
        "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    environ = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    log = (folder / "mlflow.log").open("wb")
    process = subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/api/2.0/mlflow/"
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


def _wait(url: str) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"{url} does not answer")


def cookies(place: Workplace, people: int) -> list[str]:
    """A session for each, shared out among the example accounts."""
    secret = load_secrets(place.settings.data_dir / "signin").cookie
    known, made = accounts(place, at=now()), []
    for number in range(people):
        account = known[READERS[number % len(READERS)]]
        with place.store.transaction() as tx:
            length = place.settings.session_length
            session = f"load {number} {os.urandom(8).hex()}"
            open_session(tx, place.ledger, session_id=session, person=account.number, length=length, at=now())
        record = {
            "is_logged_in": True, "iss": place.settings.embedded_issuer, "sub": account.number, "sid": session,
            "iat": now().timestamp(), "origin": place.settings.public_url,
        }  # fmt: skip
        made.append(create_signed_value(secret, USER_COOKIE, json.dumps(record)).decode())
    return made


@dataclass
class Used:
    """What the servers held and used while it was counted."""

    mebibytes: list[int] = field(default_factory=list)
    seconds: float = 0.0


async def ours(what: Served, people: int, pipelines: int, seconds: float) -> tuple[Seen, Used]:
    """Everything at once for so long; what was seen, and what it took."""
    place = what.place
    developer = accounts(place, at=now())["developer"].actor
    tokens = [
        issue_token(
            place.store, place.ledger, name=f"load {one}", scopes=SCOPES, expires_at=now() + timedelta(days=1),
            actor=developer, at=now(),
        ).secret
        for one in range(pipelines)
    ]  # fmt: skip
    start = time.monotonic() + WARMING
    seen, until, used = Seen(since=start), start + seconds, Used()

    async def watch() -> None:
        await asyncio.sleep(WARMING)
        before = what.seconds()
        while time.monotonic() < until:
            used.mebibytes.append(what.mebibytes())
            await asyncio.sleep(seconds / 20)
        used.seconds = what.seconds() - before

    async with AsyncExitStack() as clients:
        lines = [
            await clients.enter_async_context(
                httpx.AsyncClient(
                    base_url=f"{address}/api/", headers={"Host": urlsplit(place.settings.public_url).netloc},
                    timeout=PATIENCE, limits=httpx.Limits(max_connections=None),
                    trust_env=False,
                )
            )
            for address in what.addresses
        ]  # fmt: skip
        browsing = [
            person(place.settings, address, cookie, seen, until, number)
            for number, (cookie, address) in enumerate(
                zip(cookies(place, people), itertools.cycle(what.addresses), strict=False)
            )
        ]
        posting = [
            caller(seen, until, 10_000 + number, _pipeline(client, token, number))
            for number, (token, client) in enumerate(zip(tokens, itertools.cycle(lines), strict=False))
        ]
        await asyncio.gather(watch(), *browsing, *posting)
    return seen, used


async def theirs(url: str, clients: int, seconds: float) -> Seen:
    """The same calls by as many clients on MLflow."""
    seen, limits = Seen(), httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=limits, trust_env=False) as client:
        for number in range(30):
            (await client.post("registered-models/create", json={"name": f"model-{number}"})).raise_for_status()
        made = await client.post("runs/create", json={"experiment_id": "0"})
        run = made.json()["run"]["info"]["run_id"]
        seen.since = time.monotonic() + WARMING
        until = seen.since + seconds
        await asyncio.gather(*(caller(seen, until, one, _mlflow(client, run, one)) for one in range(clients)))
    return seen


def main() -> int:
    """Measure and print the tables; 1 where anything failed or the ledger does not verify."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--pipelines", type=int, default=50)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--no-peer", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(folder, args.servers) as what:
            seen, used = asyncio.run(ours(what, args.people, args.pipelines, args.seconds))
            with what.place.store.reading() as session:
                quick = verify_entries(session, what.place.ledger.vkey)
                whole = verify_store(session, what.place.ledger.vkey, events=what.place.events)
        peer = None
        if not args.no_peer:
            with mlflow(folder, args.servers) as url:
                peer = asyncio.run(theirs(url, args.pipelines, args.seconds))
    _print(args, seen, used, peer)
    print(f"\nLedger: {quick.size:,} entries, verified: {quick.passed and whole.passed}.")
    for error in sorted(set(seen.errors))[:10]:
        print(f"- {error}", file=sys.stderr)
    return 0 if not seen.errors and quick.passed and whole.passed else 1


def _print(args: argparse.Namespace, seen: Seen, used: Used, peer: Seen | None) -> None:
    print(
        f"{args.people} people with {THINK:.0f} s of thought, {args.pipelines} pipelines, {args.servers} servers,"
        f" {args.seconds:.0f} s.\n"
    )
    print("| | answers | median | p95 | p99 |\n|---|---|---|---|---|")
    for kind in ("page", "report a metric", "read a model", "list models"):
        print(f"| {kind} | {seen.row(kind)} |")
        if peer is not None and kind != "page":
            print(f"| the same on MLflow, {args.pipelines} clients alone | {peer.row(kind)} |")
    print(f"\nErrors: {len(seen.errors)}" + (f"; of the peer: {len(peer.errors)}" if peer else "") + ".")
    settled = used.mebibytes[len(used.mebibytes) // 4 :] or [0]
    print(f"Memory of all processes: {settled[0]} MiB after a quarter of the time, {settled[-1]} MiB at the end.")
    print(f"Processor time of all processes: {used.seconds:.0f} s.")


if __name__ == "__main__":
    raise SystemExit(main())
