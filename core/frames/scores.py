"""Scores in a file, reduced in the engine to sums over ranks, bins and thresholds."""

from dataclasses import replace
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames import ranking
from core.frames.calibration import recalibration, reliability
from core.frames.cells import as_text, refuse_missing, refuse_non_numbers
from core.frames.source import VIEW, Table, open_table
from core.metrics.cells import canonical
from core.metrics.scores import Bin, ScoreSums

__all__ = ["Bin", "is_positive", "score_histogram", "score_sums"]

MOST_LABELS = 2


def score_sums(path: Path | str, *, label: str, score: str, positive: str) -> ScoreSums:
    """Rank the scores of a file against its labels; exact, ties included, at any size.

    Labels as in `core.frames.cells.cells`. Raises Unreadable where a column is absent, a label is missing, a score is
    no finite number, there are more than two labels, or none is the positive one.
    """
    with open_table(path) as table:
        ranking.rank(table.connection, _scored(table, label, score, positive))
        sums = ranking.rank_sums(table.connection)
        sums = replace(
            sums,
            cuts=ranking.cuts(table.connection),
            curve=ranking.curve(table.connection),
            histogram=ranking.histogram(table.connection),
        )
        lowest, highest = ranking.score_range(table.connection)
        if lowest < 0 or highest > 1:
            return sums
        squared_error, log_loss = ranking.losses(table.connection)
        return replace(
            sums,
            squared_error=squared_error,
            log_loss=log_loss,
            reliability=reliability(table.connection),
            recalibration=recalibration(table.connection),
        )


def score_histogram(path: Path | str, *, label: str, score: str, positive: str, bins: int = 20) -> tuple[Bin, ...]:
    """Counts of scores by label in equal bins over 0 to 1, or over their own range if one lies outside."""
    with open_table(path) as table:
        ranking.rank(table.connection, _scored(table, label, score, positive))
        return ranking.histogram(table.connection, bins)


def is_positive(table: Table, label: str, positive: str) -> str:
    """An engine expression that is true where the label is the positive one, over a column that was checked."""
    key = table.key(label)
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
    return f"CAST({key} AS VARCHAR) IN ({spellings})"


def _scored(table: Table, label: str, score: str, positive: str) -> str:
    """A query of scores s and whether the label is positive y."""
    key = table.key(score)
    table.key(label)
    refuse_non_numbers(table, score)
    y = is_positive(table, label, positive)
    return f"SELECT CAST({key} AS DOUBLE) AS s, {y} AS y FROM {VIEW}"  # noqa: S608  # our own names c0, c1, …
