"""The written table of addresses: which scope each takes, and who can have it."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "routes.toml"


@dataclass(frozen=True)
class Addresses:
    """`routes` by operation: the scopes that are all needed; `files` by path: the one scope, empty for none."""

    scopes: Mapping[str, frozenset[str]]
    issued: Mapping[str, frozenset[str]]
    routes: Mapping[str, tuple[str, ...]]
    files: Mapping[str, str]

    def token_may(self, operation: str, *, role: str, issued_as: str, scopes: frozenset[str] | None = None) -> bool:
        """Whether a token issued to somebody of that role, who holds `role` by now, opens this address."""
        held = self.issued[issued_as] if scopes is None else scopes
        return all(one in held and role in self.scopes[one] for one in self.routes[operation])

    def person_may(self, path: str, role: str) -> bool:
        """Whether somebody who is signed in with this role may take the file."""
        return not self.files[path] or role in self.scopes[self.files[path]]


@cache
def addresses() -> Addresses:
    """The table, as it is written."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Addresses(
        scopes={name: frozenset(roles) for name, roles in said["scopes"].items()},
        issued={role: frozenset(scopes) for role, scopes in said["issued"].items()},
        routes={name: tuple(scopes) for name, scopes in said["routes"].items()},
        files=dict(said["files"]),
    )


@cache
def addresses_digest() -> str:
    """SHA-256 of the file."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()
