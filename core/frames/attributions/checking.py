"""What a file of attributions must not hold, each with the first line where it does."""

from collections.abc import Sequence

from core.errors import Problem, Unreadable
from core.frames.expressions import absent, number, types_of, written
from core.frames.source import Table

MOST_PROBLEMS = 20
LARGEST = 1e100  # so that squares and sums stay numbers


def refuse_non_numbers(table: Table, names: Sequence[str], *, texts_allowed: bool = False) -> tuple[str, ...]:
    """Every value of these columns has to be a finite number, up to 1e100; returns the columns of numbers.

    With `texts_allowed` a column in which no value at all is a number is text, and passed over; a column with some
    numbers is a column of numbers, and its other values are refused.
    """
    keys = table.keys(*names)
    if not keys:
        return ()
    types = types_of(table)
    values = {key: number(key, types[key]) for key in keys}
    wanted = ", ".join(f"count({value}), count(*) FILTER ({_finite(value)})" for value in values.values())
    row = table.connection.execute(f"SELECT count(*), {wanted} FROM {table.view}").fetchall()[0]  # noqa: S608
    rows, held, problems = int(row[0]), list[str](), list[Problem]()
    for at, (name, key) in enumerate(zip(names, keys, strict=True)):
        numbers, finite = int(row[1 + 2 * at]), int(row[2 + 2 * at])
        if texts_allowed and not numbers and rows:
            continue
        held.append(name)
        if finite < rows and len(problems) < MOST_PROBLEMS:
            line = table.first_line(f"NOT {_finite(values[key])}")
            found = f"{rows - finite} such rows"
            expected = f"a number of at most {LARGEST:.0e} in size"
            problems.append(
                Problem("a value is no finite number", line=line, column=name, found=found, expected=expected)
            )
    if problems:
        raise Unreadable(problems)
    return tuple(held)


def _finite(value: str) -> str:
    return f"coalesce(abs({value}) <= {LARGEST!r}, false)"  # NaN is above every number


def refuse_missing_ids(table: Table, name: str, reason: str) -> None:
    """Every row needs this name or id."""
    key = table.key(name)
    condition = absent(key, types_of(table)[key])
    if count := table.count(condition):
        line, found = table.first_line(condition), f"{count} such rows"
        raise Unreadable([Problem(reason, line=line, column=name, found=found)])


def refuse_repeats(table: Table, names: Sequence[str], reason: str) -> None:
    """No two rows may agree in all of these columns."""
    types = types_of(table)
    keys = ", ".join(written(key, types[key]) for key in table.keys(*names))
    query = f"SELECT count(*) FROM (SELECT 1 FROM {table.view} GROUP BY {keys} HAVING count(*) > 1)"  # noqa: S608
    repeated = int(table.connection.execute(query).fetchall()[0][0])
    if not repeated:
        return
    placed = f"(SELECT *, row_number() OVER () AS place FROM {table.view})"  # noqa: S608
    numbered = f"(SELECT place, row_number() OVER (PARTITION BY {keys} ORDER BY place) AS nth FROM {placed})"  # noqa: S608
    query = f"SELECT min(place) FROM {numbered} WHERE nth = 2"  # noqa: S608
    line = int(table.connection.execute(query).fetchall()[0][0]) + 1
    raise Unreadable([Problem(reason, line=line, column=names[0], found=f"{repeated} stand more than once")])


def refuse_incomplete(table: Table, row: str, feature: str) -> None:
    """Every case needs a value for every feature, 0 where it had no part."""
    key = table.key(feature)
    cases = table.distinct(written(table.key(row), types_of(table)[table.key(row)]))
    counted = table.groups([f"CAST({key} AS VARCHAR)"], 20_000)
    short = [(str(name), int(str(n))) for name, n in counted if n != cases]
    if short:
        expected = f"{cases} cases; 0 where a feature had no part"
        raise Unreadable(
            [
                Problem(f"feature “{name}” lacks cases", column=feature, found=str(n), expected=expected)
                for name, n in short[:MOST_PROBLEMS]
            ]
        )
