"""Which rows of the test data the model has already seen in training, and how many would meet by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.frames.expressions import absent, row_digest, row_hash, types_of, written
from core.frames.source import Table, open_table


@dataclass(frozen=True)
class SharedRows:
    """How many of `rows` of one file also stand in the other, judged by the columns that were compared."""

    rows: int
    shared: int

    @property
    def share(self) -> float:
        """Shared rows over rows; 0 for a file without rows."""
        return self.shared / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class RowVariety:
    """How many rows there are, how many different ones, and how many that occur once only."""

    rows: int
    distinct: int
    single: int


def shared_rows(path: Path | str, other: Path | str, columns: Sequence[str]) -> SharedRows:
    """How many rows of `path` (the test data) also stand in `other` (the training data), comparing these columns.

    Rows meet by the MD5 of their values written out: numbers alike whatever their type (1 is 1.0), missing ones alike.
    Raises Unreadable where a column is absent from either file, ValueError without columns.
    """
    if not columns:
        raise ValueError("At least one column is needed to compare rows")
    with open_table(path) as table:
        return SharedRows(table.count("true"), rows_in_both(table, table.beside(other), columns))


def rows_in_both(table: Table, beside: Table, columns: Sequence[str]) -> int:
    """How many rows of an open table also stand in another, as `shared_rows` counts them."""
    return compare_rows(table, beside, columns)[0]


def compare_rows(table: Table, beside: Table, columns: Sequence[str]) -> tuple[int, RowVariety, RowVariety]:
    """How many rows of an open table also stand in another, and how different the rows of each are in these columns.

    A 64-bit hash finds the candidates, so that only they are written out and digested. Variety rests on the hash alone:
    two different rows of a million count as one in one of 30 million files.
    """
    for side, name in ((table, "hashes"), (beside, "hashes_beside")):
        grouped = f"SELECT {row_hash(side, columns)} AS h, count(*) AS n FROM {side.view} GROUP BY 1"  # noqa: S608  # ours
        table.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {grouped}")
    met = "SELECT h FROM hashes INTERSECT SELECT h FROM hashes_beside"
    table.connection.execute(f"CREATE OR REPLACE TEMP TABLE met AS {met}")
    candidates, known = (
        f"SELECT {row_digest(side, columns)} AS digest FROM {side.view} "  # noqa: S608
        f"WHERE {row_hash(side, columns)} IN (SELECT h FROM met)"
        for side in (table, beside)
    )
    shared = _number(table, f"SELECT count(*) FROM ({candidates}) WHERE digest IN ({known})")  # noqa: S608
    return shared, _variety(table, "hashes"), _variety(table, "hashes_beside")


def _variety(table: Table, hashes: str) -> RowVariety:
    query = f"SELECT coalesce(sum(n), 0), count(*), count(*) FILTER (n = 1) FROM {hashes}"  # noqa: S608
    rows, distinct, single = table.connection.execute(query).fetchall()[0]
    return RowVariety(int(rows), int(distinct), int(single))


def repeated_ids(table: Table, column: str) -> int:
    """How many rows bear an identifier that an earlier row bears; missing ones aside."""
    grouped = f"SELECT count(*) AS n FROM {table.view} WHERE NOT {_absent(table, column)} GROUP BY {_id(table, column)}"  # noqa: S608
    return _number(table, f"SELECT coalesce(sum(n - 1), 0) FROM ({grouped})")  # noqa: S608


def shared_ids(table: Table, beside: Table, column: str) -> int:
    """How many rows bear an identifier that the other table has as well."""
    known = f"SELECT {_id(beside, column)} FROM {beside.view} WHERE NOT {_absent(beside, column)}"  # noqa: S608
    query = (
        f"SELECT count(*) FROM {table.view} "  # noqa: S608
        f"WHERE NOT {_absent(table, column)} AND {_id(table, column)} IN ({known})"
    )
    return _number(table, query)


def repeated_rows(table: Table) -> int:
    """How many rows of an open table repeat an earlier row in full; exact.

    Only rows whose 64-bit hash occurs more than once are grouped by every column: far less memory where few repeat.
    """
    everything = ", ".join(table.keys(*table.columns))
    several = f"SELECT hash({everything}) FROM {table.view} GROUP BY 1 HAVING count(*) > 1"  # noqa: S608  # c0, c1, …
    grouped = (
        f"SELECT count(*) AS n FROM {table.view} "  # noqa: S608
        f"WHERE hash({everything}) IN ({several}) GROUP BY {everything}"
    )
    return _number(table, f"SELECT coalesce(sum(n - 1), 0) FROM ({grouped})")  # noqa: S608


def _id(table: Table, column: str) -> str:
    key = table.key(column)
    return written(key, types_of(table)[key])


def _absent(table: Table, column: str) -> str:
    key = table.key(column)
    return absent(key, types_of(table)[key])


def _number(table: Table, query: str) -> int:
    return int(table.connection.execute(query).fetchall()[0][0])
