"""What a read is given, and what it gives."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlmodel import Session

from core.ledger.canonical import JsonValue

Fact = TypeVar("Fact")


@dataclass(frozen=True)
class Reading:
    """The moment, the settings, what the last result of the check stated, and what is open of it.

    `vkey` is the ledger's verifier key; `clock` tells how long a part took; in `data_dir` lie the files.
    """

    at: datetime
    parameters: Mapping[str, int]
    earlier: Mapping[str, JsonValue]
    open_subjects: frozenset[str]
    vkey: str
    clock: Callable[[], datetime]
    data_dir: Path | None = None


@dataclass(frozen=True)
class Read(Generic[Fact]):
    """The facts, how many things were looked at where that is more, and what the check states beside them.

    `digest` is given where more was read than the facts say; a check is not `judged` where there is nothing to judge.
    """

    facts: tuple[Fact, ...]
    examined: int | None = None
    figures: Mapping[str, JsonValue] = field(default_factory=dict)
    said: str = ""
    digest: str = ""
    judged: bool = True


Reader = Callable[[Session, Reading], Read[Any]]


def digest_of(facts: Iterable[Any]) -> str:
    """SHA-256 over one line of JSON a fact, in the order of the lines: the same record gives the same digest."""
    lines = sorted(json.dumps(astuple(fact), default=str, ensure_ascii=False) for fact in facts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
