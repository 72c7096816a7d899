"""Every way out of the installation is known, follows no redirect and no proxy, and leads to no inner address."""

import ast
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.alerting.services import ServiceFailed, tell_service
from app.anchoring.calling import call
from app.delivery.guard import parse_hosts
from app.delivery.sending import send_webhook
from app.stress.running import SETTING as STRESS_SETTING
from core.errors import Unreadable
from core.jobs.outbox.service import Message
from core.jobs.outbox.tables import Channel
from tests.builders import NOON

ROOT = Path(__file__).resolve().parents[2]
# Where this program may open a connection by itself; a new place belongs here with a test of where it leads.
WAYS_OUT = {
    "app/alerting/services.py",  # to services of alerts: below, and tests/monitoring/alerts/test_delivering.py
    "app/anchoring/calling.py",  # to witnesses and time stamp authorities: below
    "app/delivery/sending.py",  # webhooks: below, and tests/delivery/test_guard.py
    "app/health/doctor.py",  # asks this installation and the servers of its settings, when an operator says so
    "app/mail.py",  # the one mail server of the settings
    "app/stress/load.py",  # the target of a stress test: tests/stress/test_entrances.py
}
OPENS = {
    "httpx.Client", "httpx.AsyncClient", "httpx.get", "httpx.post", "urlopen", "urllib.request.urlopen",
    "socket.create_connection", "http.client.HTTPConnection", "smtplib.SMTP", "smtplib.SMTP_SSL", "requests.get",
    "requests.post", "requests.Session",
}  # fmt: skip
HOSTS = parse_hosts("hooks.example.org,hooks.slack.com")
INNER = [
    "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "0.0.0.0",
]  # fmt: skip


def calls(path: Path) -> Iterator[ast.Call]:
    """Where a file opens a connection."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in OPENS:
            yield node


def opening() -> dict[str, list[ast.Call]]:
    files = [path for folder in ("app", "core", "pages") for path in (ROOT / folder).rglob("*.py")]
    found = {path.relative_to(ROOT).as_posix(): list(calls(path)) for path in files}
    return {name: nodes for name, nodes in found.items() if nodes and not name.startswith("app/client/")}


def test_no_other_place_opens_a_connection() -> None:
    assert set(opening()) - {"app/stress/load.py"} == WAYS_OUT - {"app/stress/load.py"}


def test_every_client_of_ours_follows_no_redirect_and_no_proxy() -> None:
    clients = [node for nodes in opening().values() for node in nodes if ast.unparse(node.func) == "httpx.Client"]

    assert len(clients) == 3
    for node in clients:
        options = {one.arg: ast.unparse(one.value) for one in node.keywords}
        assert (options["trust_env"], options["follow_redirects"]) == ("False", "False")
        assert "timeout" in options


def webhook() -> str:
    message = Message(1, "OM0001", Channel.WEBHOOK, "W0001", "deployment.moved", "{}", 1, "tests")
    return send_webhook(message, address="https://hooks.example.org/x", secret=b"k" * 32, allowed=HOSTS, at=NOON).said


def witness() -> str:
    with pytest.raises(Unreadable) as refused:
        call("https://hooks.example.org/add-checkpoint", HOSTS, content=b"old 0\n")
    return str(refused.value)


def service() -> str:
    with pytest.raises(ServiceFailed) as failed:
        tell_service(
            "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", title="A", text="b", severity="high",
            message="OM0001", allowed=HOSTS,
        )  # fmt: skip
    return str(failed.value)


@pytest.mark.parametrize("address", INNER)
@pytest.mark.parametrize("way", [webhook, witness, service], ids=lambda one: one.__name__)
def test_no_way_out_leads_inside(way: Callable[[], str], address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_more: found)

    def connected(*_where: object) -> None:
        raise AssertionError(f"connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", connected)

    assert "a public address" in way()


def test_a_stress_test_names_the_setting_of_its_own_hosts() -> None:
    assert STRESS_SETTING == "COUNTERSIGN_STRESS_HOSTS"
