"""Streamlit's scripts and styles, compressed once and kept: 10 MB become 3, and no request pays for it twice."""

import gzip
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

FOLDER = (Path(streamlit.__file__).parent / "static").resolve()
TYPES = {".js": b"text/javascript; charset=utf-8", ".css": b"text/css; charset=utf-8"}
_YEAR = b"public, immutable, max-age=31536000"  # the names carry a digest of the content


class CompressedAssets:
    """ASGI middleware that answers `/static/….js` and `.css` to browsers that take gzip, and passes on the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _asset(scope) if scope["type"] == "http" else None
        if path is None:
            return await self._app(scope, receive, send)
        body = await run_in_threadpool(_compressed, path)
        headers = [
            (b"content-type", TYPES[path.suffix]),
            (b"content-encoding", b"gzip"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", _YEAR),
            (b"vary", b"Accept-Encoding"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
        return None


def _asset(scope: Scope) -> Path | None:
    headers = dict(scope["headers"])
    if scope["method"] not in {"GET", "HEAD"} or b"gzip" not in headers.get(b"accept-encoding", b""):
        return None
    if not scope["path"].startswith("/static/"):
        return None
    path = (FOLDER / scope["path"].removeprefix("/")).resolve()
    inside = path.is_relative_to(FOLDER) and path.suffix in TYPES
    return path if inside and path.is_file() else None


@lru_cache(maxsize=512)
def _compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=6)
