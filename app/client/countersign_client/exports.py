"""Reports from a server: asked for, waited for, and written to a file whose digest is checked."""

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import cast
from urllib.parse import quote

import httpx

from countersign_client.answers import Export, ExportStarted
from countersign_client.errors import Altered, Unreachable
from countersign_client.server import PENDING, POLL_SECONDS, SLOWEST_POLL, Server, checked


def request_export(server: Server, wish: Mapping[str, object], key: str) -> ExportStarted:
    """Ask for a report."""
    return cast(ExportStarted, server.send("POST", "/exports", key=key, record=wish).json())


def export(server: Server, number: str) -> Export:
    """How far an export is."""
    return cast(Export, server.send("GET", f"/exports/{quote(number, safe='')}").json())


def wait_for_export(server: Server, number: str, seconds: float) -> Export:
    """The export once it has ended, or as it is when the time is over."""
    deadline, pause = time.monotonic() + seconds, POLL_SECONDS
    while True:
        found = export(server, number)
        left = deadline - time.monotonic()
        if found["status"] not in PENDING or left <= 0:
            return found
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, SLOWEST_POLL)


def download_export(server: Server, number: str, target: Path) -> str:
    """Write the file of a ready export whole, or nothing; its SHA-256. Raises `Altered` for another digest."""
    draft = target.with_name(f".{target.name}.part")
    digest = hashlib.sha256()
    try:
        with server.stream("GET", f"/exports/{quote(number, safe='')}/file") as response:
            if not response.is_success:
                response.read()
                checked(response)
            with draft.open("wb") as sink:
                for chunk in response.iter_bytes():
                    digest.update(chunk)
                    sink.write(chunk)
            said = response.headers.get("etag", "").removeprefix("W/").strip('"')
        if digest.hexdigest() != said:
            raise Altered(f"{number} has the digest {digest.hexdigest()}, and the server says {said or 'none'}.")
        draft.replace(target)
    except httpx.TransportError as error:
        raise Unreachable(f"{server.url} cannot be reached: {error}") from None
    finally:
        draft.unlink(missing_ok=True)
    return digest.hexdigest()
