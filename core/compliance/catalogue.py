"""The catalogue of routine checks, read once from `data/checks.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from core.access.rules import Role
from core.errors import NotFound
from core.validation.rules import Severity

FILE = Path(__file__).parent / "data" / "checks.toml"


@dataclass(frozen=True)
class Parameter:
    """A whole number that the organisation may set."""

    name: str
    title: str
    default: int
    least: int
    most: int


@dataclass(frozen=True)
class CheckText:
    """One check as the catalogue says it; `shows` names items of packs as “pack item”."""

    key: str
    title: str
    why: str
    severity: Severity
    reads: str
    shows: tuple[str, ...]
    every_hours: int
    due_days: int
    role: Role
    parameters: tuple[Parameter, ...]

    @property
    def defaults(self) -> Mapping[str, int]:
        """Every parameter as it is without a setting."""
        return {one.name: one.default for one in self.parameters}


@cache
def catalogue() -> Mapping[str, CheckText]:
    """Every check by key, in the order of the file."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))["check"]
    return MappingProxyType({one["key"]: _check(one) for one in said})


def check_by_key(key: str) -> CheckText:
    """The check with this key; raises `NotFound`."""
    found = catalogue().get(key)
    if found is None:
        raise NotFound("compliance check", key)
    return found


def _check(one: Mapping[str, object]) -> CheckText:
    parameters = one.get("parameters", {})
    shows = one["shows"]
    if not isinstance(parameters, dict) or not isinstance(shows, list):
        raise TypeError(f"{one['key']} is not written as a check.")
    return CheckText(
        key=str(one["key"]),
        title=str(one["title"]),
        why=str(one["why"]),
        severity=Severity(str(one["severity"])),
        reads=str(one["reads"]),
        shows=tuple(map(str, shows)),
        every_hours=int(str(one["every_hours"])),
        due_days=int(str(one["due_days"])),
        role=Role(str(one["role"])),
        parameters=tuple(
            Parameter(name, str(said["title"]), said["default"], said["least"], said["most"])
            for name, said in parameters.items()
        ),
    )
