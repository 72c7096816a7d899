"""The same rows each time, whatever their order: a sample chosen by what the rows hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.frames.source import Table

MOST_ROWS = 20_000
HOLDOUT_TENTHS = 3
FOLDS = 5
DRAWS = 1_000_000

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Sample:
    """Columns of the chosen rows: numbers with NaN and texts with None where missing.

    `draw` is a number from 0 to 999,999 for each row that follows from its content alone, and splits the rows.
    """

    rows: int  # of the whole table
    numbers: Mapping[str, Floats]
    texts: Mapping[str, Texts]
    draw: Integers

    def __len__(self) -> int:
        return len(self.draw)

    @property
    def holdout(self) -> Booleans:
        """Three rows in ten, on which what was learned is tried."""
        chosen: Booleans = self.draw % 10 < HOLDOUT_TENTHS
        return chosen

    @property
    def fold(self) -> Integers:
        """Each row's fold, 0 to 4, independent of the holdout."""
        folds: Integers = self.draw // 10 % FOLDS
        return folds

    @property
    def chance(self) -> Floats:
        """A number from 0 up to but not including 1 for each row, independent of holdout and fold."""
        step = 10 * FOLDS
        return (self.draw // step).astype(np.float64) / (DRAWS // step)


def sample_of(table: Table, numbers: Mapping[str, str], texts: Mapping[str, str], *, most: int = MOST_ROWS) -> Sample:
    """At most `most` rows with these engine expressions by name: DOUBLEs, and VARCHARs.

    A row's place in the lottery is the MD5 of its values and, among equal rows, of a running number: the order of rows
    does not matter, equal rows are as likely as others, and one of them may learn while its twin is held out.
    """
    expressions = [*numbers.values(), *texts.values()]
    columns = [f"x{at}" for at in range(len(expressions))]
    named = ", ".join(f"{expression} AS {column}" for expression, column in zip(expressions, columns, strict=True))
    written = ", ".join(
        f"coalesce(length(CAST({column} AS VARCHAR)) || ':' || CAST({column} AS VARCHAR), '-')" for column in columns
    )
    kept = ", ".join(f"first({column}) AS {column}" for column in columns)
    query = _LOTTERY.format(
        rows=f"SELECT {named} FROM {table.view}",  # noqa: S608  # our own expressions on c0, c1, …
        written=written,
        most=int(most),
        kept=kept,
        columns=", ".join(columns),
        draws=DRAWS,
    )
    found = table.connection.execute(query).fetchnumpy()
    names = dict(zip([*numbers, *texts], columns, strict=True))
    return Sample(
        rows=table.count("true"),
        numbers={name: _floats(found[names[name]]) for name in numbers},
        texts={name: _texts(found[names[name]]) for name in texts},
        draw=np.asarray(found["draw"], dtype=np.int64),
    )


def _floats(column: object) -> Floats:
    floats: Floats = np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan)
    return floats


def _texts(column: object) -> Texts:
    values: Texts = np.ma.filled(np.ma.asarray(column, dtype=object), None)
    texts: Texts = np.array([None if value is None else str(value) for value in values], dtype=object)
    return texts


# Writing numbers out for the MD5 is what costs; the engine's own hash, which may change with its version and decides
# nothing, finds the chosen rows again without it.
_LOTTERY = """
WITH counted AS (
    SELECT md5_number_upper(concat({written})) AS digest, any_value(hash({columns})) AS h, count(*) AS times
    FROM ({rows}) GROUP BY digest
),
numbered AS (SELECT digest, h, unnest(range(times)) AS copy FROM counted),
drawn AS MATERIALIZED (
    SELECT digest, h, md5_number_upper(concat(digest, ':', copy)) AS priority, copy
    FROM numbered ORDER BY priority, digest, copy LIMIT {most}
),
found AS (SELECT * FROM ({rows}) WHERE hash({columns}) IN (SELECT h FROM drawn)),
kept AS (SELECT md5_number_upper(concat({written})) AS digest, {kept} FROM found GROUP BY digest)
SELECT CAST(md5_number_upper(concat('draw:', priority)) % {draws} AS BIGINT) AS draw, {columns}
FROM drawn JOIN kept USING (digest) ORDER BY priority, digest, copy
"""
