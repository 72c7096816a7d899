"""What a row counts as: a value as text, a label as one of two, and how many rows it stands for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from math import isnan

from core.errors import Problem, Unreadable
from core.frames.source import Table, Value
from core.metrics.cells import canonical

MOST_LABELS = 1_000  # with one against the rest; a column with more values holds no labels
MOST_COUNT = 2**53  # beyond it a number that went through floating point may not be whole


def as_text(value: Value) -> str | None:
    """A value as the text it is compared by; None if it is missing."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value.isoformat() if isinstance(value, date | datetime | time) else str(value)
    return text if text.strip() else None


def labels_of_rest(table: Table, outcomes: Sequence[str], positive: str) -> dict[str, str]:
    """The labels other than the positive one, as the engine writes them and as they are shown.

    Empty where there are at most two labels, which need no putting together. Raises Unreadable beyond 1,000 labels.
    """
    found: dict[str, str] = {}
    for name in outcomes:
        values = table.groups([f"CAST({table.key(name)} AS VARCHAR)"], MOST_LABELS + 1)
        if len(values) > MOST_LABELS:
            raise Unreadable([Problem("too many labels", column=name, expected=f"at most {MOST_LABELS}")])
        found |= {text: text for value, _ in values if (text := as_label(value)) is not None}
    labels = {canonical(text) for text in found}
    if len(labels) <= 2 or canonical(positive) not in labels:
        return {}
    return {text: text for text in found if canonical(text) != canonical(positive)}


def label_key(table: Table, column: str, positive: str, rest: Mapping[str, str]) -> str:
    """The engine's expression of a label column, with every label of `rest` written as “not positive”."""
    key = table.key(column)
    if not rest:
        return key
    together = ", ".join(quoted(text) for text in rest)
    return (
        f"CASE WHEN CAST({key} AS VARCHAR) IN ({together}) THEN {quoted(f'not {positive}')} "
        f"ELSE nullif(CAST({key} AS VARCHAR), 'nan') END"
    )


def quoted(text: str) -> str:
    """Text as a literal of the engine."""
    return "'" + text.replace("'", "''") + "'"


def as_label(value: Value) -> str | None:
    """A label that the engine wrote as text; None if it is missing, NaN included."""
    text = as_text(value)
    return None if text == "nan" else text


def weight(table: Table, count: str | None) -> str:
    """The engine's expression of how many rows a row stands for."""
    return f"CAST(CAST({table.key(count)} AS DOUBLE) AS HUGEINT)" if count else "CAST(1 AS HUGEINT)"


def refuse_bad_counts(table: Table, column: str) -> None:
    """Every count has to be a whole number of at least 0; else Unreadable with the first line and how many."""
    number = f"TRY_CAST({table.key(column)} AS DOUBLE)"
    whole = f"{number} = trunc({number}) AND {number} BETWEEN 0 AND {MOST_COUNT}"
    condition = f"NOT coalesce(isfinite({number}) AND {whole}, false)"
    bad = table.count(condition)
    if bad:
        line, found = table.first_line(condition), f"{bad} such rows"
        raise Unreadable([Problem("a count is no whole number of at least 0", line=line, column=column, found=found)])
