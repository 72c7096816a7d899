"""The written table, read once; its digest says in a report which text a drill was held against."""

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from core.assurance.matrix.rules import About, Act

FILE = Path(__file__).parent / "matrix.toml"


@cache
def matrix() -> tuple[Act, ...]:
    """Every act, in the order of the file."""
    return tuple(_act(one) for one in tomllib.loads(FILE.read_text(encoding="utf-8"))["act"])


@cache
def matrix_digest() -> str:
    """SHA-256 of the file."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()


def _act(one: Mapping[str, object]) -> Act:
    shut_to = one.get("shut_to", {})
    if not isinstance(shut_to, dict):
        raise TypeError(f"{one['key']} is not written as an act.")
    return Act(
        key=str(one["key"]),
        roles=frozenset(_texts(one, "roles")),
        stages=_texts(one, "stages"),
        shut_to={str(name): str(code) for name, code in shut_to.items()},
        only=frozenset(_texts(one, "only")),
        elsewhere=frozenset(_texts(one, "elsewhere")) or frozenset({"stage"}),
        scope=str(one.get("scope", "")),
        denied=str(one.get("denied", "permission")),
        about=About(str(one.get("about", About.MODEL))),
    )


def _texts(one: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = one.get(name, [])
    if not isinstance(value, list):
        raise TypeError(f"{name} of {one['key']} is no list.")
    return tuple(str(text) for text in value)
