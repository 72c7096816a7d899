"""Which of three shapes a file of attributions has, told by its content, and its values as one view of the engine."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.attributions.checking import (
    refuse_incomplete,
    refuse_missing_ids,
    refuse_non_numbers,
    refuse_repeats,
)
from core.frames.attributions.records import as_table
from core.frames.expressions import types_of, written
from core.frames.profile import ColumnType
from core.frames.slices.bands import kinds, text
from core.frames.source import Table, open_table

ROW_ID = "row_id"
FEATURE = "feature"
VALUE = ("value", "shap_value", "attribution", "contribution")
IMPORTANCE = ("importance", "mean_abs_shap", "mean_abs_value")
BASE = ("base_value", "expected_value")  # what SHAP adds the values to; no feature
MOST_FEATURES = 10_000


class Shape(StrEnum):
    """How attributions are laid out."""

    WIDE = "one column for each feature"
    LONG = "one row for each case and feature"
    IMPORTANCES = "one row for each feature"


@dataclass(frozen=True)
class Attributions:
    """An open file of attributions.

    `values` is an engine query with `feature` (its place in `features`), `value`, `row` (text, NULL where cases have no
    ids) and `total` (the case's sum of |value|; a column of long files is None). `groups` are attribute columns of the
    file itself; `left_out` columns that are neither.
    """

    table: Table
    shape: Shape
    features: tuple[str, ...]
    feature_keys: tuple[str, ...]
    row: str | None
    value: str | None = None
    groups: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@contextmanager
def open_attributions(
    path: Path | str, *, row_id: str | None = None, sensitive: Sequence[str] = ()
) -> Iterator[Attributions]:
    """Open Parquet, CSV or JSON, and tell its shape.

    A text column `feature` beside `value` and the row ids makes it long, beside `importance` importances; otherwise
    every column of numbers is a feature, apart from row ids and base values. A column of text is a group if it is named
    in `sensitive`, else it is left out and named so. Raises Unreadable with every place: a value that is no finite
    number, a row id or feature that is missing or stands twice, a case without a value for some feature.
    """
    with as_table(path) as source, open_table(source) as table:
        found = _shape(table, row_id, sensitive)
        if not table.count("true"):
            raise Unreadable([Problem("the file has no rows", line=1)])
        yield found


def _shape(table: Table, row_id: str | None, sensitive: Sequence[str]) -> Attributions:
    types = kinds(table, table.columns)
    row = _named(table, (row_id or ROW_ID, ROW_ID))
    feature = _named(table, (FEATURE,))
    if feature and types[feature] is ColumnType.TEXT:
        return _listed(table, feature, row)
    return _wide(table, types, row, sensitive)


def _named(table: Table, names: Sequence[str]) -> str | None:
    """The first column of one of these names, whatever their capitals."""
    known = {column.lower(): column for column in reversed(table.columns)}
    return next((known[name.lower()] for name in names if name.lower() in known), None)


def _listed(table: Table, feature: str, row: str | None) -> Attributions:
    value, importance = _named(table, VALUE), _named(table, IMPORTANCE)
    if value and row:
        return _long(table, feature, value, row)
    if importance is None:
        expected = f"{ROW_ID} and {VALUE[0]}, or {IMPORTANCE[0]}"
        raise Unreadable([Problem("a column is missing beside the features", found=_columns(table), expected=expected)])
    refuse_missing_ids(table, feature, "a feature has no name")
    refuse_non_numbers(table, [importance])
    refuse_repeats(table, [feature], "a feature stands twice")
    left_out = tuple(name for name in table.columns if name not in (feature, importance))
    names = _features(table, feature)
    return Attributions(table, Shape.IMPORTANCES, names, (table.key(feature),), None, importance, left_out=left_out)


def _long(table: Table, feature: str, value: str, row: str) -> Attributions:
    refuse_missing_ids(table, feature, "a feature has no name")
    refuse_missing_ids(table, row, "a row id is missing")
    refuse_non_numbers(table, [value])
    refuse_repeats(table, [row, feature], "a feature stands twice for the same row id")
    names = _features(table, feature)
    refuse_incomplete(table, row, feature)
    left_out = tuple(name for name in table.columns if name not in (feature, value, row))
    key = table.key(row)
    row_text = written(key, types_of(table)[key])
    return Attributions(table, Shape.LONG, names, (table.key(feature),), row_text, value, left_out=left_out)


def _features(table: Table, feature: str) -> tuple[str, ...]:
    key = table.key(feature)
    names = [str(name) for name, _ in table.groups([f"CAST({key} AS VARCHAR)"], MOST_FEATURES + 1)]
    if len(names) > MOST_FEATURES:
        raise Unreadable([Problem("too many features", column=feature, expected=f"at most {MOST_FEATURES}")])
    return tuple(sorted(names))


def _wide(table: Table, types: dict[str, ColumnType], row: str | None, sensitive: Sequence[str]) -> Attributions:
    rest = [name for name in table.columns if name != row and name.lower() not in BASE]
    held = refuse_non_numbers(table, [name for name in rest if not _is_text(types[name])], texts_allowed=True)
    features = [name for name in rest if name in held]
    if not features:
        expected = "columns of numbers, or feature and importance"
        raise Unreadable([Problem("there are no attributions", found=_columns(table), expected=expected)])
    if len(features) > MOST_FEATURES:
        raise Unreadable([Problem("too many features", found=str(len(features)), expected=f"at most {MOST_FEATURES}")])
    row_text = None
    if row is not None:
        refuse_missing_ids(table, row, "a row id is missing")
        refuse_repeats(table, [row], "a row id stands twice")
        row_text = written(table.key(row), types_of(table)[table.key(row)])
    groups = tuple(name for name in sensitive if name in rest and name not in features)
    left_out = tuple(name for name in table.columns if name not in (*features, *groups, row))
    return Attributions(table, Shape.WIDE, tuple(features), table.keys(*features), row_text, None, groups, left_out)


def _is_text(kind: ColumnType) -> bool:
    return kind in (ColumnType.BOOLEAN, ColumnType.TIME)


def _columns(table: Table) -> str:
    return ", ".join(table.columns[:20])


def group_text(found: Attributions, name: str) -> str:
    """A group column of the file as text, NULL where missing."""
    key = found.table.key(name)
    return text(key, types_of(found.table)[key])
