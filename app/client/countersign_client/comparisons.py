"""Comparisons by a server: asked for, and waited for."""

import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from countersign_client.server import PENDING, POLL_SECONDS, SLOWEST_POLL, Server


def ask_comparison(server: Server, model: str, wish: Mapping[str, object], key: str) -> str:
    """Ask for a comparison; its number."""
    path = f"/models/{quote(model, safe='')}/comparisons"
    return str(server.send("POST", path, key=key, record=wish).json()["comparison"])


def comparison(server: Server, number: str) -> dict[str, Any]:
    """How far it is, and what it came to."""
    return cast(dict[str, Any], server.send("GET", f"/comparisons/{quote(number, safe='')}").json())


def wait_for_comparison(server: Server, number: str, seconds: float) -> dict[str, Any]:
    """The comparison once it has ended, or as it is when the time is over."""
    deadline, pause = time.monotonic() + seconds, POLL_SECONDS
    while True:
        found = comparison(server, number)
        left = deadline - time.monotonic()
        if found["status"] not in PENDING or left <= 0:
            return found
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, SLOWEST_POLL)
