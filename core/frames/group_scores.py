"""Scores of a file reduced in the engine, for every group of people at once: ranks, bins and common thresholds."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from core.errors import Problem, Unreadable
from core.frames import ranking
from core.frames.calibration import BINS
from core.frames.cells import as_text, refuse_non_numbers
from core.frames.counting import MOST_LABELS, quoted, refuse_bad_counts, weight
from core.frames.group_codes import Coded, Renamed, coded
from core.frames.scores import is_positive
from core.frames.source import Table
from core.metrics.cells import canonical
from core.metrics.fairness.scoring import GroupSums
from core.metrics.moments import Moments
from core.metrics.scores import Cut, ReliabilityBin, ScoreSums

Values = tuple[str, ...]
UNIT = int(ranking.FIXED_POINT)


def group_scores(
    table: Table,
    attributes: Sequence[str],
    *,
    label: str | None,
    score: str,
    positive: str,
    count: str | None = None,
    one_against_rest: bool = False,
    renamed: Renamed | None = None,
) -> dict[Values, GroupSums]:
    """What each group's scores say, exact at any size; rows that miss an attribute are in no group.

    The thresholds are the same for every group: 0, 0.01, … 1, or evenly over the range of all scores where one lies
    outside 0 to 1; then there are no bins. Without a label every row counts as negative. Raises Unreadable where a
    score is no finite number, or a label or a count is unsound.
    """
    refuse_non_numbers(table, score)
    if count:
        refuse_bad_counts(table, count)
    truth = _truth(table, label, positive, one_against_rest=one_against_rest)
    groups = coded(table, attributes, renamed)
    _rank(table, groups, f"CAST({table.key(score)} AS DOUBLE)", truth, weight(table, count))
    if not table.connection.execute("SELECT count(*) FROM ranked").fetchall()[0][0]:
        return {}
    return dict(sorted(_sums(table, groups, labelled=label is not None)))


def _sums(table: Table, groups: Coded, *, labelled: bool) -> Iterator[tuple[Values, GroupSums]]:
    lowest, highest = ranking.score_range(table.connection)
    probable = lowest >= 0 and highest <= 1
    cuts, bins = _cuts(table), _bins(table) if probable else {}
    moments = _moments(table) if probable else {}
    for number, *sums in table.connection.execute(_RANKS).fetchall():
        positives, negatives, wins, first, second = (int(value) for value in sums)
        ranks = ScoreSums(
            positives, negatives, wins, first, second, reliability=bins.get(number, ()), cuts=cuts[number]
        )
        score, gap = moments.get(number, (None, None))
        yield groups.values(int(number)), GroupSums(ranks, score, gap, labelled)


def _truth(table: Table, label: str | None, positive: str, *, one_against_rest: bool) -> str:
    """The engine's condition that a row is positive."""
    if label is None:
        return "false"
    if not one_against_rest:
        return is_positive(table, label, positive)
    key = table.key(label)
    values = table.groups([f"CAST({key} AS VARCHAR)"], MOST_LABELS)
    texts = [text for value, _ in values if (text := as_text(value)) is not None]
    same = [quoted(text) for text in texts if canonical(text) == canonical(positive)]
    if not same:
        raise Unreadable([Problem("the positive label is not in the data", column=label, expected=positive)])
    return f"CAST({key} AS VARCHAR) IN ({', '.join(same)})"


def _rank(table: Table, groups: Coded, score: str, truth: str, rows: str) -> None:
    """Make the table `ranked`: per group g the distinct scores s, with m positives and k negatives each."""
    table.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE ranked AS SELECT g, s, sum(w) FILTER (y) AS m, sum(w) FILTER (NOT y) AS k "  # noqa: S608  # our own names c0, c1, …
        f"FROM (SELECT {groups.number} AS g, {score} + 0.0 AS s, coalesce({truth}, false) AS y, {rows} AS w "
        f"FROM {groups.source}) WHERE g IS NOT NULL AND w > 0 GROUP BY g, s"
    )
    table.connection.execute("UPDATE ranked SET m = coalesce(m, 0), k = coalesce(k, 0)")


def _cuts(table: Table) -> dict[int, tuple[Cut, ...]]:
    """Per group the counts at each threshold, from how many scores lie between one threshold and the next."""
    thresholds = ranking.edges(table.connection, ranking.CUTS)
    thresholds = sorted(set(thresholds))
    between: dict[int, dict[float, tuple[int, int]]] = {}
    for number, threshold, positives, negatives in table.connection.execute(_BETWEEN, [thresholds]).fetchall():
        between.setdefault(number, {})[float(threshold)] = int(positives), int(negatives)
    return {number: _cumulated(thresholds, counts) for number, counts in between.items()}


def _cumulated(thresholds: Sequence[float], counts: dict[float, tuple[int, int]]) -> tuple[Cut, ...]:
    all_positives, all_negatives = (sum(pair[at] for pair in counts.values()) for at in range(2))
    hits = alarms = 0
    found = []
    for threshold in reversed(thresholds):
        positives, negatives = counts.get(threshold, (0, 0))
        hits, alarms = hits + positives, alarms + negatives
        found.append(Cut(threshold, hits, alarms, all_positives - hits, all_negatives - alarms))
    return tuple(reversed(found))


def _bins(table: Table) -> dict[int, tuple[ReliabilityBin, ...]]:
    """Per group the ten bins of `core.frames.calibration.reliability`, empty ones left out."""
    from numpy import linspace

    ends = [float(end) for end in linspace(0.0, 1.0, BINS + 1)]
    lows = [-1.0, *ends[1:-1]]  # the first bin holds 0 as well
    found: dict[int, tuple[ReliabilityBin, ...]] = {}
    for number, low, n, positives, total in table.connection.execute(_BINS, [lows]).fetchall():
        at = lows.index(float(low))
        one = ReliabilityBin(ends[at], ends[at + 1], int(n), int(positives), int(total) / UNIT)
        found[number] = (*found.get(number, ()), one)
    return found


def _moments(table: Table) -> dict[int, tuple[Moments, Moments]]:
    """Per group the scores, and label − score."""
    found = {}
    for number, *sums in table.connection.execute(_MOMENTS).fetchall():
        n, positives, score, score_squares, gap_squares = (int(value) for value in sums)
        total = Fraction(score, UNIT)
        found[number] = (
            Moments(n, total, Fraction(score_squares, UNIT)),
            Moments(n, positives - total, Fraction(gap_squares, UNIT)),
        )
    return found


# Ties count half, so everything is doubled; see core.metrics.scores.ScoreSums.
_RANKS = """
WITH placed AS (
    SELECT g, m, k, sum(k) OVER w AS k_upto, sum(m) OVER w AS m_upto, sum(m) OVER (PARTITION BY g) AS positives
    FROM ranked WINDOW w AS (PARTITION BY g ORDER BY s ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
), counted AS (
    SELECT g, m, k, 2 * k_upto - k AS under, 2 * (positives - m_upto) + m AS over FROM placed
)
SELECT g, sum(m), sum(k), sum(m * under), sum(m * under * under), sum(k * over * over) FROM counted GROUP BY g
"""

_BETWEEN = """
SELECT g, t, sum(m), sum(k)
FROM ranked ASOF JOIN (SELECT unnest(CAST(? AS DOUBLE[])) AS t) ON s >= t GROUP BY g, t
"""

_BINS = f"""
SELECT g, low, sum(m + k), sum(m), sum((m + k) * {ranking.fixed("s")})
FROM ranked ASOF JOIN (SELECT unnest(CAST(? AS DOUBLE[])) AS low) ON s > low GROUP BY g, low ORDER BY g, low
"""  # noqa: S608  # constants of this module

_MOMENTS = f"""
SELECT g, sum(m + k), sum(m), sum((m + k) * {ranking.fixed("s")}), sum((m + k) * {ranking.fixed("s * s")}),
    sum(m * {ranking.fixed("(1 - s) * (1 - s)")} + k * {ranking.fixed("s * s")})
FROM ranked GROUP BY g
"""  # noqa: S608
