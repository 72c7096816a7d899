"""Everything between the network and Streamlit: one origin, no anonymous uploads, strict headers, the way back."""

import base64
import hashlib
import logging
import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.asked import CALLBACK, LOGIN, NOT_PAGES, Asked, Headers
from app.composition import Workplace
from app.navigation import DEFAULT
from app.signin.cookies import USER_COOKIE
from app.signin.who import person_in_cookies
from core.store import FULL, StoreAway, disk_is_full

RETURN_COOKIE = "countersign_return"
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")  # Streamlit answers these to anyone
SIGNED_IN_ONLY = ("/_stcore/upload_file", "/media/")  # and these too
ANY_HOST = ("/_stcore/health", "/health/live", "/health/ready")  # a probe asks by the address of the machine
NOT_KEPT = ("/api/", "/scim/", "/exports/", "/idp/", "/auth/", CALLBACK)
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*")
_LONGEST_RETURN = 1500
AWAY = b"The store did not answer in time. Nothing was stored; try again in a moment.\n"
INTERNAL = b"An internal error; the server's log has it.\n"
log = logging.getLogger("countersign.edge")
_STREAMLIT_AGE = re.compile(rb"Max-Age=2592000", re.IGNORECASE)


def content_security_policy(websocket_origin: str) -> str:
    """Only our own origin; of inline scripts only the one in Streamlit's start page, by digest."""
    start_page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", start_page, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {allowed}".strip(),
            "style-src 'self' 'unsafe-inline'",  # Streamlit styles through emotion, which writes style elements
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {websocket_origin}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Edge:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, place: Workplace) -> None:
        self._app, self._place = app, place
        settings = place.settings
        self._public_url, self._secure = settings.public_url, settings.https
        self._host = urlsplit(settings.public_url).netloc
        self._hosts = {self._host, urlsplit(settings.internal_url).netloc}
        self._max_age = f"Max-Age={int(settings.session_length.total_seconds())}".encode()
        self._headers = self._standing_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return await self._websocket(scope, receive, send)
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        asked = Asked.from_scope(scope)
        try:
            refusal = await self._refusal(asked)
            returned = await self._return_cookie(asked)
        except StoreAway as error:
            return await self._away(send, error)
        if refusal is not None:
            return await _answer(send, *refusal, self._headers)
        finish = _Finish(send, partial(self._finished, asked, returned))
        try:
            await self._app(scope, receive, finish)
        except StoreAway as error:
            if finish.begun:
                raise
            return await self._away(send, error)
        except Exception as error:  # whatever failed inside: the server logs it, and this answer has our headers too
            if not finish.begun and disk_is_full(error):
                return await self._away(send, error)
            if not finish.begun:
                await _answer(send, 500, [], self._headers, INTERNAL)
            raise
        return None

    async def _away(self, send: Send, error: Exception) -> None:
        """The store did not answer in time (503) or has no room (507), and will again: whoever asks is to ask again."""
        full = disk_is_full(error)
        log.error("The disk is full" if full else "The store did not answer", exc_info=error)
        status, words, wait = (507, f"{FULL}\n".encode(), b"60") if full else (503, AWAY, b"2")
        await _answer(send, status, [(b"retry-after", wait)], self._headers, words)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streamlit accepts a missing Origin, and asks the network about a foreign one; we do neither."""
        if Asked.from_scope(scope).origin == self._public_url:
            return await self._app(scope, receive, send)
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return None

    async def _refusal(self, asked: Asked) -> tuple[int, Headers] | None:
        """Status and headers of an answer that is given here, or none."""
        if asked.path.startswith(CLOSED):
            return 404, []
        if asked.is_page and asked.host != self._host:
            return 307, [(b"location", (self._public_url + asked.address).encode("latin-1"))]
        if asked.is_page and asked.path == f"/{DEFAULT.address}":
            return 307, [(b"location", b"/")]  # Streamlit serves the default page at the root only
        if asked.host not in self._hosts and asked.path not in ANY_HOST and not asked.is_scrape:
            return 421, []
        if asked.path.startswith(SIGNED_IN_ONLY) and asked.method != "OPTIONS" and not await self._signed_in(asked):
            return 401, []
        return None

    async def _signed_in(self, asked: Asked) -> bool:
        if USER_COOKIE not in asked.cookies:
            return False
        return await run_in_threadpool(person_in_cookies, self._place, asked.cookies) is not None

    async def _return_cookie(self, asked: Asked) -> Headers:
        """Remember where somebody who is not signed in wanted to go, or from where they sign in anew."""
        if asked.path == CALLBACK:
            return [_cookie(RETURN_COOKIE, "", 0, secure=self._secure)]
        if asked.path == LOGIN:
            return self._kept(self._page_of(asked.referer))
        deep = asked.is_page and asked.address != "/" and len(asked.address) < _LONGEST_RETURN
        if not deep or asked.path == "/setup" or await self._signed_in(asked):
            return []
        return self._kept(asked.address)

    def _page_of(self, referer: str) -> str:
        """The address of the page of ours that this names, as a browser says it of the same origin; or nothing."""
        if not referer.startswith(f"{self._public_url}/"):
            return ""
        address = referer.removeprefix(self._public_url)
        return "" if address == "/" or address.startswith(NOT_PAGES) else address

    def _kept(self, address: str) -> Headers:
        if not _OWN_PATH.fullmatch(address) or len(address) >= _LONGEST_RETURN:
            return []
        return [_cookie(RETURN_COOKIE, quote(address, safe=""), 600, secure=self._secure)]

    def _finished(self, asked: Asked, added: Headers, given: Iterable[tuple[bytes, bytes]]) -> Headers:
        headers = [(name.lower(), value) for name, value in given]
        entered = any(name == b"set-cookie" and _signs_in(value) for name, value in headers)
        headers = [(name, self._rewritten(asked, name, value, entered=entered)) for name, value in headers]
        present = {name for name, _ in headers}
        standing = [*self._headers, *([(b"cache-control", b"no-store")] if asked.path.startswith(NOT_KEPT) else [])]
        return [*headers, *added, *(header for header in standing if header[0] not in present)]

    def _rewritten(self, asked: Asked, name: bytes, value: bytes, *, entered: bool) -> bytes:
        if name == b"set-cookie":
            value = _STREAMLIT_AGE.sub(self._max_age, value)  # Streamlit's sign-in lasts 30 days
            return value + b"; Secure" if self._secure and b"secure" not in value.lower() else value
        if name == b"location" and asked.path == CALLBACK and value == b"/":
            failed = not entered and "error=" in asked.query
            return b"/?sign_in=failed" if failed else self._way_back(asked) if entered else value
        return value

    def _way_back(self, asked: Asked) -> bytes:
        wanted = unquote(asked.cookies.get(RETURN_COOKIE, ""))
        return wanted.encode("latin-1") if _OWN_PATH.fullmatch(wanted) else b"/"

    def _standing_headers(self) -> Headers:
        websocket_origin = f"{'wss' if self._secure else 'ws'}://{self._host}"
        headers = {
            "content-security-policy": content_security_policy(websocket_origin),
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
        }
        if self._secure:
            headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
        return [(name.encode(), value.encode()) for name, value in headers.items()]


class _Finish:
    """Sends an answer on, with its headers finished; knows whether one has begun."""

    def __init__(self, send: Send, headers: Callable[[Headers], Headers]) -> None:
        self._send, self._headers, self.begun = send, headers, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            message["headers"] = self._headers(message.get("headers", []))
        await self._send(message)


async def _answer(send: Send, status: int, headers: Headers, standing: Headers, body: bytes = b"") -> None:
    start = [*headers, (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store"), *standing]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


def _cookie(name: str, value: str, max_age: int, *, secure: bool) -> tuple[bytes, bytes]:
    attributes = f"Max-Age={max_age}; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    return b"set-cookie", f"{name}={value}; {attributes}".encode()


def _signs_in(cookie: bytes) -> bool:
    name, _, rest = cookie.partition(b"=")
    return name == USER_COOKIE.encode() and not rest.startswith((b'""', b";")) and b"Max-Age=0" not in rest
