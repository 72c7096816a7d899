"""Two files of predictions brought together: row by row where both name their rows, else side by side.

compare_files(current, roles, other, other_roles, *, name) -> PerformanceComparison
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from core.frames.expressions import absent, types_of, written
from core.frames.paired_sums import paired_sums
from core.frames.pairs import Side, join_sides
from core.frames.performance import assess_performance
from core.frames.roles import EVEN_CUT, Roles
from core.frames.source import open_table
from core.metrics.performance import PerformanceResult
from core.metrics.performance.comparing import PerformanceComparison, compare_results

__all__ = ["EVEN_CUT", "Roles", "compare_files"]

LEAST_SHARE = 0.5  # of the rows of the smaller file that the other one must have too
NO_ROW_ID = "No column names the rows of both files"


def compare_files(
    current: Path | str,
    roles: Roles,
    other: Path | str,
    other_roles: Roles,
    *,
    name: str,
    threshold: float = EVEN_CUT,
    probabilities: Mapping[str, str] | None = None,
    other_probabilities: Mapping[str, str] | None = None,
) -> PerformanceComparison:
    """The performance of two files against each other; `name` says who the other is, such as “baseline”.

    Rows are paired where both files name each of theirs once, at least half the rows of the smaller file are in the
    other one, and no shared row has two labels; then both are assessed on the shared rows alone. Else both are assessed
    whole, as two samples, and the note says why. `threshold` and `probabilities` are those of `assess_performance`;
    without `other_probabilities` both files have the same columns of them. Raises Unreadable where a column is absent
    or unsound in either file.
    """
    other_roles = replace(other_roles, positive=roles.positive, task=roles.task)
    theirs = probabilities if other_probabilities is None else other_probabilities
    with open_table(current) as table:
        sides = (
            Side(table, "current", Path(current), roles, dict(probabilities or {})),
            Side(table.beside(other), "other", Path(other), other_roles, dict(theirs or {})),
        )
        return _compared(sides, name, threshold)


def _compared(sides: tuple[Side, Side], name: str, threshold: float) -> PerformanceComparison:
    rows = (sides[0].table.count("true"), sides[1].table.count("true"))
    note = _unnamed(sides) or _apart(sides, rows, threshold)
    if note:
        whole = [_assessed(side, side.path, threshold) for side in sides]
        return compare_results(whole[0], whole[1], name=name, rows=rows, note=note)
    with TemporaryDirectory(prefix="countersign-") as folder:
        shared = [_assessed(side, _shared_rows(side, sides, Path(folder)), threshold) for side in sides]
    return compare_results(shared[0], shared[1], name=name, paired=paired_sums(sides), rows=rows)


def _assessed(side: Side, path: Path, threshold: float) -> PerformanceResult:
    return assess_performance(path, side.roles, probabilities=side.probabilities or None, threshold=threshold)


def _unnamed(sides: tuple[Side, Side]) -> str:
    """Why a file does not name each of its rows once; else makes its view with the column `row_id`."""
    for side in sides:
        column = side.roles.row_id
        if column is None:
            return NO_ROW_ID
        key = side.table.key(column)
        kind = types_of(side.table)[key]
        if missing := side.table.count(absent(key, kind)):
            return f"{missing:,} rows of the {side.name} file have no value in “{column}”"
        named = f"SELECT *, {written(key, kind)} AS row_id FROM {side.table.view}"  # noqa: S608  # our own names
        side.table.connection.execute(f"CREATE OR REPLACE TEMP VIEW {side.view} AS {named}")
        query = f"SELECT count(*) - count(DISTINCT row_id) FROM {side.view}"  # noqa: S608  # our own names
        if repeated := int(side.table.connection.execute(query).fetchall()[0][0]):
            return f"“{column}” names {repeated:,} rows of the {side.name} file that it names already"
    return ""


def _apart(sides: tuple[Side, Side], rows: tuple[int, int], threshold: float) -> str:
    """Why the rows of the two files do not belong together; else they are joined."""
    shared, differing = join_sides(sides, threshold)
    if shared < max(2, LEAST_SHARE * min(rows)):
        return f"Only {shared:,} of {rows[0]:,} rows are among the {rows[1]:,} of the other file"
    if differing:
        return f"{differing:,} of {shared:,} shared rows have another label in the other file"
    return ""


def _shared_rows(side: Side, sides: tuple[Side, Side], folder: Path) -> Path:
    """The file itself where every row is shared, else a copy with the shared rows and the columns that count."""
    others = sides[1] if side is sides[0] else sides[0]
    shared = f"row_id IN (SELECT row_id FROM {others.view})"  # noqa: S608  # our own names
    connection = side.table.connection
    alone = f"SELECT count(*) FROM {side.view} WHERE NOT {shared}"  # noqa: S608  # our own names
    if not connection.execute(alone).fetchall()[0][0]:
        return side.path
    path = folder / f"{side.name}.parquet"
    columns = ", ".join(f"{side.table.key(one)} AS {_quoted(one)}" for one in side.columns)
    connection.sql(f"SELECT {columns} FROM {side.view} WHERE {shared}").write_parquet(str(path))  # noqa: S608
    return path


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
