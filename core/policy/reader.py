"""Takes values out of the tables of a TOML text one by one, and keeps everything that is wrong with them."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from core.errors import Problem, Unreadable
from core.policy.places import places_of
from core.policy.rules import ALL_TIERS, Task

Kind = TypeVar("Kind", bound=StrEnum)
Read = TypeVar("Read")
NOWHERE = ""
CLAUSE = 20  # characters of its number that a record of a verdict has room for


@dataclass
class Wrong:
    """Where everything stands, and what is wrong so far; no limit of length binds what is published."""

    places: Mapping[str, int]
    published: bool = False
    problems: list[Problem] = field(default_factory=list)


class Reader:
    """Takes values out of one TOML table and keeps what is wrong with them; what nobody took is wrong too."""

    def __init__(self, raw: object, place: str, wrong: Wrong) -> None:
        self.wrong, self.place = wrong, place
        self.left: dict[str, object] = dict(raw) if isinstance(raw, dict) else {}
        self.parts: list[Reader] = []

    def refuse(self, reason: str, key: str = "", *, found: str = "", expected: str = "") -> None:
        place = f"[{self.place}] " if self.place else ""
        known = self.wrong.places
        line = known.get(f"{self.place}.{key}" if self.place else key) or known.get(self.place)
        self.wrong.problems.append(Problem(place + reason, line=line, found=found, expected=expected))

    def finish(self) -> None:
        for part in self.parts:
            part.finish()
        for key in self.left:
            self.refuse(f"“{key}” is not known here", key)

    def has(self, key: str) -> bool:
        """Whether the text says anything about this key that nobody took yet."""
        return key in self.left

    def table(self, key: str) -> "Reader":
        if not isinstance(self.left.get(key), dict):
            self.refuse(f"table [{key}] is missing")
        part = Reader(self.left.pop(key, {}), key, self.wrong)
        self.parts.append(part)
        return part

    def tables(self, key: str, *, optional: bool = False) -> list["Reader"]:
        raw = self.left.pop(key, [])
        rows = raw if isinstance(raw, list) else []
        if not rows and not (optional and raw == []):
            self.refuse(f"no [[{key}]] is given", expected="at least one")
        parts = [Reader(row, f"{key} {number}", self.wrong) for number, row in enumerate(rows, start=1)]
        self.parts += parts
        return parts

    def text(self, key: str, most: int | None = None) -> str:
        """A text, of at most so many characters where a record of it has room for no more."""
        value = self.left.pop(key, None)
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"“{key}” is missing or empty", key, expected="text")
            return ""
        if most is not None and len(value) > most and not self.wrong.published:
            self.refuse(f"“{key}” is too long", key, found=f"{len(value):,} characters", expected=f"at most {most}")
        return value

    def clause(self, most: int = CLAUSE) -> str:
        """The number of a clause: one short line, which stands beside every verdict that rests on it."""
        found = self.text("clause", most)
        if not found.isprintable() and not self.wrong.published:
            self.refuse("“clause” has line ends or other control characters", "clause", expected="one line")
        return found

    def number(self, key: str) -> float:
        value = self.left.pop(key, None)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf"):
            return float(value)
        self.refuse(f"“{key}” is missing or not a number", key, found=repr(value), expected="a finite number")
        return 0.0

    def whole(self, key: str, least: int) -> int:
        value = self.left.pop(key, None)
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.refuse(
            f"“{key}” is missing or out of range", key, found=repr(value), expected=f"a whole number from {least}"
        )
        return least

    def flag(self, key: str) -> bool:
        value = self.left.pop(key, None)
        if not isinstance(value, bool):
            self.refuse(f"“{key}” is missing", key, found=repr(value), expected="true or false")
        return value is True

    def one_of(self, key: str, kind: type[Kind]) -> Kind:
        value = self.left.pop(key, None)
        for member in kind:
            if member.value == value:
                return member
        self.refuse(f"“{key}” is not known", key, found=repr(value), expected=", ".join(kind))
        return next(iter(kind))

    def tasks(self) -> frozenset[Task]:
        """All of them, where none is named."""
        value = self.left.pop("tasks", list(Task))
        if isinstance(value, list) and value and set(value) <= set(Task):
            return frozenset(Task(task) for task in value)
        self.refuse("“tasks” is out of range", "tasks", found=repr(value), expected="a list of " + ", ".join(Task))
        return frozenset(Task)

    def words(self, key: str) -> list[str]:
        """A list of texts."""
        value = self.left.pop(key, None)
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            return list(value)
        self.refuse(f"“{key}” is missing or empty", key, found=repr(value), expected="a list of texts")
        return []

    def some_of(self, key: str, kind: type[Kind]) -> frozenset[Kind]:
        """A list of these words; none where the key is absent."""
        value = self.left.pop(key, [])
        if isinstance(value, list) and set(map(str, value)) <= set(kind):
            return frozenset(kind(one) for one in value)
        self.refuse(f"“{key}” is not known", key, found=repr(value), expected="a list of " + ", ".join(kind))
        return frozenset()

    def tiers_or_all(self) -> frozenset[int]:
        return self.tiers() if self.has("tiers") else ALL_TIERS

    def tiers(self) -> frozenset[int]:
        value = self.left.pop("tiers", None)
        if isinstance(value, list) and value and all(type(tier) is int and tier in ALL_TIERS for tier in value):
            return frozenset(value)
        self.refuse("“tiers” is missing or out of range", "tiers", found=repr(value), expected="a list of 1 to 4")
        return frozenset()

    def tiers_or_none(self, key: str) -> frozenset[int]:
        """A list of tiers that may be empty."""
        value = self.left.pop(key, None)
        if isinstance(value, list) and all(type(tier) is int and tier in ALL_TIERS for tier in value):
            return frozenset(value)
        self.refuse(f"“{key}” is missing or out of range", key, found=repr(value), expected="a list of 1 to 4")
        return frozenset()

    def by_tier(self) -> dict[int, int]:
        return {int(key): value for key, value in self.by_key([str(tier) for tier in ALL_TIERS]).items()}

    def by_key(self, keys: tuple[str, ...] | list[str]) -> dict[str, int]:
        return {key: self.whole(key, 1) for key in keys}


def read_toml(text: str, take: Callable[[Reader], Read], *, published: bool = False) -> Read:
    """What `take` makes of this text; raises `Unreadable` with every problem at once, in the order of the lines."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        last = text.rstrip().count("\n") + 1  # “at end of document”
        raise Unreadable([Problem(str(error), line=int(place[1]) if place else last)]) from error
    except RecursionError:
        raise Unreadable([Problem("lists or tables lie in one another too deeply", line=1)]) from None
    reader = Reader(raw, NOWHERE, Wrong(places_of(text), published))
    found = take(reader)
    reader.finish()
    if reader.wrong.problems:
        raise Unreadable(sorted(reader.wrong.problems, key=lambda one: (one.line is None, one.line or 0)))
    return found
