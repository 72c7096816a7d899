"""Lets the client of a registry connect to the addresses that were checked, and to nothing else, while it asks.

A name is resolved once for a question. Were it resolved again for the connection, whoever answers for the name could
say another address the second time (DNS rebinding), which nobody checked.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from urllib3.util import connection

Connect = Callable[..., Any]


@dataclass(frozen=True)
class Pin:
    """The only host and port that may be connected to, and where they lead."""

    host: str
    port: int
    addresses: tuple[str, ...]


_PIN: ContextVar[Pin | None] = ContextVar("registry_pin", default=None)


@contextmanager
def pinned(url: str, addresses: Sequence[str]) -> Iterator[None]:
    """Within the block, urllib3 in this thread connects to `addresses` alone, under the name and port of `url`.

    Certificate and Host header stay those of the name. Any other host, a proxy as well, is refused with `OSError`.
    """
    parts = urlsplit(url)
    _watch()
    token = _PIN.set(Pin(_plain(parts.hostname or ""), port_of(url), tuple(addresses)))
    try:
        yield
    finally:
        _PIN.reset(token)


def port_of(url: str) -> int:
    """The port of an address, as its scheme has it where none is written."""
    parts = urlsplit(url)
    return parts.port or (80 if parts.scheme == "http" else 443)


def _watch() -> None:
    """Put our look at every new connection before urllib3's own; outside of `pinned` it does nothing."""
    real: Connect = connection.create_connection
    if getattr(real, "pins", False):
        return

    def create_connection(address: tuple[str, int], *args: Any, **more: Any) -> Any:
        pin = _PIN.get()
        if pin is None:
            return real(address, *args, **more)
        return _connect(real, pin, address, args, more)

    create_connection.pins = True  # type: ignore[attr-defined]
    connection.create_connection = create_connection


def _connect(real: Connect, pin: Pin, address: tuple[str, int], args: Sequence[Any], more: dict[str, Any]) -> Any:
    if (_plain(address[0]), address[1]) != (pin.host, pin.port):
        raise OSError(f"{address[0]}:{address[1]} was not checked")
    trouble: OSError = OSError("no address")
    for one in pin.addresses:
        try:
            return real((one, pin.port), *args, **more)
        except OSError as error:
            trouble = error
    raise trouble


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").casefold()
