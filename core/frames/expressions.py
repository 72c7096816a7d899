"""Values of any type in the engine's words: whether one is missing, its number, its text, its hash."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from core.frames.source import Table

FLOATS = ("FLOAT", "DOUBLE")
WHOLE_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
EXACT = "1e15"  # whole numbers below it are the same in every type; from it on a value stays as it is written
TEXT_NUMBER = r"^\s*[+-]?(0[0-9]|[0-9]{16})"  # “007” and long digits are codes, and stay text
BLANK = "' \t\n\r\f\v\u00a0'"


@lru_cache(maxsize=8)  # asked for every column of a table, and with a thousand columns each answer takes its time
def types_of(table: Table) -> Mapping[str, str]:
    """The engine's type of each column, by the engine's name."""
    relation = table.connection.view(table.view)
    return MappingProxyType({name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)})


def number(key: str, kind: str) -> str:
    """A value as a double, NULL where it is none; “1_000”, which the engine would take for 1000, is none."""
    cast = f"TRY_CAST({key} AS DOUBLE)"
    return f"(CASE WHEN contains({key}, '_') THEN NULL ELSE {cast} END)" if kind == "VARCHAR" else cast


def absent(key: str, kind: str) -> str:
    """The condition that a value is NULL, blank text or NaN."""
    if kind in FLOATS:
        return f"coalesce(isnan({key}), true)"
    if kind in ("VARCHAR", "BLOB"):
        return f"coalesce(trim(CAST({key} AS VARCHAR), {BLANK}) = '', true)"
    return f"({key} IS NULL)"


def written(key: str, kind: str) -> str:
    """A value as text, alike for every type that can hold it; NULL where it is missing.

    Numbers are written by their value (1 and 1.0 are one; “01” and 16 digits or more stay text), logical values in
    lower case, other text without blanks around it. Times are written as their type is, so that a date is not a text
    in another order.
    """
    if kind in WHOLE_NUMBERS:
        return f"CAST({key} AS VARCHAR)"
    value = _number(key, kind)
    if value is None:
        return _text(key)
    whole = f"CAST(CAST({value} AS HUGEINT) AS VARCHAR)"
    is_whole = f"isfinite({value}) AND {value} = trunc({value}) AND abs({value}) < {EXACT}"
    text = f"(CASE WHEN isnan({value}) THEN NULL WHEN {is_whole} THEN {whole} ELSE CAST({value} AS VARCHAR) END)"
    return f"(CASE WHEN {value} IS NULL THEN {_text(key)} ELSE {text} END)" if kind == "VARCHAR" else text


def value_hash(key: str, kind: str) -> str:
    """The engine's 64-bit hash of a value, equal where two are written alike.

    Numbers hash as doubles, for writing them out takes ten times as long; what `written` leaves as text, as text.
    """
    if kind in WHOLE_NUMBERS:
        exact = f"abs(CAST({key} AS DOUBLE)) < {EXACT}"
        return f"(CASE WHEN {exact} THEN hash(CAST({key} AS DOUBLE)) ELSE hash(CAST({key} AS VARCHAR)) END)"
    value = _number(key, kind)
    if value is None:
        return f"hash({_text(key)})"
    as_number = f"hash(nullif({value}, CAST('nan' AS DOUBLE)))"
    return (
        f"(CASE WHEN {value} IS NULL THEN hash({_text(key)}) ELSE {as_number} END)" if kind == "VARCHAR" else as_number
    )


def row_hash(table: Table, columns: Iterable[str]) -> str:
    """The engine's 64-bit hash of these values of a row: equal where all of them are written alike."""
    types = types_of(table)
    return "hash(" + ", ".join(value_hash(key, types[key]) for key in table.keys(*columns)) + ")"


def row_digest(table: Table, columns: Iterable[str]) -> str:
    """The MD5 of these values of a row, each written with its length before it.

    The length keeps “a,b” and “c” from meeting “a” and “b,c”.
    """
    types = types_of(table)
    parts = [written(key, types[key]) for key in table.keys(*columns)]
    return "md5(concat(" + ", ".join(f"coalesce(length({part}) || ':' || {part}, '-')" for part in parts) + "))"


def _number(key: str, kind: str) -> str | None:
    """The double by which a value is compared; None for types that hold no numbers."""
    if kind == "FLOAT":  # by its shortest decimals, so that 0.1 in single precision meets 0.1
        return f"CAST(CAST({key} AS VARCHAR) AS DOUBLE)"
    if kind == "DOUBLE" or kind.startswith("DECIMAL"):
        return f"CAST({key} AS DOUBLE)"
    if kind != "VARCHAR":
        return None
    return f"(CASE WHEN NOT regexp_matches({key}, '{TEXT_NUMBER}') THEN {number(key, kind)} END)"


def _text(key: str) -> str:
    text = f"nullif(trim(CAST({key} AS VARCHAR), {BLANK}), '')"
    return f"(CASE WHEN lower({text}) IN ('true', 'false') THEN lower({text}) ELSE {text} END)"
