"""Where a webhook may go: to hosts that the installation names, and to no address inside unless it says so."""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.errors import Problem, Unreadable

INTERNAL = "internal"
HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
# networks that lead elsewhere than they say: NAT64, 6to4 and Teredo carry an IPv4 address inside
CARRIERS = tuple(
    ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True)
class AllowedHost:
    """A host to which webhooks may go; an internal one may resolve to private addresses and be reached by http."""

    host: str
    port: int | None = None
    internal: bool = False


@dataclass(frozen=True)
class Target:
    """An address that was allowed: what to connect to, and the name that certificate and request must carry."""

    scheme: str
    host: str
    port: int
    address: str
    path: str


def parse_hosts(written: str) -> tuple[AllowedHost, ...]:
    """`hooks.example.org,ci.corp:8080=internal`; raises `ValueError`."""
    return tuple(_allowed(part.strip()) for part in written.split(",") if part.strip())


def check_address(
    address: str, allowed: Sequence[AllowedHost], setting: str = "COUNTERSIGN_WEBHOOK_HOSTS"
) -> AllowedHost:
    """The entry that allows this address; raises `Unreadable` with the reason, before anything is resolved."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise _refused(address, "an address such as https://hooks.example.org/countersign") from None
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.username is not None or parts.password is not None or parts.fragment or not HOST.fullmatch(host):
        raise _refused(address, "an address with a host's name, without a user and without a fragment")
    if not address.isascii() or not address.isprintable() or " " in address or len(address) > 1000:
        raise _refused(address, "printable ASCII")
    entry = next((one for one in allowed if one.host == host and one.port in (None, port)), None)
    if entry is None:
        raise _refused(address, f"a host that {setting} allows")
    if parts.scheme != "https" and not (parts.scheme == "http" and entry.internal):
        raise _refused(address, "https")
    return entry


def resolve_target(
    address: str,
    allowed: Sequence[AllowedHost],
    resolve: Resolve | None = None,
    setting: str = "COUNTERSIGN_WEBHOOK_HOSTS",
) -> Target:
    """The address with one resolved host that is then pinned; every address it resolves to must be allowed.

    A name that resolves to one public and one inner address is refused: which one is reached would be chance.
    """
    entry = check_address(address, allowed, setting)
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = (parts.hostname or "").rstrip(".").lower()
    found = (resolve or _resolve)(host, port)
    if not found:
        raise _refused(address, "a host that resolves to an address")
    inner = [one for one in found if not is_public(one)]
    if inner and not entry.internal:
        raise _refused(address, f"a public address, not {inner[0]}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, found[0], path)


def is_public(text: str) -> bool:
    """Whether an address leads outside: global, not multicast, and no carrier of another address."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address.scope_id or address.is_site_local or any(address in network for network in CARRIERS):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _allowed(part: str) -> AllowedHost:
    name, equals, mark = part.partition("=")
    host, colon, port = name.strip().lower().partition(":")
    if not HOST.fullmatch(host) or (colon and not re.fullmatch(r"[0-9]{1,5}", port)) or (equals and mark != INTERNAL):
        raise ValueError(part)
    return AllowedHost(host, int(port) if colon else None, bool(equals))


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _refused(address: str, expected: str) -> Unreadable:
    return Unreadable([Problem("not an address that is told", column="address", found=address[:80], expected=expected)])
