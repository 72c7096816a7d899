"""Scores in a file, reduced in the engine to sums over ranks and to a histogram."""

from dataclasses import dataclass
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.cells import as_text, refuse_missing, refuse_non_numbers
from core.frames.source import VIEW, Table, open_table
from core.metrics.cells import canonical
from core.metrics.scores import LossSum, ScoreSums

MOST_LABELS = 2
FIXED_POINT = 2.0**60  # losses are summed as whole numbers, so that the sum does not depend on the order of rows
SMALLEST = 2.0**-52  # scikit-learn's clip of probabilities before the logarithm


@dataclass(frozen=True)
class Bin:
    """Scores from `low` up to but not including `high` (the last bin includes it), by label."""

    low: float
    high: float
    positives: int
    negatives: int


def score_sums(path: Path | str, *, label: str, score: str, positive: str) -> ScoreSums:
    """Rank the scores of a file against its labels; exact, ties included, at any size.

    Labels as in `core.frames.cells.cells`. Raises Unreadable where a column is absent, a label is missing, a score is
    no finite number, there are more than two labels, or none is the positive one.
    """
    with open_table(path) as table:
        grouped = _by_score(table, label, score, positive)
        row = table.connection.execute(_RANKS.format(grouped=grouped)).fetchall()[0]
        lowest, highest = table.connection.execute(_RANGE.format(grouped=grouped)).fetchall()[0]
        probable = lowest >= 0 and highest <= 1
        losses = table.connection.execute(_LOSSES.format(grouped=grouped)).fetchall()[0] if probable else None
    positives, negatives, wins, positive_squares, negative_squares = (int(value) for value in row)
    return ScoreSums(
        positives=positives,
        negatives=negatives,
        wins=wins,
        positive_squares=positive_squares,
        negative_squares=negative_squares,
        squared_error=_loss_sum(losses[0], losses[1]) if losses else None,
        log_loss=_loss_sum(losses[2], losses[3]) if losses else None,
    )


def score_histogram(path: Path | str, *, label: str, score: str, positive: str, bins: int = 20) -> tuple[Bin, ...]:
    """Counts of scores by label in equal bins over 0 to 1, or over their own range if one lies outside."""
    with open_table(path) as table:
        grouped = _by_score(table, label, score, positive)
        lowest, highest = table.connection.execute(_RANGE.format(grouped=grouped)).fetchall()[0]
        low, high = (0.0, 1.0) if lowest >= 0 and highest <= 1 else (lowest, highest)
        width = (high - low) / bins or 1.0
        rows = table.connection.execute(_HISTOGRAM.format(grouped=grouped), [low, width, bins - 1]).fetchall()
    counts = {int(at): (int(positives), int(negatives)) for at, positives, negatives in rows}
    return tuple(Bin(low + at * width, low + (at + 1) * width, *counts.get(at, (0, 0))) for at in range(bins))


def _by_score(table: Table, label: str, score: str, positive: str) -> str:
    """A subquery of distinct scores s with m positives and k negatives each, over columns that were checked."""
    key = table.key(label)
    refuse_non_numbers(table, score)
    labels = table.groups([f"CAST({key} AS VARCHAR)"], 50)
    if not labels:
        raise Unreadable([Problem("the file has no rows", line=1)])
    refuse_missing(table, [label], labels)
    texts = [text for value, _ in labels if (text := as_text(value)) is not None]
    same = [text for text in texts if canonical(text) == canonical(positive)]
    if not same or len({canonical(text) for text in texts}) > MOST_LABELS:
        shown = ", ".join(sorted(texts)[:6])
        reason = "labels need two values" if same else "the positive label is not in the data"
        raise Unreadable([Problem(reason, column=label, found=shown, expected=positive)])
    spellings = ", ".join("'" + text.replace("'", "''") + "'" for text in same)
    is_positive = f"CAST({key} AS VARCHAR) IN ({spellings})"
    return (
        f"(SELECT CAST({table.key(score)} AS DOUBLE) AS s, count(*) FILTER ({is_positive}) AS m, "  # noqa: S608
        f"count(*) FILTER (NOT {is_positive}) AS k FROM {VIEW} GROUP BY 1)"
    )


def _loss_sum(total: int, squares: int) -> LossSum:
    return LossSum(int(total) / FIXED_POINT, int(squares) / FIXED_POINT)


_RANGE = "SELECT min(s), max(s) FROM {grouped}"

# For each score: the negatives below it (`below`) and the positives above it (`above`). Ties count half: all doubled.
_RANKS = """
WITH ranked AS (
    SELECT CAST(m AS HUGEINT) AS m, CAST(k AS HUGEINT) AS k,
        coalesce(sum(k) OVER (ORDER BY s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS below,
        coalesce(sum(m) OVER (ORDER BY s ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 0) AS above
    FROM {grouped}
)
SELECT sum(m), sum(k), sum(m * (2 * below + k)),
    sum(m * (2 * below + k) * (2 * below + k)), sum(k * (2 * above + m) * (2 * above + m))
FROM ranked
"""

_LOSSES = f"""
WITH losses AS (
    SELECT m, k, (1 - s) * (1 - s) AS missed, s * s AS alarmed,
        -ln(greatest(least(s, 1 - {SMALLEST!r}), {SMALLEST!r})) AS missed_log,
        -ln(greatest(least(1 - s, 1 - {SMALLEST!r}), {SMALLEST!r})) AS alarmed_log
    FROM {{grouped}}
), fixed AS (
    SELECT m, k,
        CAST(missed * {FIXED_POINT!r} AS HUGEINT) AS e1, CAST(alarmed * {FIXED_POINT!r} AS HUGEINT) AS e0,
        CAST(missed * missed * {FIXED_POINT!r} AS HUGEINT) AS ee1,
        CAST(alarmed * alarmed * {FIXED_POINT!r} AS HUGEINT) AS ee0,
        CAST(missed_log * {FIXED_POINT!r} AS HUGEINT) AS l1, CAST(alarmed_log * {FIXED_POINT!r} AS HUGEINT) AS l0,
        CAST(missed_log * missed_log * {FIXED_POINT!r} AS HUGEINT) AS ll1,
        CAST(alarmed_log * alarmed_log * {FIXED_POINT!r} AS HUGEINT) AS ll0
    FROM losses
)
SELECT sum(m * e1 + k * e0), sum(m * ee1 + k * ee0), sum(m * l1 + k * l0), sum(m * ll1 + k * ll0) FROM fixed
"""  # noqa: S608  # constants of this module

_HISTOGRAM = """
SELECT least(CAST(floor((s - ?) / ?) AS BIGINT), ?) AS at, sum(m), sum(k) FROM {grouped} GROUP BY 1 ORDER BY 1
"""
