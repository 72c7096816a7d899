"""The last net of the API: texts in JSON answers pass the gate; proofs, keys and digests stay to the letter."""

from collections.abc import Mapping

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.access.personal_data.entrances import Entrance
from core.access.personal_data.gate import screened, worth_a_look

LARGEST = 2 << 20  # bytes; longer answers are files, which were looked at when they were built
EXACT = frozenset(  # what is verified to the letter, or is an account's own
    {"receipt", "entry", "proof", "checkpoint", "note", "vkey", "secret", "signature", "payload", "token", "body"}
)
ACCOUNTS = "/scim/"  # the directory of the people who work here


class Leaving:
    """Middleware: looks at every JSON answer of moderate size."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or ACCOUNTS in scope["path"]:
            await self.app(scope, receive, send)
            return
        answer = _Answer(send)
        await self.app(scope, receive, answer.send)


class _Answer:
    """Holds a short JSON answer back until it is whole; lets everything else pass as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _is_short_json(message):
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            await self._whole(self._start)
            return
        await self._send(message)

    async def _whole(self, start: Message) -> None:
        body = looked_at(bytes(self._body))
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def looked_at(body: bytes) -> bytes:
    """The JSON with personal data replaced by its kind; the same bytes where there is none."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    passed = _passed(value, "")
    return body if passed is value else orjson.dumps(passed)


def _passed(value: object, name: str) -> object:
    if isinstance(value, str):
        if name in EXACT or not worth_a_look(value):
            return value
        found = screened(value, where=Entrance.EXPORT)
        return found.text if found.findings else value
    if isinstance(value, list):
        parts = [_passed(part, name) for part in value]
        return value if all(new is old for new, old in zip(parts, value, strict=True)) else parts
    if isinstance(value, Mapping):
        pairs = {key: _passed(part, key) for key, part in value.items()}
        return value if all(pairs[key] is part for key, part in value.items()) else pairs
    return value


def _is_short_json(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    kind = headers.get("content-type", "").partition(";")[0]
    length = headers.get("content-length", "")
    return kind in ("application/json", "application/problem+json") and length.isdigit() and int(length) <= LARGEST
