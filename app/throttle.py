"""Who fails too often, or calls too fast, is put off: guesses from one address, and the calls of one token.

The lockout of accounts counts by user name, so it does not see one address that tries many names or tokens. What is
counted lies in the memory of this process and is bounded; each server counts for itself, so the proxy before several
counts for all of them (docs/deployment.md). The lockout is counted in the store and holds over all servers.
"""

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings

FAILURES, WINDOW = 50, 300.0  # from one address, in seconds
MOST_KEPT = 20_000  # addresses or tokens
SIGN_IN = ("/idp/login", "/idp/code", "/setup", "/idp/token")
API, DIRECTORY = "/api/", "/scim/"
WITH_TOKEN = (API, DIRECTORY)
REFUSED = frozenset({400, 401, 410, 429})  # what a guess is answered with at a form
Clock = Callable[[], float]


@dataclass
class _Bucket:
    """What is left of an allowance at a moment."""

    left: float
    at: float


class Allowances:
    """An allowance each, which fills again evenly; the least recently used are forgotten first."""

    def __init__(self, most: int, seconds: float, clock: Clock) -> None:
        self._most, self._rate, self._clock = float(most), most / seconds, clock
        self._kept = OrderedDict[str, _Bucket]()

    def wait(self, key: str) -> float:
        """Seconds until one more is allowed; 0 where it is now."""
        bucket = self._kept.get(key)
        left = self._most if bucket is None else self._now(bucket)
        return 0.0 if left >= 1 else (1 - left) / self._rate

    def take(self, key: str) -> None:
        """Count one."""
        bucket = self._kept.pop(key, None)
        left = self._most if bucket is None else self._now(bucket)
        self._kept[key] = _Bucket(max(left - 1, 0.0), self._clock())
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _now(self, bucket: _Bucket) -> float:
        return min(self._most, bucket.left + (self._clock() - bucket.at) * self._rate)


class Throttle:
    """ASGI middleware: 429 with `Retry-After` for who has none left of an allowance."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: Clock = time.monotonic) -> None:
        self._app = app
        self._failures = Allowances(FAILURES, WINDOW, clock)
        self._calls = Allowances(settings.api_calls, 60.0, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _guarded(scope):
            return await self._app(scope, receive, send)
        address = network_of(scope["client"][0] if scope.get("client") else "")
        token = _token(scope)
        wait = max(self._failures.wait(address) if address else 0.0, self._calls.wait(token) if token else 0.0)
        if wait > 0:
            return await _put_off(scope, send, wait)
        if token:
            self._calls.take(token)

        async def counting(message: Message) -> None:
            if address and message["type"] == "http.response.start" and _failed(scope, message["status"]):
                self._failures.take(address)
            await send(message)

        await self._app(scope, receive, counting)
        return None


def _guarded(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(WITH_TOKEN) or (path in SIGN_IN and scope["method"] == "POST")


def _failed(scope: Scope, status: int) -> bool:
    return status == 401 if scope["path"].startswith(WITH_TOKEN) else status in REFUSED


def network_of(host: str) -> str:
    """Who stands behind an address: IPv4 as it is, of IPv6 the first 64 bits, which one line has to itself.

    Empty for this machine, which is nobody in particular: behind a proxy on it that the settings do not name, everybody
    comes from here, and one who guesses would put all of them off.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return ""
    return str(IPv6Address(int(address) >> 64 << 64)) if isinstance(address, IPv6Address) else str(address)


def _token(scope: Scope) -> str:
    """What stands for the token of a call, and does not hold it."""
    sent = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    return hashlib.sha256(sent).hexdigest() if sent and scope["path"].startswith(API) else ""


async def _put_off(scope: Scope, send: Send, wait: float) -> None:
    words = b"Too many attempts. Wait, then try again.\n"
    kind = b"text/plain; charset=utf-8"
    if scope["path"].startswith(API):
        kind = b"application/problem+json"
        words = (
            b'{"type": "urn:countersign:problem:too-many-requests", "title": "Too many requests", "status": 429, '
            b'"detail": "Too many calls, or too many with a token that is not valid. Wait, then send it again."}'
        )
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(words)).encode()),
        (b"retry-after", str(math.ceil(wait)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": words})
