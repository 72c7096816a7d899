"""The label of the evidence: how it is read, how often each value occurs, and how a row is asked for it."""

from dataclasses import dataclass

from core.errors import Problem, Unreadable
from core.frames.cells import guess_positive
from core.frames.expressions import number, types_of, written
from core.frames.profile import ColumnProfile, ColumnType, profile_of
from core.frames.source import Table
from core.metrics.cells import canonical
from core.metrics.quality import LabelBalance, LabelCount, LabelKind, Quantile

LABELS = "labels"
RANKS = "label_ranks"
MOST_CLASSES = 50
MOST_NUMBERS = 20  # more different numbers, or a fraction among them, are a quantity
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True)
class Label:
    """A label column; `positive` is the positive one of two labels, empty where nobody said and it is not obvious.

    In the engine: `classes` is a table of values `v` and their label `t`; `labelled` and `positives` are conditions on
    a row (the positives being those of the rarer label where the positive one is not known), `quantity` its number and
    `ranks` a table of numbers `y` and their doubled mid-ranks `s` among all labels.
    """

    balance: LabelBalance
    key: str
    positive: str
    labelled: str
    positives: str
    quantity: str
    classes: str = LABELS
    ranks: str = RANKS

    @property
    def positive_rows(self) -> int | None:
        """How many rows have the positive label; None where that is not known."""
        return next((one.count for one in self.balance.counts if one.label == self.positive), None)


def read_label(table: Table, column: str, positive: str | None = None) -> Label:
    """Look at the label column; text that is a number throughout is a number.

    Two values are two labels; up to fifty values, of numbers up to twenty whole ones, are classes; other numbers are a
    quantity. Raises Unreadable where the column is absent or `positive` is not one of its two labels.
    """
    profile = profile_of(table, column, into="label_values")
    key, kind = table.key(column), types_of(table)[table.key(column)]
    table.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {LABELS} AS SELECT v, {written('v', kind)} AS t, n "  # noqa: S608  # our names
        f"FROM label_values WHERE {profile.present}"
    )
    counts = _counts(table)
    label_kind = _kind(table, profile, len(counts))
    if label_kind is LabelKind.QUANTITY:
        table.connection.execute(_LABEL_RANKS)
    listed = counts if label_kind in (LabelKind.BINARY, LabelKind.CLASSES, LabelKind.CONSTANT) else ()
    balance = LabelBalance(
        column,
        label_kind,
        profile.rows - profile.missing,
        listed,
        _quantiles(table) if label_kind is LabelKind.QUANTITY else (),
    )
    named = _positive(balance, positive) if label_kind is LabelKind.BINARY else ""
    spelled = {text: _spelled(table, key, kind, text) for text in (one.label for one in listed)}
    return Label(
        balance=balance,
        key=key,
        positive=named,
        labelled="(" + (" OR ".join(spelled.values()) or "false") + ")",
        positives=spelled.get(named or (listed[-1].label if listed else ""), "false"),
        quantity=f"nullif({number(key, kind)}, CAST('nan' AS DOUBLE))",
    )


def _counts(table: Table) -> tuple[LabelCount, ...]:
    query = f"SELECT t, sum(n) FROM {LABELS} GROUP BY t ORDER BY 2 DESC, 1 LIMIT {MOST_CLASSES + 1}"  # noqa: S608
    return tuple(LabelCount(str(text), int(count)) for text, count in table.connection.execute(query).fetchall())


def _kind(table: Table, profile: ColumnProfile, classes: int) -> LabelKind:
    if classes <= 1:
        return LabelKind.CONSTANT
    if classes == 2:
        return LabelKind.BINARY
    if profile.type is ColumnType.NUMBER:
        query = f"SELECT count(*) FROM label_values WHERE {profile.present} AND NOT (isfinite(x) AND x = trunc(x))"  # noqa: S608
        fractions = table.connection.execute(query).fetchall()[0][0]
        return LabelKind.QUANTITY if fractions or classes > MOST_NUMBERS else LabelKind.CLASSES
    return LabelKind.CLASSES if classes <= MOST_CLASSES else LabelKind.TOO_MANY


def _quantiles(table: Table) -> tuple[Quantile, ...]:
    """Inverse of the distribution function, of finite numbers (definition 1 of Hyndman and Fan, 1996)."""
    summed = "sum(n) OVER (ORDER BY x RANGE UNBOUNDED PRECEDING)"
    chosen = ", ".join(f"min(x) FILTER (upto >= {share!r} * total)" for share in QUANTILES)
    query = (
        f"SELECT {chosen} FROM (SELECT x, {summed} AS upto, sum(n) OVER () AS total "  # noqa: S608
        f"FROM label_values WHERE isfinite(x) AND NOT absent)"
    )
    found = table.connection.execute(query).fetchall()[0]
    return tuple(Quantile(s, float(value)) for s, value in zip(QUANTILES, found, strict=True) if value is not None)


def _positive(balance: LabelBalance, wanted: str | None) -> str:
    labels = [one.label for one in balance.counts]
    if wanted is None:
        return guess_positive(labels) or ""
    for label in labels:
        if canonical(label) == canonical(wanted):
            return label
    raise Unreadable(
        [
            Problem(
                "the positive label is not in the data",
                column=balance.column,
                found=wanted,
                expected=" or ".join(sorted(labels)),
            )
        ]
    )


def _spelled(table: Table, key: str, kind: str, text: str) -> str:
    """The condition that a row has this label, in whichever spelling."""
    query = f"SELECT DISTINCT CAST(v AS VARCHAR) FROM {LABELS} WHERE t = ? ORDER BY 1"  # noqa: S608
    spellings = [str(one).replace("'", "''") for (one,) in table.connection.execute(query, [text]).fetchall()]
    literals = ", ".join(f"CAST('{spelling}' AS {kind})" for spelling in spellings)
    return f"coalesce({key} IN ({literals}), false)"


# Doubled mid-ranks: the rows before and the rows up to the last equal one, plus one.
_LABEL_RANKS = f"""
CREATE OR REPLACE TEMP TABLE {RANKS} AS
SELECT y, CAST(2 * sum(n) OVER (ORDER BY y ROWS UNBOUNDED PRECEDING) - n + 1 AS HUGEINT) AS s
FROM (SELECT x AS y, sum(n) AS n FROM label_values WHERE NOT absent AND NOT isnan(x) GROUP BY x)
"""  # noqa: S608  # constants of this module
