"""Scores and numeric predictions of a file, reduced in the engine for each group of people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from core.errors import Problem, Unreadable
from core.frames import ranking
from core.frames.calibration import reliability
from core.frames.cells import MOST_VALUES, as_text, refuse_non_numbers
from core.frames.scores import is_positive
from core.frames.source import VIEW, Table, Value
from core.metrics.fairness.numbers import NumberSums
from core.metrics.moments import Moments
from core.metrics.scores import ScoreSums

Values = tuple[str, ...]


def group_scores(
    table: Table, attributes: Sequence[str], groups: Iterable[Values], *, label: str, score: str, positive: str
) -> dict[Values, ScoreSums]:
    """Ranks, calibration bins and counts at common thresholds for each of these groups; each is read by itself.

    Raises Unreadable where a score is no finite number or a label is unsound.
    """
    refuse_non_numbers(table, score)
    truth, value = is_positive(table, label, positive), f"CAST({table.key(score)} AS DOUBLE)"
    scored = f"SELECT {value} AS s, {truth} AS y FROM {VIEW}"  # noqa: S608  # our own names c0, c1, …
    ranking.rank(table.connection, scored)
    thresholds = ranking.edges(table.connection, ranking.CUTS)
    lowest, highest = ranking.score_range(table.connection)
    return {
        values: _sums(
            table, f"{scored} WHERE {_is(table, attributes, values)}", thresholds, lowest >= 0 and highest <= 1
        )
        for values in groups
    }


def _sums(table: Table, scored: str, thresholds: Sequence[float], probable: bool) -> ScoreSums:
    connection = table.connection
    ranking.rank(connection, scored)
    sums = replace(ranking.rank_sums(connection), cuts=ranking.cuts(connection, thresholds))
    if not probable:
        return sums
    squared_error, log_loss = ranking.losses(connection)
    return replace(sums, squared_error=squared_error, log_loss=log_loss, reliability=reliability(connection))


def _is(table: Table, attributes: Sequence[str], values: Values) -> str:
    """The engine's condition of one group."""
    pairs = zip(table.keys(*attributes), values, strict=True)
    return " AND ".join(f"CAST({key} AS VARCHAR) = '" + value.replace("'", "''") + "'" for key, value in pairs)


def group_numbers(
    table: Table, attributes: Sequence[str], *, prediction: str, label: str | None
) -> tuple[dict[Values, NumberSums], Mapping[str, int]]:
    """Moments of predictions and errors by group, and how many rows miss a value of each attribute.

    Sums are taken in one thread, so in one order. Raises Unreadable for a value that is no finite number, or for more
    than 100 values of an attribute.
    """
    for column in (prediction, *([label] if label else [])):
        refuse_non_numbers(table, column)
    table.connection.execute("SET threads = 1")
    p = f"CAST({table.key(prediction)} AS DOUBLE)"
    a = f"CAST({table.key(label)} AS DOUBLE)" if label else "NULL"
    keys = table.keys(*attributes)
    names = ", ".join(f"{key} AS k{at}" for at, key in enumerate(keys))
    grouped = ", ".join(f"k{at}" for at in range(len(keys)))
    parts = ", ".join(f"fsum({x}), fsum({x} * {x})" for x in ("p", "a", "e", "abs(e)", "(e * e)"))
    query = (
        f"SELECT {grouped}, count(*), {parts} FROM (SELECT {names}, {p} AS p, {a} AS a, {p} - {a} AS e FROM {VIEW}) "  # noqa: S608
        f"GROUP BY {grouped}"
    )
    rows = table.connection.execute(query).fetchall()
    for at, name in enumerate(attributes):
        if len({row[at] for row in rows}) > MOST_VALUES:
            expected = f"at most {MOST_VALUES}: put measurements into bands first"
            raise Unreadable([Problem("too many groups", column=name, expected=expected)])
    return _by_values(rows, len(keys), labelled=label is not None), _unknown(rows, attributes)


def _by_values(rows: Sequence[tuple[Value, ...]], width: int, *, labelled: bool) -> dict[Values, NumberSums]:
    found: dict[Values, NumberSums] = {}
    for row in sorted(rows, key=lambda row: tuple(str(value) for value in row[:width])):
        texts = tuple(as_text(value) for value in row[:width])
        if None not in texts:
            moments = [
                Moments(int(str(row[width])), Fraction(float(str(row[at]))), Fraction(float(str(row[at + 1]))))
                for at in range(width + 1, len(row), 2)
                if row[at] is not None
            ]
            values = tuple(text for text in texts if text is not None)
            found[values] = NumberSums(*moments) if labelled else NumberSums(moments[0])
    return found


def _unknown(rows: Sequence[tuple[Value, ...]], attributes: Sequence[str]) -> dict[str, int]:
    width = len(attributes)
    return {
        name: sum(int(str(row[width])) for row in rows if as_text(row[at]) is None)
        for at, name in enumerate(attributes)
    }
