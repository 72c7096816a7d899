"""What counts as a number in an upload, and in which words anything else is refused."""

import re
import unicodedata
from decimal import Decimal

import polars as pl

LARGEST_EXACT = 2**53
NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
INTEGER = r"^-?(?:0|[1-9][0-9]*)$"
DECIMAL_COMMA = r"^[+-]?[0-9]+,[0-9]+$"
NUMBER_OR_DECIMAL_COMMA = r"^[+-]?[0-9]+(?:[.,][0-9]+)?$"
_NUMBER = re.compile(NUMBER.rstrip("$") + r"\Z")
_WHOLE = re.compile(r"[+-]?[0-9]+\Z")
_LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[,.\u2019'\u00a0\u202f _][0-9]{3})+(?:[.,][0-9]+)?\Z")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+\Z")
_NOT_A_NUMBER = frozenset({"nan", "na", "n/a", "null", "none", "-", "?"})
_INFINITE = frozenset({"inf", "infinity", "∞", "1.#inf"})
_LONG_ENOUGH_TO_MATTER = 15


def not_a_number(text: str) -> str | None:
    """Why `text` cannot stand in a column of numbers; none when it can."""
    if _NUMBER.match(text):
        return _too_large(text)
    bare = text.strip().casefold()
    checks = (
        (bare == "", "the value is missing"),
        (bare.lstrip("+-\u2212") in _NOT_A_NUMBER, "not a number"),
        (bare.lstrip("+-\u2212") in _INFINITE, "an infinite number"),
        (text != text.strip(), "spaces around a number"),
        (any(c in bare for c in "\u2212\u2012\u2013\ufe63\uff0d"), "a minus sign that is not the ASCII hyphen"),
        (any(c.isdigit() and not c.isascii() for c in bare), "digits that are not ASCII"),
        ("%" in bare or "\u2030" in bare, "a percent sign"),
        (any(unicodedata.category(c) == "Sc" for c in bare), "a currency sign"),
        (bool(_GROUPED.match(bare)), "a thousands separator"),
        (bool(_COMMA.match(bare)), "a decimal comma"),
    )
    return next((words for holds, words in checks if holds), "not a number")


def _too_large(text: str) -> str | None:
    if _WHOLE.match(text) and len(text) > _LONG_ENOUGH_TO_MATTER and abs(Decimal(text)) > LARGEST_EXACT:
        return "an integer beyond 2^53, which a decimal number cannot hold exactly"
    return None if abs(float(text)) < float("inf") else "a number too large to hold"


def sound_numbers(cells: pl.Series) -> pl.Series:
    """True where the text of a cell is a number that a double holds; null where nothing is written."""
    if cells.dtype != pl.String:
        return _sound_typed(cells)
    fits = cells.str.contains(NUMBER)
    finite = cells.cast(pl.Float64, strict=False).is_finite().fill_null(False)
    long = cells.str.contains(r"^[+-]?[0-9]{16,}$")
    if long.any():
        exact = pl.Series([_too_large(text) is None if text else None for text in cells.filter(long)], dtype=pl.Boolean)
        finite = finite.scatter(long.arg_true(), exact)
    return (fits & finite).set(cells.is_null(), None)  # in Polars, null and false is false


def _sound_typed(cells: pl.Series) -> pl.Series:
    if cells.dtype.is_float():
        return cells.is_finite()
    if cells.dtype.is_integer():
        return cells.is_between(-LARGEST_EXACT, LARGEST_EXACT)
    if cells.dtype.is_decimal():
        return cells.is_not_null() | None
    return pl.Series([None if null else False for null in cells.is_null()], dtype=pl.Boolean)


def canonical(text: str) -> str:
    """One spelling for one value: `1`, `1.0` and `1e0` are the same label, `01`, `yes` and `Yes` are themselves."""
    if not _NUMBER.match(text) or _LEADING_ZERO.match(text) or _too_large(text):
        return text
    value = float(text)
    return str(int(value)) if value.is_integer() and abs(value) <= LARGEST_EXACT else repr(value)
