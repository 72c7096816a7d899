"""The evidence against the training data: leaking rows, missing values, ranges and categories."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.frames.expressions import types_of, written
from core.frames.leakage import compare_rows
from core.frames.profile import ColumnProfile, ColumnType, profile_of
from core.frames.source import Table
from core.metrics.quality import ColumnChange, TrainingComparison
from core.metrics.quality.values import many_values
from core.metrics.significance import compare, holm

TRAINED = "trained"


def column_change(table: Table, beside: Table, profile: ColumnProfile, grouped: str) -> ColumnChange:
    """One column against the same one of the training data, from the grouped values of both."""
    known = profile_of(beside, profile.name, into=TRAINED)
    change = ColumnChange(
        name=profile.name,
        type=profile.type.value,
        training_type=known.type.value,
        missing=profile.missing,
        training_missing=known.missing,
        p_value=_p_value(profile, known),
        holm_p_value=None,
    )
    if profile.type is known.type is ColumnType.NUMBER:
        return _outside(table, change, known, profile, grouped)
    categories = (ColumnType.TEXT, ColumnType.BOOLEAN)
    exploding = many_values(known.type.value, known.distinct, known.rows - known.missing)
    if profile.type in categories and known.type in categories and not exploding:
        return _unseen(table, beside, change, profile, known, grouped)
    return change


def compared(
    table: Table, beside: Table, features: Sequence[str], changes: Iterable[ColumnChange]
) -> TrainingComparison:
    """The whole comparison: rows that leak, how many would meet by chance, and the p-values corrected by Holm.

    Chance is the share of training rows that share their features with another training row: Turing's estimate that a
    new row of the same origin was seen before. Source: Good, Biometrika 40 (1953) 237–264.
    """
    shared = tuple(name for name in features if name in beside.columns)
    if not shared:
        return TrainingComparison(
            beside.count("true"), (), None, None, None, None, _corrected(tuple(changes)), *_lacking(table, beside)
        )
    leaked, here, there = compare_rows(table, beside, shared)
    return TrainingComparison(
        rows=there.rows,
        compared=shared,
        leaked=leaked,
        distinct=here.distinct,
        training_distinct=there.distinct,
        chance=1 - there.single / there.rows if there.rows else None,
        columns=_corrected(tuple(changes)),
        only_here=_lacking(table, beside)[0],
        only_training=_lacking(table, beside)[1],
    )


def _lacking(table: Table, beside: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    here = tuple(name for name in table.columns if name not in beside.columns)
    return here, tuple(name for name in beside.columns if name not in table.columns)


def _p_value(profile: ColumnProfile, known: ColumnProfile) -> float | None:
    if not profile.rows or not known.rows:
        return None
    if not profile.missing and not known.missing:
        return 1.0
    return compare(profile.missing, profile.rows, known.missing, known.rows).p_value


def _corrected(changes: tuple[ColumnChange, ...]) -> tuple[ColumnChange, ...]:
    tested = [one.p_value for one in changes if one.p_value is not None]
    adjusted = iter(holm(tested))
    return tuple(one if one.p_value is None else replace(one, holm_p_value=next(adjusted)) for one in changes)


def _outside(
    table: Table, change: ColumnChange, known: ColumnProfile, profile: ColumnProfile, grouped: str
) -> ColumnChange:
    low, high = known.minimum, known.maximum
    if not isinstance(low, float) or not isinstance(high, float):
        return change
    beyond = f"(x < CAST({low!r} AS DOUBLE) OR x > CAST({high!r} AS DOUBLE))"
    query = f"SELECT coalesce(sum(n), 0) FROM {grouped} WHERE {profile.present} AND {beyond}"  # noqa: S608  # ours
    outside = int(table.connection.execute(query).fetchall()[0][0])
    return replace(change, outside=outside, training_lowest=low, training_highest=high)


def _unseen(
    table: Table, beside: Table, change: ColumnChange, profile: ColumnProfile, known: ColumnProfile, grouped: str
) -> ColumnChange:
    name = profile.name
    here, there = types_of(table)[table.key(name)], types_of(beside)[beside.key(name)]
    query = (
        f"SELECT coalesce(sum(n), 0), count(DISTINCT t) FROM (SELECT {written('v', here)} AS t, n FROM {grouped} "  # noqa: S608
        f"WHERE {profile.present}) WHERE t NOT IN (SELECT {written('v', there)} FROM {TRAINED} WHERE {known.present})"
    )
    rows, values = table.connection.execute(query).fetchall()[0]
    return replace(change, unseen=int(rows), unseen_values=int(values))
