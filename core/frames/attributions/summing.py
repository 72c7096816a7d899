"""Attributions reduced in the engine to a few sums for each feature, and for each feature and group."""

from collections.abc import Sequence
from math import ldexp

from core.frames.attributions.shapes import Attributions, Shape
from core.frames.slices.fixed import BITS, exponent_of, fixed_sum, unfixed
from core.frames.source import Table
from core.metrics.explanation import Contribution

VALUES, SCALES = "attribution_values", "attribution_scales"
UNIT = f"CAST({{}} * {2.0**BITS!r} AS HUGEINT)"


def prepare(found: Attributions, attribute: str = "CAST(NULL AS VARCHAR)", source: str | None = None) -> None:
    """Make the view of (feature, value, total, attribute), and a table of each feature's power of two.

    `attribute` is an engine expression over the file's rows, or over `source`, a query that holds them. Scaled by its
    own power of two every feature keeps its digits, however small beside the others.
    """
    connection, view = found.table.connection, source or found.table.view
    query = _unpivoted(found, attribute, view) if found.shape is Shape.WIDE else _listed(found, attribute, view)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {VALUES} AS {query}")
    largest = connection.execute(f"SELECT feature, max(abs(value)) FROM {VALUES} GROUP BY 1").fetchall()  # noqa: S608
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {SCALES} (feature INTEGER, scale DOUBLE)")
    scales = [(int(feature), ldexp(1.0, exponent_of(float(size)))) for feature, size in largest]
    if scales:
        connection.executemany(f"INSERT INTO {SCALES} VALUES (?, ?)", scales)  # noqa: S608


def contributions(found: Attributions) -> tuple[Contribution, ...]:
    """Mean size, mean value and variance of the size of each feature, in the order of `found.features`.

    Exact to 2^-60 of the feature's largest value, whatever the order of rows. For importances the size is |importance|
    and rows are not known (n = 0).
    """
    prepare(found)
    return _grouped(found, "NULL").get(None, ())


def by_group(
    found: Attributions, attribute: str, source: str | None = None
) -> dict[str | None, tuple[Contribution, ...]]:
    """The same for each value of an attribute (see `prepare`); None collects the cases without a value."""
    prepare(found, attribute, source)
    return _grouped(found, "attribute")


def residual_variance(found: Attributions, feature: str, share: float) -> float | None:
    """The variance over cases of (|value| − share × the case's total); None below two cases or for importances."""
    if found.shape is Shape.IMPORTANCES:
        return None
    prepare(found)
    at = found.features.index(feature)
    residual = f"(abs(value) - {share!r} * total)"
    connection = found.table.connection
    own = f"FROM {VALUES} WHERE feature = {at}"
    query = f"SELECT count(*), max(abs{residual}) {own}"
    n, largest = connection.execute(query).fetchall()[0]
    if int(n) < 2:
        return None
    scale = ldexp(1.0, exponent_of(float(largest)))
    unit = f"({residual} / CAST({scale!r} AS DOUBLE))"
    squares = connection.execute(f"SELECT sum({UNIT.format(f'{unit} * {unit}')}) {own}").fetchall()[0][0]
    return unfixed(squares) * scale * scale / (int(n) - 1)


def _unpivoted(found: Attributions, attribute: str, view: str) -> str:
    cast = [f"CAST({key} AS DOUBLE) AS v{at}" for at, key in enumerate(found.feature_keys)]
    total = "list_sum([" + ", ".join(f"abs(CAST({key} AS DOUBLE))" for key in found.feature_keys) + "])"
    columns = ", ".join(f"v{at}" for at in range(len(cast)))
    rows = f"SELECT {attribute} AS attribute, {total} AS total, {', '.join(cast)} FROM {view}"  # noqa: S608
    return (
        "SELECT CAST(substr(name, 2) AS INTEGER) AS feature, value, total, attribute "  # noqa: S608
        f"FROM (UNPIVOT ({rows}) ON {columns} INTO NAME name VALUE value)"
    )


def _listed(found: Attributions, attribute: str, view: str) -> str:
    _number_features(found.table, found.features)
    key, value = found.feature_keys[0], f"CAST({found.table.key(found.value or '')} AS DOUBLE)"
    place = f"(SELECT place FROM feature_places WHERE name = CAST({key} AS VARCHAR))"  # noqa: S608
    rows = (
        f"SELECT {place} AS feature, {value} AS value, {found.row or 'NULL'} AS row, "  # noqa: S608
        f"{attribute} AS attribute FROM {view}"
    )
    if found.shape is Shape.IMPORTANCES:
        return f"SELECT feature, value, 0.0 AS total, attribute FROM ({rows})"  # noqa: S608
    totals = _totals(found.table, value, view)
    return f"WITH cases AS ({rows}) SELECT feature, value, total, attribute FROM cases JOIN ({totals}) USING (row)"  # noqa: S608


def _totals(table: Table, value: str, view: str) -> str:
    """Each case's total, summed as whole numbers too, so that it does not depend on the order of rows."""
    query = f"SELECT coalesce(max(abs({value})), 0) FROM {view}"  # noqa: S608
    exponent = exponent_of(float(table.connection.execute(query).fetchall()[0][0]))
    total = f"CAST({fixed_sum('abs(value)', exponent)} AS DOUBLE) / {2.0**BITS!r} * {ldexp(1.0, exponent)!r}"
    return f"SELECT row, {total} AS total FROM cases GROUP BY row"  # noqa: S608


def _number_features(table: Table, features: Sequence[str]) -> None:
    table.connection.execute("CREATE OR REPLACE TEMP TABLE feature_places (name VARCHAR, place INTEGER)")
    rows = [(name, at) for at, name in enumerate(features)]
    table.connection.executemany("INSERT INTO feature_places VALUES (?, ?)", rows)


def _grouped(found: Attributions, attribute: str) -> dict[str | None, tuple[Contribution, ...]]:
    unit = "(value / scale)"
    query = (
        f"SELECT {attribute} AS attribute, feature, any_value(scale), count(*), "  # noqa: S608
        f"sum({UNIT.format(f'abs{unit}')}), sum({UNIT.format(unit)}), sum({UNIT.format(f'{unit} * {unit}')}) "
        f"FROM {VALUES} JOIN {SCALES} USING (feature) GROUP BY 1, 2 ORDER BY 1, 2"
    )
    groups: dict[str | None, list[Contribution]] = {}
    for name, feature, scale, n, sizes, values, squares in found.table.connection.execute(query).fetchall():
        one = _contribution(found.features[int(feature)], float(scale), int(n), (sizes, values, squares))
        if found.shape is Shape.IMPORTANCES:
            one = Contribution(one.feature, 0, one.size, one.signed)
        groups.setdefault(None if name is None else str(name), []).append(one)
    return {name: tuple(own) for name, own in groups.items()}


def _contribution(feature: str, scale: float, n: int, sums: Sequence[int]) -> Contribution:
    sizes, values, squares = (unfixed(total) for total in sums)
    variance = max(0.0, squares - sizes * sizes / n) / (n - 1) * scale * scale if n > 1 else None
    return Contribution(feature, n, sizes / n * scale, values / n * scale, variance)
