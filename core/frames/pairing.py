"""Two files of predictions brought together: row by row where both name their rows, else side by side."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np

from core.errors import Problem, Unreadable
from core.frames.cells import refuse_non_numbers
from core.frames.labels import classes_of
from core.frames.source import Table, open_table
from core.metrics.cells import canonical
from core.metrics.performance.comparing import Floats, Outcomes, PerformanceComparison, compare_outcomes

EVEN_CUT = 0.5


@dataclass(frozen=True)
class Roles:
    """Which column of a file holds what; `positive` is the positive label of two classes."""

    label: str
    prediction: str | None = None
    score: str | None = None
    positive: str = ""
    row_id: str | None = None
    task: Literal["binary", "multiclass", "regression"] = "binary"


def compare_files(
    current: Path | str, roles: Roles, other: Path | str, other_roles: Roles, *, name: str
) -> PerformanceComparison:
    """The performance of two files against each other; `name` says who the other is, such as “baseline”.

    Rows are paired where both files name them and every label of a shared row is the same; of the others nothing is
    used then. Three numbers a row are in memory. Raises Unreadable where a column is absent or unsound in either file.
    """
    with open_table(current) as table:
        beside = table.beside(other)
        rows = [_rows(one, its, table) for one, its in ((table, roles), (beside, other_roles))]
        shared = _paired(table.connection, *rows, by_row=roles.row_id is not None and other_roles.row_id is not None)
        if shared is not None:
            return compare_outcomes(roles.task, *shared, paired=True, name=name)
        apart = (_outcomes(table.connection, f"SELECT y, p, s FROM {view}") for view in rows)  # noqa: S608  # our names
        return compare_outcomes(roles.task, *apart, paired=False, name=name)


def _rows(table: Table, roles: Roles, home: Table) -> str:
    """A view (id, y, p, s) of one file in the engine of the first."""
    view, connection = f"{table.view}_rows", home.connection
    key = f"CAST({table.key(roles.row_id)} AS VARCHAR)" if roles.row_id else "NULL"
    score = "NULL"
    if roles.score:
        refuse_non_numbers(table, roles.score)
        score = f"CAST({table.key(roles.score)} AS DOUBLE)"
    truth, predicted = _numbers(table, roles, score)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {key} AS id, CAST({truth} AS DOUBLE) AS y, "  # noqa: S608
        f"CAST({predicted} AS DOUBLE) AS p, {score} AS s FROM {table.view}"
    )
    return view


def _numbers(table: Table, roles: Roles, score: str) -> tuple[str, str]:
    """The engine's expressions of label and prediction as numbers."""
    label = table.key(roles.label)
    if roles.task == "regression":
        column = roles.prediction or roles.score or ""
        for name in (roles.label, column):
            refuse_non_numbers(table, name)
        return f"CAST({label} AS DOUBLE)", f"CAST({table.key(column)} AS DOUBLE)"
    columns = [roles.label, *([roles.prediction] if roles.prediction else [])]
    if not roles.prediction and not roles.score:
        raise Unreadable([Problem("neither a prediction nor a score column is named")])
    numbers = _numbered(classes_of(table, *columns), roles)
    predicted = _case(table.key(roles.prediction), numbers) if roles.prediction else f"({score} >= {EVEN_CUT})::INTEGER"
    return _case(label, numbers), predicted


def _numbered(classes: tuple[str, ...], roles: Roles) -> dict[str, int]:
    """A number for each class that is the same in both files; of two classes the positive one is 1."""
    if roles.task == "binary":
        return {one: int(canonical(one) == canonical(roles.positive)) for one in classes}
    return {one: hash_of(one) for one in classes}


def hash_of(label: str) -> int:
    """A number below 2^52 that stands for a label, the same however a number is written."""
    text = str(canonical(label))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 12


def _case(key: str, numbers: dict[str, int]) -> str:
    """The number of the class, in whatever way it is written."""
    whens = " ".join(f"WHEN {_spelled(key, label)} THEN {number}" for label, number in numbers.items())
    return f"(CASE {whens} END)"


def _spelled(key: str, label: str) -> str:
    text = f"CAST({key} AS VARCHAR)"
    number = canonical(label)
    if isinstance(number, str):
        return f"{text} = '" + label.replace("'", "''") + "'"
    return f"TRY_CAST({text} AS DOUBLE) = CAST('{number}' AS DOUBLE)"


def _paired(
    connection: duckdb.DuckDBPyConnection, one: str, other: str, *, by_row: bool
) -> tuple[Outcomes, Outcomes] | None:
    if not by_row:
        return None
    joined = f"FROM {one} AS a JOIN {other} AS b ON a.id = b.id"
    count = f"SELECT count(*), count(*) FILTER (a.y IS DISTINCT FROM b.y) {joined}"  # noqa: S608  # our own names
    shared, differ = connection.execute(count).fetchall()[0]
    if shared < 2 or differ:
        return None
    query = f"SELECT a.y AS y, a.p AS p, a.s AS s, b.p AS q, b.s AS t {joined} ORDER BY a.id"
    found = connection.execute(query).fetchnumpy()
    truth = _filled(found["y"])
    return (
        Outcomes(truth, _filled(found["p"]), _known(found["s"])),
        Outcomes(truth, _filled(found["q"]), _known(found["t"])),
    )


def _outcomes(connection: duckdb.DuckDBPyConnection, query: str) -> Outcomes:
    found = connection.execute(query).fetchnumpy()
    return Outcomes(_filled(found["y"]), _filled(found["p"]), _known(found["s"]))


def _filled(values: object) -> Floats:
    return np.asarray(np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan), dtype=np.float64)


def _known(values: object) -> Floats | None:
    """Scores, or None where the file has none."""
    filled = _filled(values)
    return None if not len(filled) or bool(np.isnan(filled).any()) else filled
