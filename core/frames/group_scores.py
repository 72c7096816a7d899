"""Scores of a file reduced in the engine, for every group of people at once: ranks, bins and common thresholds."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from core.errors import Problem, Unreadable
from core.frames.calibration import BINS
from core.frames.cells import as_text, refuse_non_numbers
from core.frames.counting import MOST_LABELS, quoted, refuse_bad_counts, weight
from core.frames.group_codes import Coded, Renamed, coded
from core.frames.group_ranks import Grid, Ranks
from core.frames.ranking import CUTS
from core.frames.scores import is_positive
from core.frames.source import Table
from core.metrics.cells import canonical
from core.metrics.fairness.scoring import GroupSums

Values = tuple[str, ...]
BATCH = 2**16  # distinct scores in memory at once


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
    groups, rows = coded(table, attributes, renamed), weight(table, count)
    value = f"CAST({table.key(score)} AS DOUBLE) + 0.0"  # adding 0 turns minus zero into zero
    grid = _grid(table, value, rows)
    found = _ranks(table, _query(groups, value, truth, rows), grid) if grid else {}
    return {
        values: GroupSums(ranks.sums, ranks.score, ranks.gap, label is not None)
        for values, ranks in sorted((groups.values(number), ranks) for number, ranks in found.items())
    }


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


def _grid(table: Table, value: str, rows: str) -> Grid | None:
    """0, 0.01, … 1 with ten bins for probabilities, else even thresholds over the scores of the file; None without."""
    query = f"SELECT min({value}), max({value}) FROM {table.view} WHERE {rows} > 0"  # noqa: S608  # c0, c1, …
    low, high = table.connection.execute(query).fetchall()[0]
    if low is None:
        return None
    shares = [at / CUTS for at in range(CUTS + 1)]
    if low >= 0 and high <= 1:
        return Grid(tuple(shares), tuple(float(end) for end in np.linspace(0.0, 1.0, BINS + 1)))
    # Weighted ends rather than a width: the width of the widest range is not finite.
    between = (low * (1 - share) + high * share for share in shares[1:-1])
    return Grid(tuple(sorted({low, high, *between})))


def _query(groups: Coded, value: str, truth: str, rows: str) -> str:
    """The distinct scores s of each group g in order, with m positives and k negatives each."""
    counted = "CAST(sum(CASE WHEN {} THEN w ELSE 0 END) AS BIGINT)"
    return (
        f"SELECT g, s, {counted.format('y')} AS m, {counted.format('NOT y')} AS k "  # noqa: S608  # our names c0, c1, …
        f"FROM (SELECT {groups.number} AS g, {value} AS s, coalesce({truth}, false) AS y, {rows} AS w "
        f"FROM {groups.source}) WHERE g IS NOT NULL AND w > 0 GROUP BY g, s ORDER BY g, s"
    )


def _ranks(table: Table, query: str, grid: Grid) -> dict[int, Ranks]:
    found: dict[int, Ranks] = {}
    for batch in table.connection.sql(query).to_arrow_reader(BATCH):
        numbers, scores, positives, negatives = (column.to_numpy(zero_copy_only=False) for column in batch.columns)
        starts = [0, *(np.flatnonzero(np.diff(numbers)) + 1), len(numbers)]
        for start, end in pairwise(starts):
            if end > start:
                ranks = found.setdefault(int(numbers[start]), Ranks(grid))
                ranks.take(scores[start:end], positives[start:end], negatives[start:end])
    return found
