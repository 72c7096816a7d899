"""Reads a declared schema from JSON; anything unknown, repeated or out of range is refused with its place."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import NoReturn, TypeAlias, TypeVar

from core.errors import Problem, Unreadable
from core.metrics.quality.schema import DeclaredColumn, DeclaredType, Role, Schema

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Kind = TypeVar("Kind", bound=StrEnum)
Limit = float | str | None
LONGEST = 1_000_000  # characters
MOST_COLUMNS = 10_000
MOST_VALUES = 10_000
KEYS = ("name", "type", "required", "nullable", "minimum", "maximum", "values", "unit", "role")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?")
NUMBERS = (DeclaredType.INTEGER, DeclaredType.NUMBER)


def parse_schema(text: str | bytes) -> Schema:
    """The schema that this JSON declares; raises Unreadable with every problem and the column it stands in.

    `{"columns": [{"name": …, "type": "integer|number|text|boolean|date", "required": true, "nullable": false,
    "minimum": …, "maximum": …, "values": […], "unit": "…", "role": "…"}], "open": false}`; all but name and type may be
    left out. Refused: unknown and repeated keys, NaN and infinities, bounds of text and of logical values.
    """
    reader = _Reader()
    raw = _loads(text)
    if not isinstance(raw, dict):
        raise Unreadable([Problem("the schema is not an object", expected='{"columns": […]}')])
    reader.unknown(raw, ("columns", "open"), "")
    is_open = reader.flag(raw, "open", default=False, name="")
    rows = raw.get("columns")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_COLUMNS:
        reader.refuse("“columns” is no list of declared columns", "", expected=f"1 to {MOST_COLUMNS:,} of them")
        rows = []
    columns = tuple(reader.column(row, place) for place, row in enumerate(rows, start=1))
    for name, times in Counter(column.name for column in columns if column.name).items():
        if times > 1:
            reader.refuse("the column is declared more than once", name)
    if reader.problems:
        raise Unreadable(reader.problems)
    return Schema(columns, is_open)


def schema_json(schema: Schema) -> str:
    """The inverse of `parse_schema`, in one line."""
    columns: list[Json] = [_members(column) for column in schema.columns]
    return json.dumps({"columns": columns, "open": schema.open}, ensure_ascii=False, allow_nan=False)


def _members(column: DeclaredColumn) -> Json:
    members: dict[str, Json] = {
        "name": column.name,
        "type": column.type.value,
        "required": column.required,
        "nullable": column.nullable,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "values": list(column.values),
        "unit": column.unit,
        "role": column.role.value,
    }
    return {key: value for key, value in members.items() if value not in (None, [], "")}


def _loads(text: str | bytes) -> Json:
    if len(text) > LONGEST:
        raise Unreadable([Problem("the schema is too long", expected=f"at most {LONGEST:,} characters")])
    try:
        value = text.decode("utf-8") if isinstance(text, bytes) else text
        read: Json = json.loads(value, object_pairs_hook=_once, parse_constant=_no_constant)
        json.dumps(read, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise Unreadable([Problem(f"the schema is no JSON: {error.msg}", line=error.lineno)]) from None
    except UnicodeError:
        raise Unreadable([Problem("the schema is not UTF-8")]) from None
    except (ValueError, RecursionError):
        raise Unreadable([Problem("the schema holds a number or a nesting too large to read")]) from None
    return read


def _once(pairs: list[tuple[str, Json]]) -> Json:
    members = dict(pairs)
    if len(members) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise Unreadable([Problem("a key is repeated", found=repeated[:100])])
    return members


def _no_constant(word: str) -> NoReturn:
    raise Unreadable([Problem("JSON has no such number", found=word)])


@dataclass
class _Reader:
    """Takes declarations out of JSON and keeps what is wrong with them."""

    problems: list[Problem] = field(default_factory=list)

    def refuse(self, reason: str, name: str, *, found: str = "", expected: str = "") -> None:
        self.problems.append(Problem(reason, column=name[:100] or None, found=found[:100], expected=expected))

    def unknown(self, members: Mapping[str, Json], known: Sequence[str], name: str) -> None:
        for key in members:
            if key not in known:
                self.refuse("the key is not known", name, found=key, expected=", ".join(known))

    def column(self, raw: Json, place: int) -> DeclaredColumn:
        members = raw if isinstance(raw, dict) else {}
        name = self.text(members, "name", f"number {place}")
        where = name or f"number {place}"
        if not name.strip():
            self.refuse("the column has no name", where, expected='{"name": …, "type": …}')
        self.unknown(members, KEYS, where)
        kind = self.one_of(members, "type", DeclaredType, where, None)
        low, high = (self.limit(members, key, kind, where) for key in ("minimum", "maximum"))
        if _crossed(low, high):
            self.refuse("the minimum lies above the maximum", where, found=f"{low} and {high}")
        return DeclaredColumn(
            name=name,
            type=kind,
            required=self.flag(members, "required", default=True, name=where),
            nullable=self.flag(members, "nullable", default=False, name=where),
            minimum=low,
            maximum=high,
            values=self.values(members, where),
            unit=self.text(members, "unit", where),
            role=self.one_of(members, "role", Role, where, Role.OTHER),
        )

    def text(self, members: Mapping[str, Json], key: str, name: str) -> str:
        value = members.get(key, "")
        if isinstance(value, str):
            return value
        self.refuse(f"“{key}” is no text", name, found=repr(value))
        return ""

    def flag(self, members: Mapping[str, Json], key: str, *, default: bool, name: str) -> bool:
        value = members.get(key, default)
        if not isinstance(value, bool):
            self.refuse(f"“{key}” is neither true nor false", name, found=repr(value))
        return value is True

    def one_of(self, members: Mapping[str, Json], key: str, kinds: type[Kind], name: str, default: Kind | None) -> Kind:
        if key not in members and default is not None:
            return default
        for member in kinds:
            if member.value == members.get(key):
                return member
        self.refuse(f"“{key}” is missing or not known", name, found=repr(members.get(key)), expected=", ".join(kinds))
        return next(iter(kinds))

    def limit(self, members: Mapping[str, Json], key: str, kind: DeclaredType, name: str) -> Limit:
        value = members.get(key)
        if value is None:
            return None
        if kind in NUMBERS and isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value):
            return float(value)
        if kind is DeclaredType.DATE and isinstance(value, str) and _is_date(value):
            return value
        expected = {DeclaredType.DATE: "a date as 2026-01-31"}.get(kind, "a finite number")
        self.refuse(f"“{key}” does not fit the type {kind}", name, found=repr(value), expected=expected)
        return None

    def values(self, members: Mapping[str, Json], name: str) -> tuple[str, ...]:
        raw = members.get("values")
        if raw is None:
            return ()
        if not isinstance(raw, list) or not 0 < len(raw) <= MOST_VALUES:
            self.refuse("“values” is no list of values", name, expected=f"1 to {MOST_VALUES:,} of them")
            return ()
        texts = [_value_text(value) for value in raw]
        if None in texts:
            self.refuse("“values” holds more than texts, numbers, true and false", name)
        found = tuple(text for text in texts if text is not None)
        if len(set(found)) < len(found):
            self.refuse("“values” repeats a value", name)
        return found


def _value_text(value: Json) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if value.strip() else None
    return repr(value) if isinstance(value, int | float) and _is_finite(value) else None


def _is_finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # a whole number too large for a double
        return False


def _is_date(text: str) -> bool:
    try:
        return bool(DATE.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _crossed(low: Limit, high: Limit) -> bool:
    if isinstance(low, str) and isinstance(high, str):
        return datetime.fromisoformat(low) > datetime.fromisoformat(high)
    return isinstance(low, float) and isinstance(high, float) and low > high
