"""Attributes as groups: values as they are, numbers of many values in quartile bands."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.frames import expressions
from core.frames.expressions import absent, types_of
from core.frames.profile import ColumnType
from core.frames.source import Table

MOST_CODES = 12  # a number with more values is a measurement, and put into bands
MOST_VALUES = 100
QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Attribute:
    """A column as groups: an engine expression that is the group's name, or NULL where the value is missing.

    `reason` says why it cannot serve, and is empty where it can.
    """

    name: str
    expression: str
    banded: bool = False
    reason: str = ""


def kinds(table: Table, names: Sequence[str]) -> dict[str, ColumnType]:
    """The type of each column, as `core.frames.profile` has it: text that is a number throughout is a number."""
    types = types_of(table)
    keys = table.keys(*names)
    if not keys:
        return {}
    counts = ", ".join(
        f"count(*) FILTER (NOT {absent(key, types[key])}), "
        f"count({expressions.number(key, types[key])}) FILTER (NOT {absent(key, types[key])})"
        for key in keys
    )
    row = table.connection.execute(f"SELECT {counts} FROM {table.view}").fetchall()[0]  # noqa: S608
    return {
        name: _kind(types[key], int(row[2 * at]), int(row[2 * at + 1]))
        for at, (name, key) in enumerate(zip(names, keys, strict=True))
    }


def attributes_of(table: Table, names: Sequence[str]) -> tuple[Attribute, ...]:
    """Each column as groups; more than 100 values that are no numbers are left out with the reason."""
    found = kinds(table, names)
    types = types_of(table)
    return tuple(_attribute(table, name, found[name], types[table.key(name)]) for name in names)


def number(key: str, kind: str) -> str:
    """A value as a finite DOUBLE, or NULL; times as seconds since 1970."""
    if kind.startswith(("DATE", "TIMESTAMP")):
        return f"CAST(epoch(CAST({key} AS TIMESTAMP)) AS DOUBLE)"
    value = expressions.number(key, kind)
    return f"(CASE WHEN isfinite({value}) THEN {value} END)"


def text(key: str, kind: str) -> str:
    """A value as its exact text, or NULL where it is missing."""
    return f"(CASE WHEN {absent(key, kind)} THEN NULL ELSE CAST({key} AS VARCHAR) END)"


def _kind(kind: str, present: int, numbers: int) -> ColumnType:
    if not present:
        return ColumnType.EMPTY
    if kind == "BOOLEAN":
        return ColumnType.BOOLEAN
    if kind.startswith(("DATE", "TIME")):
        return ColumnType.TIME
    return ColumnType.TEXT if kind == "BLOB" or numbers < present else ColumnType.NUMBER


def _attribute(table: Table, name: str, found: ColumnType, kind: str) -> Attribute:
    key = table.key(name)
    if found is ColumnType.EMPTY:
        return Attribute(name, text(key, kind), reason="Every value is missing")
    values = table.distinct(text(key, kind))
    if found is ColumnType.NUMBER and values > MOST_CODES:
        return Attribute(name, _bands(table, key, kind), banded=True)
    if values > MOST_VALUES:
        return Attribute(name, text(key, kind), reason=f"{values} values are too many for groups; put them into bands")
    return Attribute(name, text(key, kind))


def _bands(table: Table, key: str, kind: str) -> str:
    """Quartile bands as a CASE; cuts are values that occur, and equal cuts make one band."""
    value = expressions.number(key, kind)
    query = f"SELECT quantile_disc(x, {list(QUARTILES)}) FROM (SELECT {number(key, kind)} AS x FROM {table.view})"  # noqa: S608
    cuts = sorted(set(table.connection.execute(query).fetchall()[0][0] or ()))
    if not cuts:
        return text(key, kind)
    names = [f"up to {cuts[0]:.15g}"]
    names += [f"over {low:.15g} to {high:.15g}" for low, high in pairwise(cuts)]
    branches = " ".join(f"WHEN {value} <= {cut!r}::DOUBLE THEN '{name}'" for cut, name in zip(cuts, names, strict=True))
    return f"(CASE WHEN {absent(key, kind)} THEN NULL {branches} ELSE 'over {cuts[-1]:.15g}' END)"
