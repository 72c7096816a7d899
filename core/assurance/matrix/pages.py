"""The written table of pages: for whom each opens."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "pages.toml"


@dataclass(frozen=True)
class Opens:
    """The roles for which a page opens, None: for everybody who is signed in; whether it is nothing but an act."""

    roles: frozenset[str] | None
    acts: bool = False


@cache
def pages_open() -> Mapping[str, Opens]:
    """Every page by its address, as the file says."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        page: Opens(frozenset(one["roles"]) if "roles" in one else None, bool(one.get("acts")))
        for one in said.values()
        for page in one["pages"]
    }


@cache
def pages_digest() -> str:
    """SHA-256 of the file."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()
