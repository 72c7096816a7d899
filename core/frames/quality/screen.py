"""The target leakage screen: how well each feature alone predicts the label."""

from collections.abc import Callable, Iterable

from core.frames.expressions import absent, number, types_of
from core.frames.profile import ColumnProfile, ColumnType
from core.frames.quality.labels import Label
from core.frames.source import Table
from core.metrics.intervals import Interval
from core.metrics.quality import LabelKind, Measure, Reading, SingleFeature
from core.metrics.quality.association import correlation_ratio, cramers_v, spearman, spearman_interval
from core.metrics.scores import ScoreSums, area_under_curve, delong

MOST_CODES = 20  # numbers with no more different values may be codes, and are read as categories too
BANDS = 20
FIXED_POINT = 2.0**60  # fractions are summed as whole numbers, so that the sum does not depend on the order of rows

Found = tuple[float | None, Interval | None, int, Measure, Reading]


def single_feature(table: Table, profile: ColumnProfile, label: Label, grouped: str) -> SingleFeature:
    """How well this feature alone predicts the label, in the best of the ways to read it; 1 gives the label away.

    Two labels: the area under the ROC curve. Numbers and times rank in their order, in whichever direction is better,
    with DeLong's interval; categories rank by the share of positives in their category with the pair of rows that is
    compared left out (leave-pair-out), so that a value of its own for each row says nothing.
    Several labels: Cramér's V, bias-corrected, numbers in twenty bands of equal counts.
    A quantity: the absolute value of Spearman's correlation; for categories the correlation ratio of ranks.
    Numbers with at most twenty values are read as categories as well, and whether a value is missing may be what gives
    the label away. Missing values of categories are a category. Sources: Hanley and McNeil, Radiology 143 (1982)
    29–36; Airola et al., Computational Statistics & Data Analysis 55 (2011) 1828–1844; `core.metrics.quality`.
    """
    first = {LabelKind.BINARY: Measure.AREA, LabelKind.CLASSES: Measure.CRAMER}.get(
        label.balance.kind, Measure.SPEARMAN
    )
    if profile.constant:
        reason = "The column has one value only" if profile.distinct else "The column is empty"
        return SingleFeature(profile.name, first, None, None, label.balance.labelled, reason=reason)
    ways: dict[LabelKind, Callable[[Table, ColumnProfile, Label, str], Iterable[Found]]] = {
        LabelKind.BINARY: _binary,
        LabelKind.CLASSES: _classes,
        LabelKind.QUANTITY: _quantity,
    }
    readings = [one for one in ways[label.balance.kind](table, profile, label, grouped) if one[0] is not None]
    if not readings:
        reason = "Every row has a value of its own, or one value alone has labels"
        return SingleFeature(profile.name, first, None, None, label.balance.labelled, reason=reason)
    value, interval, n, measure, reading = max(readings, key=lambda one: one[0] or 0.0)
    return SingleFeature(profile.name, measure, value, interval, n, reading)


def _in_order(profile: ColumnProfile) -> bool:
    return profile.type in (ColumnType.NUMBER, ColumnType.TIME)


def _in_categories(profile: ColumnProfile) -> bool:
    return not _in_order(profile) or profile.distinct <= MOST_CODES


def _binary(table: Table, profile: ColumnProfile, label: Label, grouped: str) -> Iterable[Found]:
    n = label.balance.labelled
    if _in_order(profile):
        scored = _scored(table, profile, grouped)
        m, k, wins, m2, k2 = (int(one) for one in table.connection.execute(_RANKS.format(scored=scored)).fetchall()[0])
        sums = ScoreSums(m, k, wins, m2, k2)
        area, interval = area_under_curve(sums), delong(sums)
        if area is not None and 2 * area < 1:
            area, interval = 1 - area, Interval(1 - interval.high, 1 - interval.low) if interval else None
        yield (None if area is None else float(area)), interval, sums.n, Measure.AREA, Reading.RANKS
    if _in_categories(profile):
        value = "x" if profile.type is ColumnType.NUMBER else "v"
        category = f"CASE WHEN {profile.present} THEN {value} END"
        yield _pair_out(table, grouped, category), None, n, Measure.AREA, Reading.CATEGORIES
    elif profile.missing:
        yield _pair_out(table, grouped, profile.present), None, n, Measure.AREA, Reading.MISSING


def _scored(table: Table, profile: ColumnProfile, grouped: str) -> str:
    """The values in order as scores s with m positives and k negatives; only text can spell one number in two ways."""
    if profile.type is ColumnType.TIME:
        return f"SELECT v AS s, p AS m, m - p AS k FROM {grouped} WHERE {profile.present}"  # noqa: S608
    if types_of(table)[table.key(profile.name)] != "VARCHAR":
        return f"SELECT x AS s, p AS m, m - p AS k FROM {grouped} WHERE {profile.present}"  # noqa: S608
    return f"SELECT x AS s, sum(p) AS m, sum(m - p) AS k FROM {grouped} WHERE {profile.present} GROUP BY 1"  # noqa: S608


def _pair_out(table: Table, grouped: str, category: str) -> float | None:
    """The leave-pair-out area of categories ranked by their share of positives; None with one class only.

    A positive's category is judged without that row, a negative's likewise; rows of one category tie, as do rows that
    are alone in theirs, for which nothing is left to judge by.
    """
    counted = f"SELECT {category} AS a, sum(p) AS p, sum(m) AS n FROM {grouped} GROUP BY 1 HAVING sum(m) > 0"  # noqa: S608
    positives, rows, own = table.connection.execute(_CATEGORY_TOTALS.format(counted=counted)).fetchall()[0]
    pairs = int(positives or 0) * int((rows or 0) - (positives or 0))
    if not pairs:
        return None
    alone = (int(positives) - 1) / (int(rows) - 2) if rows > 2 else 0.5
    scored = _LEFT_OUT.format(counted=counted, alone=repr(alone))
    wins = table.connection.execute(_RANKS.format(scored=scored)).fetchall()[0][2]
    return (int(wins) + int(own)) / (2 * pairs)


def _classes(table: Table, profile: ColumnProfile, label: Label, grouped: str) -> Iterable[Found]:
    if _in_categories(profile):
        feature, reading = _category(table, profile), Reading.CATEGORIES
        joined = f"{table.view} AS e"
    else:
        _make_bands(table, profile, grouped)
        feature, reading = "b.band", Reading.BANDS
        joined = f"{table.view} AS e LEFT JOIN bands AS b ON e.{table.key(profile.name)} = b.v"
    cells = (
        f"SELECT {feature} AS a, c.t AS b, count(*) AS o FROM {joined} "  # noqa: S608
        f"JOIN {label.classes} AS c ON e.{label.key} = c.v GROUP BY 1, 2"
    )
    n, rows, columns, ratio = table.connection.execute(_CONTINGENCY.format(cells=cells)).fetchall()[0]
    value = cramers_v(int(n), int(rows), int(columns), int(ratio) / FIXED_POINT) if n else None
    yield value, None, int(n or 0), Measure.CRAMER, reading


def _make_bands(table: Table, profile: ColumnProfile, grouped: str) -> None:
    order = "x" if profile.type is ColumnType.NUMBER else "v"
    upto = f"sum(n) OVER (ORDER BY {order} RANGE UNBOUNDED PRECEDING)"
    present = profile.rows - profile.missing
    table.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE bands AS "  # noqa: S608
        f"SELECT v, ({upto} - 1) * {BANDS} // {present} AS band FROM {grouped} WHERE {profile.present}"
    )


def _quantity(table: Table, profile: ColumnProfile, label: Label, grouped: str) -> Iterable[Found]:
    if _in_order(profile):
        pairs = (
            f"SELECT {_order(table, profile)} AS f, {label.quantity} AS y FROM {table.view} "  # noqa: S608
            f"WHERE f IS NOT NULL AND y IS NOT NULL"
        )
        n, *sums = (int(one or 0) for one in table.connection.execute(_RANK_PRODUCTS.format(pairs=pairs)).fetchall()[0])
        value = spearman(n, *sums) if n else None
        interval = spearman_interval(abs(value), n) if value is not None else None
        if interval is not None:
            interval = Interval(max(0.0, interval.low), interval.high)
        yield (None if value is None else abs(value)), interval, n, Measure.SPEARMAN, Reading.RANKS
    if _in_categories(profile):
        yield _ratio(table, _category(table, profile), label, Reading.CATEGORIES)
    elif profile.missing:
        yield _ratio(table, f"({_order(table, profile)}) IS NULL", label, Reading.MISSING)


def _ratio(table: Table, category: str, label: Label, reading: Reading) -> Found:
    pairs = (
        f"SELECT {category} AS a, r.s AS s FROM {table.view} AS e "  # noqa: S608
        f"JOIN {label.ranks} AS r ON {label.quantity} = r.y"
    )
    n, groups, between, squares = table.connection.execute(_RANK_RATIO.format(pairs=pairs)).fetchall()[0]
    value = correlation_ratio(int(n), int(groups), int(between), int(squares)) if n else None
    return value, None, int(n or 0), Measure.CORRELATION_RATIO, reading


def _order(table: Table, profile: ColumnProfile) -> str:
    key = table.key(profile.name)
    if profile.type is ColumnType.TIME:
        return key
    return f"nullif({number(key, types_of(table)[key])}, CAST('nan' AS DOUBLE))"


def _category(table: Table, profile: ColumnProfile) -> str:
    """A value as a category; NULL where it is missing, which is a category as well."""
    if _in_order(profile):
        return _order(table, profile)
    key = table.key(profile.name)
    return f"(CASE WHEN NOT {absent(key, types_of(table)[key])} THEN {key} END)"


# Over scores s with m positives and k negatives: the sums of `core.metrics.scores.ScoreSums`, ties counting half. Both
# windows run from the start to this score, which the engine sums in one pass; other frames take twenty times as long.
_RANKS = """
WITH scored AS ({scored}),
totals AS (SELECT CAST(sum(m) AS BIGINT) AS positives FROM scored),
ranked AS (
    SELECT m, k, CAST(sum(k) OVER upto AS BIGINT) AS k_upto, CAST(sum(m) OVER upto AS BIGINT) AS m_upto
    FROM scored WINDOW upto AS (ORDER BY s ROWS UNBOUNDED PRECEDING)
), won AS (
    SELECT CAST(m AS HUGEINT) AS m, CAST(k AS HUGEINT) AS k,
        2 * k_upto - k AS lower, 2 * (positives - m_upto) + m AS higher
    FROM ranked, totals
)
SELECT coalesce(sum(m), 0), coalesce(sum(k), 0), coalesce(sum(m * lower), 0), coalesce(sum(m * lower * lower), 0),
    coalesce(sum(k * higher * higher), 0)
FROM won
"""

# In a category of several rows a positive, its own row left out, ranks just below a negative of that category: of such
# a pair nothing is won, so half a win is added for each (`own`, doubled as wins are).
_CATEGORY_TOTALS = "SELECT sum(p), sum(n), sum(CAST(p AS HUGEINT) * (n - p)) FROM ({counted})"

_LEFT_OUT = """
SELECT s, sum(m) AS m, sum(k) AS k FROM (
    SELECT CASE WHEN n = 1 THEN {alone} ELSE (p - 1) / (n - 1) END AS s, p AS m, 0 AS k FROM ({counted}) WHERE p > 0
    UNION ALL
    SELECT CASE WHEN n = 1 THEN {alone} ELSE p / (n - 1) END AS s, 0 AS m, n - p AS k FROM ({counted}) WHERE p < n
) GROUP BY s
"""

_CONTINGENCY = f"""
WITH cells AS ({{cells}}),
    totals AS (SELECT o, sum(o) OVER (PARTITION BY a) AS r, sum(o) OVER (PARTITION BY b) AS c, a, b FROM cells)
SELECT sum(o), count(DISTINCT a) + max(CAST(a IS NULL AS INT)), count(DISTINCT b),
    sum(CAST(CAST(o AS DOUBLE) * o / (CAST(r AS DOUBLE) * c) * {FIXED_POINT!r} AS HUGEINT))
FROM totals
"""  # noqa: S608  # constants of this module

# Doubled mid-ranks: the rows before and the rows up to the last equal one, plus one.
_RANK_PRODUCTS = """
WITH ranked AS (
    SELECT CAST(rank() OVER (ORDER BY f) + count(*) OVER (ORDER BY f RANGE UNBOUNDED PRECEDING) AS HUGEINT) AS q,
        CAST(rank() OVER (ORDER BY y) + count(*) OVER (ORDER BY y RANGE UNBOUNDED PRECEDING) AS HUGEINT) AS s
    FROM ({pairs})
)
SELECT count(*), sum(q * s), sum(q * q), sum(s * s) FROM ranked
"""

_RANK_RATIO = """
WITH groups AS (SELECT a, count(*) AS n, sum(s) AS total, sum(s * s) AS squares FROM ({pairs}) GROUP BY a)
SELECT sum(n), count(*), sum(CAST(CAST(total AS DOUBLE) * total / n AS HUGEINT)), sum(squares) FROM groups
"""
