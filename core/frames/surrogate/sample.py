"""A sample of rows that depends on the rows themselves and on nothing else: not on their order, not on chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.frames.expressions import types_of
from core.frames.profile import ColumnType
from core.frames.slices.bands import kinds, number, text
from core.frames.source import Table

MOST_ROWS = 12_000
MOST_CATEGORIES = 200
HOLDOUT = 3  # one row in three, by its digest
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Encoded:
    """One feature as numbers: a number as it is, a text as the place of its category; NaN where it is missing."""

    name: str
    values: Floats
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """Rows as columns of numbers; `fold` is 0 to 2 by each row's digest, and 0 is held out.

    `texts` are the columns asked for as text, missing values None. `left_out` names features without information, with
    the reason.
    """

    features: tuple[Encoded, ...]
    numbers: dict[str, Floats]
    texts: dict[str, list[str | None]]
    fold: NDArray[np.int64]
    left_out: tuple[str, ...]

    @property
    def matrix(self) -> Floats:
        """Rows × features."""
        return (
            np.column_stack([one.values for one in self.features]) if self.features else np.empty((len(self.fold), 0))
        )


def sample_of(
    table: Table, features: Sequence[str], *, numbers: Sequence[str] = (), texts: Sequence[str] = ()
) -> Sample:
    """At most 12,000 rows of the open table, those with the smallest digests; equal rows are one another's equals.

    `numbers` and `texts` are engine expressions by which further columns are read.
    """
    types, found = types_of(table), kinds(table, features)
    keys = dict(zip(features, table.keys(*features), strict=True))
    wanted, left_out = {}, []
    for name in features:
        if reason := _without_information(table, found[name], text(keys[name], types[keys[name]])):
            left_out.append(f"{name}: {reason}")
        else:
            is_number = found[name] in (ColumnType.NUMBER, ColumnType.TIME)
            wanted[name] = (number if is_number else text)(keys[name], types[keys[name]]), is_number
    columns = [
        *(f"{expression} AS f{at}" for at, (expression, _) in enumerate(wanted.values())),
        *(f"CAST({expression} AS DOUBLE) AS n{at}" for at, expression in enumerate(numbers)),
        *(f"CAST({expression} AS VARCHAR) AS t{at}" for at, expression in enumerate(texts)),
    ]
    rows = _read(table, columns)
    return Sample(
        features=tuple(
            _encoded(name, rows[f"f{at}"], is_number) for at, (name, (_, is_number)) in enumerate(wanted.items())
        ),
        numbers={expression: _floats(rows[f"n{at}"]) for at, expression in enumerate(numbers)},
        texts={
            expression: [None if value is None else str(value) for value in rows[f"t{at}"]]
            for at, expression in enumerate(texts)
        },
        fold=np.array([int(str(digest)[:6], 16) % HOLDOUT for digest in rows["digest"]], dtype=np.int64),
        left_out=tuple(left_out),
    )


def _without_information(table: Table, kind: ColumnType, written: str) -> str:
    if kind is ColumnType.EMPTY:
        return "every value is missing"
    values = table.distinct(written)
    if values < 2:
        return "it has one value only"
    return "no value repeats often enough to learn from" if kind is ColumnType.TEXT and values > MOST_CATEGORIES else ""


def _read(table: Table, columns: Sequence[str]) -> dict[str, list[object]]:
    names = [column.rpartition(" AS ")[2] for column in columns]
    parts = ", ".join(f"coalesce(CAST({name} AS VARCHAR), '\\0')" for name in names)
    inner = f"SELECT {', '.join(columns)} FROM {table.view}"  # noqa: S608  # our own expressions on c0, c1, …
    query = f"SELECT *, md5(concat_ws('\\1', {parts})) AS digest FROM ({inner}) ORDER BY digest LIMIT {MOST_ROWS}"  # noqa: S608
    found = table.connection.execute(query)
    listed = list(zip(*found.fetchall(), strict=True)) or [()] * (len(names) + 1)
    return {name: list(values) for name, values in zip([*names, "digest"], listed, strict=True)}


def _encoded(name: str, values: Sequence[object], is_number: bool) -> Encoded:
    if is_number:
        return Encoded(name, _floats(values))
    categories = tuple(sorted({str(value) for value in values if value is not None}))
    places = {category: at for at, category in enumerate(categories)}
    codes = [np.nan if value is None else float(places[str(value)]) for value in values]
    return Encoded(name, np.array(codes), categories)


def _floats(values: Sequence[object]) -> Floats:
    return np.array([np.nan if value is None else float(str(value)) for value in values], dtype=np.float64)
