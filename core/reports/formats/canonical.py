"""JSON in its one canonical form (RFC 8785): the same value, the same bytes, and no figure rounded."""

import math
from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring
from typing import TypeAlias

Plain: TypeAlias = "str | int | float | bool | Sequence[Plain] | Mapping[str, Plain] | None"


def canonical(value: Plain) -> bytes:
    """The canonical bytes; raises ValueError for a figure that is not finite.

    A lone surrogate, which no UTF-8 can hold, stands as its JSON escape; whole numbers keep all their digits.
    """
    return "".join(_written(value)).encode("utf-8", errors="backslashreplace")


def number(value: float) -> str:
    """A double as ECMAScript writes it (ECMA-262, Number::toString): the fewest digits that read back the same."""
    if not math.isfinite(value):
        raise ValueError("A figure that is not finite is not available, and has to say so.")
    if value == 0:
        return "0"
    sign, digits, point = _digits(value)
    count = len(digits)
    if count <= point <= 21:
        return f"{sign}{digits}{'0' * (point - count)}"
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1:+d}"


def _digits(value: float) -> tuple[str, str, int]:
    """Sign, significant digits, and how many of them stand before the decimal point."""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole.lstrip("0")) or len(digits) - len(fraction)
    return "-" if value < 0 else "", digits.rstrip("0"), point + int(exponent or 0)


def _written(value: Plain) -> Iterator[str]:
    match value:
        case None:
            yield "null"
        case bool():
            yield "true" if value else "false"
        case str():
            yield encode_basestring(value)
        case int():
            yield str(int(value))
        case float():
            yield number(value)
        case Mapping():
            yield from _members(value)
        case _:
            yield from _items(value)


def _members(value: Mapping[str, Plain]) -> Iterator[str]:
    between = "{"
    for key in sorted(value, key=lambda name: name.encode("utf-16-be", errors="surrogatepass")):
        yield f"{between}{encode_basestring(key)}:"
        yield from _written(value[key])
        between = ","
    yield "}" if value else "{}"


def _items(value: Sequence[Plain]) -> Iterator[str]:
    between = "["
    for item in value:
        yield between
        yield from _written(item)
        between = ","
    yield "]" if value else "[]"
