"""Takes request bodies in: JSON strictly and within a limit, files as a stream into a temporary file."""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import BadRequest, answer_to
from core.errors import GovernanceError
from core.store.incoming import incoming
from core.validation.uploads.limits import Limits
from core.validation.uploads.strict_json import loads

JSON_LIMIT = 256 * 1024
FILE_LIMIT = Limits().size
BODY_DIGEST = "countersign.body_digest"
WRITE_AT_ONCE = 1 << 20


class StrictJson:
    """Middleware: the body of a POST is strict JSON of at most 256 KiB, or none; its SHA-256 goes into the scope."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        try:
            body = await _json_body(Headers(scope=scope), receive)
        except ClientDisconnect:
            return
        except GovernanceError as error:
            await answer_to(error)(scope, receive, send)
            return
        scope[BODY_DIGEST] = hashlib.sha256(body).hexdigest()
        await self.app(scope, _replay(body, receive), send)


@dataclass(frozen=True)
class Received:
    """A file that was taken in: where it lies for now, its SHA-256 and its size in bytes."""

    path: Path
    digest: str
    size: int


@asynccontextmanager
async def received(request: Request, folder: Path, *, limit: int) -> AsyncIterator[Received]:
    """The streamed body as a file that is gone after the block; memory stays flat whatever its size."""
    check_content_type(request.headers)
    refuse_large(request.headers, limit)
    with incoming(folder) as (path, sink):
        digest, size, waiting = hashlib.sha256(), 0, bytearray()
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            digest.update(chunk)
            waiting += chunk
            if len(waiting) >= WRITE_AT_ONCE:
                await run_sync(sink.write, bytes(waiting))
                waiting.clear()
        sink.write(waiting)
        sink.flush()
        yield Received(path, digest.hexdigest(), size)


def check_content_type(headers: Headers) -> None:
    """A file is sent as it is; forms and compressed bodies are refused."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("multipart/") or kind == "application/x-www-form-urlencoded":
        detail = (
            f"Send the file itself as the body (curl -T FILE), as text/csv or application/octet-stream, not {kind}."
        )
        raise BadRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    _refuse_compressed(headers)


def refuse_large(headers: Headers, limit: int) -> None:
    """Refuse at once what announces itself as too large."""
    announced = headers.get("content-length", "")
    if re.fullmatch(r"[0-9]+", announced) and int(announced[:20]) > limit:
        raise _too_large(limit)


async def _json_body(headers: Headers, receive: Receive) -> bytes:
    refuse_large(headers, JSON_LIMIT)
    _refuse_compressed(headers)
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > JSON_LIMIT:
            raise _too_large(JSON_LIMIT)
    if body:
        _check_is_json(headers)
        loads(bytes(body))
    return bytes(body)


def _check_is_json(headers: Headers) -> None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        detail = f"Send JSON as application/json, not {kind or 'without a content type'}."
        raise BadRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)


def _refuse_compressed(headers: Headers) -> None:
    if headers.get("content-encoding", "identity").lower() != "identity":
        detail = "Send the body without a content encoding."
        raise BadRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)


def _too_large(limit: int) -> BadRequest:
    return BadRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", f"The body has more than {limit:,} bytes.")


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again
