"""Canonical JSON: one value, one sequence of bytes, so that a hash of it means something (RFC 8785, narrowed)."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import orjson

from core.errors import GovernanceError

JsonValue: TypeAlias = "bool | int | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"

MAX_BYTES = 65_535
MAX_DEPTH = 32
INTEGER_BOUND = 2**53  # beyond it RFC 8785 and JavaScript lose digits


class NotCanonical(GovernanceError):
    """A value outside the profile, or text that is not its canonical form."""


def canonical(value: object, *, limit: int = MAX_BYTES) -> bytes:
    """The canonical bytes; whatever the profile does not name is refused, never converted.

    Profile: null, booleans, integers within ±2^53 exclusive, text without U+0000 or lone surrogates, lists, and
    objects with ASCII keys, at most 32 levels deep and `limit` bytes long. Raises `NotCanonical`.
    """
    _check(value, 0)
    try:
        data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:  # a lone surrogate
        raise NotCanonical(f"Not canonical JSON: {error}.") from error
    if len(data) > limit:
        raise NotCanonical(f"Not canonical JSON: {len(data)} bytes, at most {limit} are allowed.")
    return data


def number_text(value: float) -> str:
    """A number with a fraction as RFC 8785 writes it (section 3.2.2.3, ECMAScript): the shortest that reads back so."""
    if value == 0:
        return "0"
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    written = whole + fraction
    digits = written.lstrip("0")
    point = len(whole) + int(power or 0) - (len(written) - len(digits))
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return sign + digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1:+d}"


def parse_canonical(data: bytes, *, limit: int = MAX_BYTES) -> JsonValue:
    """The value of canonical bytes; white space, duplicate keys and every other spelling raise `NotCanonical`."""
    if len(data) > limit:
        raise NotCanonical(f"Not canonical JSON: {len(data)} bytes, at most {limit} are allowed.")
    try:
        value: JsonValue = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise NotCanonical(f"Not canonical JSON: {error}.") from error
    if canonical(value, limit=limit) != data:
        raise NotCanonical("Not canonical JSON: the same value is written otherwise.")
    return value


def _check(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotCanonical(f"Not canonical JSON: more than {MAX_DEPTH} levels.")
    if isinstance(value, dict):
        _check_keys(value)
        for item in value.values():
            _check(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item, depth + 1)
    else:
        _check_scalar(value)


def _check_scalar(value: object) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if "\0" in value:
            raise NotCanonical("Not canonical JSON: text holds U+0000.")
    elif isinstance(value, int):
        if abs(value) >= INTEGER_BOUND:
            raise NotCanonical(f"Not canonical JSON: integer {value} is not below 2^53.")
    else:
        raise NotCanonical(f"Not canonical JSON: {type(value).__name__} is not allowed.")


def _check_keys(value: dict[object, object]) -> None:
    for key in value:
        if not isinstance(key, str) or not key.isascii() or "\0" in key:
            raise NotCanonical(f"Not canonical JSON: key {key!r} is not ASCII text.")
