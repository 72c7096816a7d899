"""The MLflow servers that an administrator allowed by a setting; no page and no call can name another address."""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.registries.pinning import port_of
from core.errors import NotFound
from core.inventory.importing.registry.values import RegistryTrouble

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
SETTING = "COUNTERSIGN_MLFLOW_SERVERS"


@dataclass(frozen=True)
class ServerPlace:
    """One allowed server: our name for it, its origin, and what it is asked with (a token, or `user:password`)."""

    name: str
    url: str
    credential: str = field(default="", repr=False)


def parse_servers(written: str, credentials: str) -> tuple[ServerPlace, ...]:
    """`name=address` pairs and `name=token` or `name=user:password` pairs, by commas; raises `ValueError`.

    A credential travels over https, or over http to this machine alone.
    """
    secrets = dict(_pair(part) for part in _parts(credentials))
    servers = [(name, _origin(url)) for name, url in map(_pair, _parts(written))]
    names = [name for name, _ in servers]
    if len(set(names)) < len(names) or set(secrets) - set(names):
        raise ValueError("each server once, and credentials only for servers")
    for name, url in servers:
        if name in secrets and url.startswith("http://") and urlsplit(url).hostname not in LOOPBACK:
            raise ValueError("a credential needs https")
    return tuple(ServerPlace(name, url, secrets.get(name, "")) for name, url in servers)


LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def server_named(servers: Sequence[ServerPlace], name: str) -> ServerPlace:
    """The server of this name; raises `NotFound`, so that nothing but an allowed address is ever asked."""
    for server in servers:
        if server.name == name:
            return server
    raise NotFound("model registry", name)


def resolve(server: ServerPlace) -> tuple[str, ...]:
    """Where the server's name leads now; raises `RegistryTrouble` where that is no address to ask.

    Metadata services of clouds are link-local: an allowed name that comes to lead there is not followed.
    """
    parts = urlsplit(server.url)
    try:
        found = socket.getaddrinfo(parts.hostname, port_of(server.url), type=socket.SOCK_STREAM)
    except OSError:
        raise RegistryTrouble(server.name, "its host name does not resolve.") from None
    addresses = tuple(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    if not addresses or any(_is_forbidden(address) for address in addresses):
        raise RegistryTrouble(server.name, "its host name leads to an address that is never asked.")
    return addresses


def _is_forbidden(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is None and parsed in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(parsed.packed[-4:])
        if inner is not None:
            return _is_forbidden(str(inner))
    return parsed.is_link_local or parsed.is_multicast or parsed.is_unspecified


def _parts(written: str) -> list[str]:
    return [part.strip() for part in written.split(",") if part.strip()]


def _pair(part: str) -> tuple[str, str]:
    name, equals, value = part.partition("=")
    if not equals or not NAME.fullmatch(name.strip()) or not value.strip():
        raise ValueError("not name=value")
    return name.strip(), value.strip()


def _origin(url: str) -> str:
    parts = urlsplit(url.rstrip("/"))
    wrong = parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment
    if wrong or parts.username or parts.password:
        raise ValueError("not an address of a server")
    return url.rstrip("/")
