"""Reads a policy from its TOML text; anything missing, unknown or out of range is refused with its place."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from core.errors import Problem, Unreadable
from core.policy.packs import packs
from core.policy.places import places_of
from core.policy.rules import CheckKind, ChecklistTemplate, Direction, Policy, Task, Threshold
from core.policy.vocabulary import names_of

Kind = TypeVar("Kind", bound=StrEnum)
TIERS = (1, 2, 3, 4)
SEVERITIES = ("critical", "high", "medium", "low")


def parse_policy(text: str) -> Policy:
    """The policy that this text says; raises `Unreadable` with every problem at once."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        raise Unreadable([Problem(str(error), line=int(place[1]) if place else None)]) from error
    reader = _Reader(raw, "", _Wrong(places_of(text)))
    policy = _policy(reader)
    reader.finish()
    if reader.wrong.problems:
        raise Unreadable(reader.wrong.problems)
    return policy


def _policy(reader: "_Reader") -> Policy:
    scope = reader.table("scope")
    policy = Policy(
        name=reader.text("name"),
        version=reader.text("version"),
        minimum_rows=scope.whole("minimum_rows", 1),
        minimum_group=scope.whole("minimum_group", 1),
        thresholds=tuple(_threshold(one) for one in reader.tables("threshold")),
        items=(
            *(_own_item(one) for one in reader.tables("item")),
            *(_pack_item(one) for one in reader.tables("pack_item", optional=True)),
        ),
        quorum_by_tier=reader.table("quorum").by_tier(),
        decision_days_by_tier=reader.table("decision_days").by_tier(),
        review_months_by_tier=reader.table("review_months").by_tier(),
        remediation_days_by_severity=reader.table("remediation_days").by_key(SEVERITIES),
    )
    clauses = [threshold.clause for threshold in policy.thresholds]
    codes = [item.code for item in policy.items]
    for what, values in (("clause", clauses), ("item", codes)):
        for value in sorted({value for value in values if values.count(value) > 1}):
            reader.refuse(f"{what} {value} stands twice")
    return policy


def _threshold(reader: "_Reader") -> Threshold:
    kind = reader.one_of("kind", CheckKind)
    metric = reader.text("metric")
    if metric and metric not in names_of(kind):
        reader.refuse(f"“{metric}” is not a {kind} metric", "metric", expected=", ".join(sorted(names_of(kind))))
    return Threshold(
        clause=reader.text("clause"),
        kind=kind,
        metric=metric,
        title=reader.text("title"),
        direction=reader.one_of("direction", Direction),
        value=reader.number("value"),
        required=reader.flag("required"),
        tasks=reader.tasks(),
    )


def _own_item(reader: "_Reader") -> ChecklistTemplate:
    return ChecklistTemplate(
        code=reader.text("code"),
        title=reader.text("title"),
        guidance=reader.text("guidance"),
        source=f"clause {reader.text('clause')}",
        required=reader.flag("required"),
        tiers=reader.tiers(),
    )


def _pack_item(reader: "_Reader") -> ChecklistTemplate:
    pack_id, item_id = reader.text("pack"), reader.text("item")
    pack = packs().get(pack_id)
    item = pack.item(item_id) if pack else None
    if item is None:
        reader.refuse(f"there is no item {item_id} in a pack {pack_id}")
    return ChecklistTemplate(
        code=item_id,
        title=item.title if item else "",
        guidance=item.text if item else "",
        source=f"{pack_id} {item_id}, {item.clause}" if item else "",
        required=reader.flag("required"),
        tiers=reader.tiers(),
        pack=pack_id,
    )


@dataclass
class _Wrong:
    """Where everything stands, and what is wrong so far."""

    places: Mapping[str, int]
    problems: list[Problem] = field(default_factory=list)


class _Reader:
    """Takes values out of one TOML table and keeps what is wrong with them; what nobody took is wrong too."""

    def __init__(self, raw: object, place: str, wrong: _Wrong) -> None:
        self.wrong, self.place = wrong, place
        self.left: dict[str, object] = dict(raw) if isinstance(raw, dict) else {}
        self.parts: list[_Reader] = []

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

    def table(self, key: str) -> "_Reader":
        if not isinstance(self.left.get(key), dict):
            self.refuse(f"table [{key}] is missing")
        part = _Reader(self.left.pop(key, {}), key, self.wrong)
        self.parts.append(part)
        return part

    def tables(self, key: str, *, optional: bool = False) -> list["_Reader"]:
        raw = self.left.pop(key, [])
        rows = raw if isinstance(raw, list) else []
        if not rows and not (optional and raw == []):
            self.refuse(f"no [[{key}]] is given", expected="at least one")
        parts = [_Reader(row, f"{key} {number}", self.wrong) for number, row in enumerate(rows, start=1)]
        self.parts += parts
        return parts

    def text(self, key: str) -> str:
        value = self.left.pop(key, None)
        if isinstance(value, str) and value.strip():
            return value
        self.refuse(f"“{key}” is missing or empty", key, expected="text")
        return ""

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

    def tiers(self) -> frozenset[int]:
        value = self.left.pop("tiers", None)
        if isinstance(value, list) and value and all(type(tier) is int and tier in TIERS for tier in value):
            return frozenset(value)
        self.refuse("“tiers” is missing or out of range", "tiers", found=repr(value), expected="a list of 1 to 4")
        return frozenset()

    def by_tier(self) -> dict[int, int]:
        return {int(key): value for key, value in self.by_key([str(tier) for tier in TIERS]).items()}

    def by_key(self, keys: tuple[str, ...] | list[str]) -> dict[str, int]:
        return {key: self.whole(key, 1) for key in keys}
