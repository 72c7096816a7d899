"""Sends to Slack, Teams and other services: Apprise writes the request, and our own sender carries it.

Apprise would connect to inner addresses, follow redirects and trust proxies. Its modules therefore see a stand-in for
`requests` that lets a request go to an allowed host and its checked address alone; without a sender at work it refuses.
"""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.delivery.guard import AllowedHost, Resolve, check_address, resolve_target
from core.errors import Problem, Unreadable

SETTING = "COUNTERSIGN_ALERT_HOSTS"
TIMEOUT = httpx.Timeout(10, connect=5)
MOST_ANSWER = 65536
OTHER_WAYS = ("socket", "smtplib", "subprocess", "websocket", "ssl", "select", "ftplib", "mqtt", "dbus")
log = logging.getLogger("countersign.alerting")
_AT_WORK: ContextVar["_Sender | None"] = ContextVar("the sender at work", default=None)


class ServiceFailed(Exception):
    """A service was not told; the words say why, never where."""


@dataclass
class _Sender:
    """Carries the requests of one message, or only notes their addresses when it rehearses."""

    allowed: Sequence[AllowedHost]
    message: str = ""
    rehearse: bool = False
    resolve: Resolve | None = None
    addresses: list[str] = field(default_factory=list)
    said: str = ""

    def carry(self, prepared: Any) -> Any:
        """Send a request that `requests` prepared; answers with a `requests.Response`."""
        url = str(prepared.url)
        self.addresses.append(url)
        if self.rehearse:
            check_address(url, self.allowed, SETTING)
            return _answer(200, b"ok", url)
        target = resolve_target(url, self.allowed, self.resolve, SETTING)
        shown = f"[{target.address}]" if ":" in target.address else target.address
        standard = target.port == (443 if target.scheme == "https" else 80)
        headers = {name: value for name, value in prepared.headers.items() if name.lower() != "content-length"}
        headers |= {"Host": target.host if standard else f"{target.host}:{target.port}", "message-id": self.message}
        with (
            httpx.Client(trust_env=False, follow_redirects=False, timeout=TIMEOUT) as client,
            client.stream(
                prepared.method, f"{target.scheme}://{shown}:{target.port}{target.path}", content=prepared.body or b"",
                headers=headers, extensions={"sni_hostname": target.host},
            ) as answer,
        ):  # fmt: skip
            self.said = f"Answered {answer.status_code}"
            body = b"".join(_some(answer))
            return _answer(answer.status_code, body, url)


class _StandIn(ModuleType):
    """What Apprise's modules take for `requests`: its names, but one way out."""

    def request(self, method: str, url: str, **options: Any) -> Any:
        sender = _AT_WORK.get()
        if sender is None:
            raise ServiceFailed("nothing may be sent outside a delivery")
        import requests

        known = ("headers", "files", "data", "params", "auth", "cookies", "json")
        asked = requests.Request(method, url, **{name: options[name] for name in known if name in options})
        try:
            return sender.carry(asked.prepare())
        except httpx.HTTPError as error:
            sender.said = f"No answer: {type(error).__name__}"
            raise requests.ConnectionError(type(error).__name__) from None
        except Unreadable as refused:
            sender.said = f"Not sent: {'; '.join(problem.expected for problem in refused.problems)} is needed"
            raise requests.ConnectionError("refused") from None

    def __getattr__(self, name: str) -> Any:
        if name in ("get", "post", "put", "patch", "delete", "head"):
            return lambda url, *rest, **options: self.request(name.upper(), url, **_with_rest(name, rest, options))
        if name in ("codes", "exceptions", "RequestException", "ConnectionError", "Timeout", "HTTPError", "auth"):
            import requests

            return getattr(requests, name)
        raise AttributeError(name)


STAND_IN = _StandIn("requests")


@dataclass(frozen=True)
class Service:
    """A service behind an address of Apprise: its name, and the hosts that it would be reached at."""

    name: str
    hosts: tuple[str, ...]

    @property
    def shown(self) -> str:
        """What may be shown of the address: no part of it that could be a token."""
        return f"{self.name} at {', '.join(self.hosts)}"


def look_up(address: str, allowed: Sequence[AllowedHost]) -> Service:
    """Which service this is; raises `Unreadable` where Apprise knows none, or a host is not allowed."""
    plugin = _plugin(address)
    sender = _Sender(allowed, rehearse=True)
    with _at_work(sender):
        _notify(plugin, "Rehearsal", "Nothing is sent.", "info")
    if sender.said or not sender.addresses:
        known = sender.said or "Not sent: an address that is reached by https is needed"
        raise _refused(known.removeprefix("Not sent: ").removesuffix(" is needed"))
    hosts = dict.fromkeys(urlsplit(one).hostname or "" for one in sender.addresses)
    return Service(str(type(plugin).service_name), tuple(hosts))


def tell_service(
    address: str, *, title: str, text: str, severity: str, message: str, allowed: Sequence[AllowedHost],
    resolve: Resolve | None = None,
) -> str:  # fmt: skip
    """Send; answers with what the service said. Raises `ServiceFailed`."""
    try:
        plugin = _plugin(address)
    except Unreadable:
        raise ServiceFailed("Not sent: the address of the channel is none that Apprise knows") from None
    sender = _Sender(allowed, message=message, resolve=resolve)
    kind = {"critical": "failure", "high": "failure", "medium": "warning"}.get(severity, "info")
    with _at_work(sender):
        arrived = _notify(plugin, title, text, kind)
    if not arrived:
        raise ServiceFailed(sender.said or "Not sent: the service took no message")
    return sender.said


def _plugin(address: str) -> Any:
    """The plugin of Apprise for this address, reaching out by our sender alone."""
    import apprise

    logging.getLogger("apprise").disabled = True  # it would write addresses, and with them tokens; so would httpx
    logging.getLogger("httpx").addFilter(_outside_a_delivery)
    asset = apprise.AppriseAsset(secure_logging=True, plugin_paths=[], async_mode=False, service_timeout=0)
    asset.app_id, asset.app_desc, asset.app_url = "Countersign", "Countersign", ""
    plugin = apprise.Apprise.instantiate(address.strip(), asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise _refused("an address of Apprise, such as slack://TokenA/TokenB/TokenC")
    _take_over()
    names = {one.__module__ for one in type(plugin).__mro__ if one.__module__.startswith("apprise.plugins.")}
    own = [sys.modules[name] for name in sorted(names - {"apprise.plugins.base"})]
    if not any(getattr(module, "requests", None) is STAND_IN for module in own) or any(
        hasattr(module, name) for module in own for name in OTHER_WAYS
    ):
        raise _refused("a service that is reached by https; mail and webhooks are channels of their own")
    plugin.request_rate_per_sec = 0  # the outbox decides when to try again
    plugin.retry = 0
    return plugin


def _notify(plugin: Any, title: str, text: str, kind: str) -> bool:
    import apprise

    told = apprise.Apprise(asset=plugin.asset)
    told.add(plugin)
    try:
        return bool(told.notify(body=text, title=title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT))
    except ServiceFailed:
        return False
    except (AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError) as error:
        log.warning("A service was not told: %s", type(error).__name__)  # its words might hold the address
        return False


def _take_over() -> None:
    """Let every module of Apprise that is loaded by now see the stand-in."""
    import requests

    for name, module in list(sys.modules.items()):
        if name.startswith("apprise.") and getattr(module, "requests", None) is requests:
            module.requests = STAND_IN  # type: ignore[attr-defined]  # a module's name for another


def _outside_a_delivery(_record: logging.LogRecord) -> bool:
    return _AT_WORK.get() is None


@contextmanager
def _at_work(sender: _Sender) -> Iterator[None]:
    token = _AT_WORK.set(sender)
    try:
        yield
    finally:
        _AT_WORK.reset(token)


def _with_rest(name: str, rest: Sequence[Any], options: dict[str, Any]) -> dict[str, Any]:
    """`get(url, params)` and `post(url, data, json)`, as `requests` takes them by place."""
    places = ("data", "json") if name in ("post", "put", "patch") else ("params",)
    return dict(zip(places, rest, strict=False)) | options


def _some(answer: httpx.Response) -> Iterator[bytes]:
    left = MOST_ANSWER
    for piece in answer.iter_bytes():
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def _answer(status: int, body: bytes, url: str) -> Any:
    import requests

    made = requests.Response()
    made.status_code, made._content, made.url = status, body, url
    return made


def _refused(expected: str) -> Unreadable:
    return Unreadable([Problem("not an address that is told", column="address", expected=expected)])
