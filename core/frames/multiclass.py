"""Labels, predictions and probabilities of several classes, reduced in the engine to counts and sums."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames import ranking
from core.frames.calibration import reliability
from core.frames.cells import refuse_non_numbers
from core.frames.labels import classes_of, numbered
from core.frames.source import Table, open_table
from core.metrics.cells import canonical
from core.metrics.performance.classes import ClassCounts, ProbabilitySums
from core.metrics.scores import ScoreSums, area_under_curve

MOST_CLASSES_COMPARED = 10  # the variance of the mean area joins the rows with the ranks of every class
SUM_TOLERANCE = 0.01  # probabilities written with three decimals add up to within this


def class_counts(
    path: Path | str, *, label: str, prediction: str | None, probabilities: Mapping[str, str] | None = None
) -> ClassCounts:
    """Count labels against predictions and, where `probabilities` maps each class to its column, sum those too.

    Without a prediction column the most probable class is the prediction, the first one on a tie. Raises Unreadable
    where a column is absent, a label or prediction is missing, there are more than 100 classes, a probability is no
    number from 0 to 1, those of a row do not add up to 1 (within 0.01), or a class has no column.
    """
    if prediction is None and not probabilities:
        raise Unreadable([Problem("neither a prediction nor probability columns are named")])
    with open_table(path) as table:
        named = dict(probabilities or {})
        columns = [label, *([prediction] if prediction else [])]
        table.keys(*columns, *named.values())
        classes = classes_of(table, *columns, also=named)
        if not named:
            return ClassCounts(classes, _table(table, numbered(table, columns), len(classes)))
        chances = chances_of(table, classes, named)
        refuse_improbable(table, list(named.values()))
        rows = _rows(table, columns, chances)
        return ClassCounts(classes, _table(table, rows, len(classes)), _probability_sums(table, rows, len(classes)))


def chances_of(table: Table, classes: tuple[str, ...], named: Mapping[str, str]) -> list[str]:
    """The engine's expression of each class's probability, in the order of the classes."""
    columns = {canonical(name): column for name, column in named.items()}
    without = [name for name in classes if canonical(name) not in columns]
    if without or len(columns) < len(named):
        reason = "a class has no probability column" if without else "a class has two probability columns"
        raise Unreadable([Problem(reason, found=", ".join(without[:6] or named))])
    return [f"CAST({table.key(columns[canonical(name)])} AS DOUBLE)" for name in classes]


def refuse_improbable(table: Table, columns: list[str]) -> None:
    """Probabilities lie within 0 to 1, and those of a row add up to 1; else Unreadable with the first line."""
    for column in columns:
        refuse_non_numbers(table, column)
        outside = f"CAST({table.key(column)} AS DOUBLE) NOT BETWEEN 0 AND 1"
        if bad := table.count(outside):
            found = f"{bad} such rows"
            raise Unreadable(
                [
                    Problem(
                        "a probability lies outside 0 to 1", line=table.first_line(outside), column=column, found=found
                    )
                ]
            )
    total = " + ".join(f"CAST({key} AS DOUBLE)" for key in table.keys(*columns))
    apart = f"abs({total} - 1) > {SUM_TOLERANCE!r}"
    if bad := table.count(apart):
        reason, found = "the probabilities of a row do not add up to 1", f"{bad} such rows"
        raise Unreadable([Problem(reason, line=table.first_line(apart), found=found)])


def _rows(table: Table, columns: list[str], chances: list[str]) -> str:
    """A query of label y0, prediction y1, most probable class `best`, its probability `top`, and p0, p1, …"""
    listed = f"[{', '.join(chances)}]"
    best = f"CAST(list_position({listed}, list_max({listed})) - 1 AS INTEGER)"
    guess = [] if len(columns) > 1 else [f"{best} AS y1"]
    more = [*guess, f"{best} AS best", f"list_max({listed}) AS top", *(f"{p} AS p{k}" for k, p in enumerate(chances))]
    return numbered(table, columns, more)


def _table(table: Table, rows: str, size: int) -> tuple[tuple[int, ...], ...]:
    counted = table.connection.execute(f"SELECT y0, y1, count(*) FROM ({rows}) GROUP BY ALL").fetchall()  # noqa: S608
    counts = {(int(truth), int(guess)): int(n) for truth, guess, n in counted}
    return tuple(tuple(counts.get((truth, guess), 0) for guess in range(size)) for truth in range(size))


def row_losses(label: str, chances: Sequence[str]) -> tuple[str, str]:
    """The squared error over all classes, and −ln of the label's probability, of a row in engine expressions."""
    error = " + ".join(f"({chance} - CAST({label} = {k} AS DOUBLE)) ** 2" for k, chance in enumerate(chances))
    return error, ranking.clipped_log_loss(f"list_extract([{', '.join(chances)}], {label} + 1)")


def _probability_sums(table: Table, rows: str, size: int) -> ProbabilitySums:
    engine = table.connection
    squared, logarithmic = row_losses("y0", [f"p{k}" for k in range(size)])
    losses = f"SELECT {squared} AS e, {logarithmic} AS l FROM ({rows})"  # noqa: S608
    summed = ", ".join(f"sum({ranking.fixed(loss)})" for loss in ("e", "e * e", "l", "l * l"))
    error, error_squares, log, log_squares = engine.execute(f"SELECT {summed} FROM ({losses})").fetchall()[0]  # noqa: S608
    ranking.rank(engine, f"SELECT top AS s, y0 = best AS y FROM ({rows})")  # noqa: S608
    top = reliability(engine)
    ranks = tuple(_ranks(table, rows, at, keep=size <= MOST_CLASSES_COMPARED) for at in range(size))
    return ProbabilitySums(
        squared_error=ranking.loss_sum(error, error_squares),
        log_loss=ranking.loss_sum(log, log_squares),
        top=top,
        ranks=ranks,
        macro_variance=_macro_variance(table, rows, ranks),
    )


def _ranks(table: Table, rows: str, at: int, *, keep: bool) -> ScoreSums:
    ranking.rank(table.connection, f"SELECT p{at} AS s, y0 = {at} AS y FROM ({rows})")  # noqa: S608
    sums = ranking.rank_sums(table.connection)
    if keep and min(sums.positives, sums.negatives) > 1:
        query = _PLACES.format(at=at, positives=sums.positives, negatives=sums.negatives)
        table.connection.execute(query, [float(area_under_curve(sums) or 0)] * 2)
    return sums


def _macro_variance(table: Table, rows: str, ranks: tuple[ScoreSums, ...]) -> float | None:
    """DeLong's variance of the mean of the areas: each row's part in every one of them, added up before it is squared.

    Formula: Σ over rows of (1/K Σₖ (Vₖ − Aₖ) / √(mₖ (mₖ − 1)))², where Vₖ is the row's placement and mₖ the number of
    rows on its side of class k; with one class it is DeLong's own. None for more than ten classes, or a class with
    fewer than two rows in it or outside it.
    """
    size = len(ranks)
    if size > MOST_CLASSES_COMPARED or min(min(one.positives, one.negatives) for one in ranks) < 2:
        return None
    joins = " ".join(f"JOIN places{k} ON p{k} + 0.0 = places{k}.s" for k in range(size))
    parts = " + ".join(f"CASE WHEN y0 = {k} THEN places{k}.inside ELSE places{k}.outside END" for k in range(size))
    # Scaled by n, because a row's part in the variance is of the order of 1 / n².
    n = ranks[0].n
    part = ranking.fixed(f"(({parts}) * {float(n)!r} / {size}) ** 2")
    total = table.connection.execute(f"SELECT sum({part}) FROM ({rows}) {joins}").fetchall()[0][0]  # noqa: S608
    return int(total) / ranking.FIXED_POINT / n / n


_PLACES = """
CREATE OR REPLACE TEMP TABLE places{at} AS
SELECT s,
    ((2 * ({negatives} - fp) + k) / (2.0 * {negatives}) - ?) / sqrt({positives}.0 * ({positives} - 1)) AS inside,
    ((2 * (tp - m) + m) / (2.0 * {positives}) - ?) / sqrt({negatives}.0 * ({negatives} - 1)) AS outside
FROM ranked
"""
