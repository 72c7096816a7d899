"""Holds the evidence against the declared schema, column by column."""

from collections.abc import Iterator, Sequence

from core.frames.expressions import WHOLE_NUMBERS, absent, number, types_of, written
from core.frames.profile import GROUPED
from core.frames.source import Table
from core.metrics.quality import DeclaredColumn, DeclaredType, Schema, Violation, ViolationKind

ISO = r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?$"
NUMBERS = (DeclaredType.INTEGER, DeclaredType.NUMBER)


def column_set_violations(columns: Sequence[str], schema: Schema, known: Sequence[str]) -> Iterator[Violation]:
    """Declared columns that are not there, and columns that are neither declared nor `known` by their meaning."""
    declared = {column.name for column in schema.columns}
    for column in schema.columns:
        if column.required and column.name not in columns:
            yield Violation(column.name, ViolationKind.MISSING_COLUMN)
    for name in columns:
        if not schema.open and name not in declared and name not in known:
            yield Violation(name, ViolationKind.UNEXPECTED_COLUMN)


def column_violations(table: Table, declared: DeclaredColumn, grouped: str = GROUPED) -> Iterator[Violation]:
    """What the values of one column break, from its grouped values; the first line is looked for only where one does.

    A value is counted under one kind only: missing, of another type, out of range, not allowed, in this order. Declared
    values meet as `core.frames.expressions.written` writes them: 1 is 1.0, “TRUE” is true.
    """
    key = table.key(declared.name)
    kind = types_of(table)[key]
    if declared.values:
        table.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE allowed AS SELECT DISTINCT {written('v', 'VARCHAR')} AS t "  # noqa: S608
            f"FROM (SELECT unnest(?) AS v)",
            [list(declared.values)],
        )
    conditions = zip(_conditions(declared, "v", kind), _conditions(declared, key, kind), strict=True)
    for (broken, expected, on_values), (_, _, on_rows) in conditions:
        query = f"SELECT coalesce(sum(n), 0) FROM {grouped} WHERE {on_values}"  # noqa: S608  # our own conditions
        rows = int(table.connection.execute(query).fetchall()[0][0])
        if rows:
            yield Violation(declared.name, broken, rows, table.first_line(on_rows), expected)


def _conditions(declared: DeclaredColumn, key: str, kind: str) -> Iterator[tuple[ViolationKind, str, str]]:
    gone = _missing(declared, key, kind)
    if not declared.nullable:
        yield ViolationKind.NULL, "a value in every row", gone
    fits = _fits(declared.type, key, kind)
    yield ViolationKind.WRONG_TYPE, declared.type.value, f"NOT {gone} AND NOT {fits}"
    within = _within(declared, key, kind)
    if within:
        yield ViolationKind.OUT_OF_RANGE, _range_words(declared), f"NOT {gone} AND {fits} AND NOT {within}"
    if declared.values:
        allowed = f"coalesce({written(key, kind)} IN (SELECT t FROM allowed), false)"  # noqa: S608  # our own
        inside = f"AND {within} " if within else ""
        words = f"one of {len(declared.values):,} values"
        yield ViolationKind.NOT_ALLOWED, words, f"NOT {gone} AND {fits} {inside}AND NOT {allowed}"


def _missing(declared: DeclaredColumn, key: str, kind: str) -> str:
    if declared.type in NUMBERS and kind == "VARCHAR":
        return f"({absent(key, kind)} OR coalesce(isnan({number(key, kind)}), false))"
    return absent(key, kind)


def _fits(declared: DeclaredType, key: str, kind: str) -> str:
    value = number(key, kind)
    if declared is DeclaredType.TEXT:
        return "true"
    if declared is DeclaredType.BOOLEAN:
        return "true" if kind == "BOOLEAN" else f"coalesce({written(key, kind)} IN ('true', 'false', '0', '1'), false)"
    if declared is DeclaredType.DATE:
        return _is_time(key, kind)
    if kind == "BOOLEAN":
        return "false"
    whole = f" AND {value} = trunc({value})" if declared is DeclaredType.INTEGER else ""
    return "true" if kind in WHOLE_NUMBERS else f"coalesce(isfinite({value}){whole}, false)"


def _is_time(key: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f"(regexp_matches({key}, '{ISO}') AND TRY_CAST({key} AS TIMESTAMP) IS NOT NULL)"
    return "true" if kind.startswith(("DATE", "TIMESTAMP")) else "false"


def _within(declared: DeclaredColumn, key: str, kind: str) -> str:
    """The condition that a value lies within the declared bounds, which count as inside; empty without bounds."""
    if declared.type is DeclaredType.DATE:
        value, bound = f"TRY_CAST({key} AS TIMESTAMP)", "CAST('{}' AS TIMESTAMP)"
    else:
        value, bound = number(key, kind), "CAST({!r} AS DOUBLE)"
    sides = ((">=", declared.minimum), ("<=", declared.maximum))
    met = [f"{value} {sign} {bound.format(limit)}" for sign, limit in sides if limit is not None]
    return f"coalesce({' AND '.join(met)}, false)" if met else ""


def _range_words(declared: DeclaredColumn) -> str:
    low, high = (f"{limit:g}" if isinstance(limit, float) else limit for limit in (declared.minimum, declared.maximum))
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"
