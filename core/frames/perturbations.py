"""Answers of the model to disturbed inputs, joined with its undisturbed answers row by row in the engine."""

from dataclasses import dataclass
from math import ldexp
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.attributions.checking import refuse_missing_ids, refuse_repeats
from core.frames.expressions import types_of, written
from core.frames.roles import EVEN_CUT, Roles
from core.frames.slices.bands import text
from core.frames.slices.fixed import BITS, exponent_of, unfixed
from core.frames.slices.outcomes import class_of, refuse_unmeasured, spell
from core.frames.source import Table
from core.frames.surrogate.imitating import positive_class
from core.metrics.robustness import ScenarioCounts, ScenarioResult, ScenarioSums, judge_scenario

PAIRS = "answers_in_pairs"
MOST_SCENARIOS = 1_000
NUMBERS = ("change", "change * change", "e0", "e1", "e0 * e0", "e1 * e1", "e0 * e1")
SIZES = ("change", "e0", "e1")
NO_CLASS, NO_NUMBER = "CAST(NULL AS INTEGER)", "CAST(NULL AS DOUBLE)"


@dataclass(frozen=True)
class Columns:
    """The columns of a file of perturbed answers, a row for each case and scenario."""

    row_id: str
    scenario: str
    prediction: str | None
    score: str | None


def perturbed(
    table: Table, roles: Roles, path: Path | str, *, names: Columns | None = None
) -> tuple[tuple[ScenarioResult, ...], int]:
    """Every scenario of the file against the undisturbed answers, and how many of its rows match none of those.

    The file has a row id, `scenario`, and `prediction` or `score` (or both), under these names or those of `roles`.
    Raises Unreadable where a column is absent, a value is missing or no finite number, a case stands twice in a
    scenario, or no row id is known.
    """
    if roles.row_id is None:
        raise Unreadable([Problem("the predictions have no row id to join perturbed answers by")])
    beside = table.beside(path)
    columns = names or columns_of(beside, roles)
    _checked(table, beside, roles.row_id, columns)
    unmatched = _pair(table, beside, roles, columns)
    query = f"SELECT DISTINCT scenario FROM {PAIRS} LIMIT {MOST_SCENARIOS + 1}"  # noqa: S608  # a constant name
    scenarios = [str(name) for (name,) in table.connection.execute(query).fetchall()]
    if len(scenarios) > MOST_SCENARIOS:
        raise Unreadable([Problem("too many scenarios", column=columns.scenario, expected=f"at most {MOST_SCENARIOS}")])
    counts, sums = _counts(table), _sums(table)
    found = [
        judge_scenario(name, "perturbed", counts=counts.get(name), sums=sums.get(name), numbers=roles.numbers)
        for name in sorted(scenarios)
    ]
    return tuple(found), unmatched


def columns_of(table: Table, roles: Roles) -> Columns:
    """The columns by their usual names, or by those of the predictions' roles; Unreadable for what is not there."""
    row_id, scenario = _first(table, roles.row_id, "row_id"), _first(table, "scenario")
    prediction, score = _first(table, roles.prediction, "prediction"), _first(table, roles.score, "score")
    problems = [
        Problem("a column is missing", column=name, found=", ".join(table.columns[:20]))
        for name, found in (("row_id", row_id), ("scenario", scenario), ("prediction or score", prediction or score))
        if found is None
    ]
    if row_id is None or scenario is None or problems:
        raise Unreadable(problems)
    return Columns(row_id, scenario, prediction, score)


def _first(table: Table, *names: str | None) -> str | None:
    return next((name for name in names if name in table.columns), None)


def _checked(table: Table, beside: Table, row_id: str, columns: Columns) -> None:
    beside.keys(columns.row_id, columns.scenario, *[name for name in (columns.prediction, columns.score) if name])
    if not beside.count("true"):
        raise Unreadable([Problem("the file has no rows", line=1)])
    refuse_missing_ids(table, row_id, "a row id is missing among the predictions")
    refuse_repeats(table, [row_id], "a row id stands twice among the predictions")
    refuse_missing_ids(beside, columns.row_id, "a row id is missing")
    refuse_missing_ids(beside, columns.scenario, "a scenario has no name")
    refuse_repeats(beside, [columns.row_id, columns.scenario], "a row id stands twice in the same scenario")


@dataclass(frozen=True)
class _Answers:
    """Engine expressions: what happened, the prediction before and after, and a number before and after."""

    truth: str = NO_CLASS
    before: str = NO_CLASS
    after: str = NO_CLASS
    number_before: str = NO_NUMBER
    number_after: str = NO_NUMBER
    number_truth: str = NO_NUMBER


def _pair(table: Table, beside: Table, roles: Roles, columns: Columns) -> int:
    """Make the view of pairs (scenario, y, p0, p1, change, e0, e1); returns the rows without a partner."""
    found = _numbers(table, beside, roles, columns) if roles.numbers else _classes(table, beside, roles, columns)
    own, other = types_of(table), types_of(beside)
    key, row, scenario = table.key(roles.row_id or ""), beside.key(columns.row_id), beside.key(columns.scenario)
    before = (
        f"SELECT {written(key, own[key])} AS id, {found.truth} AS y, {found.before} AS p0, "  # noqa: S608
        f"{found.number_before} AS s0, {found.number_truth} AS t FROM {table.view}"
    )
    after = (
        f"SELECT {written(row, other[row])} AS id, {text(scenario, other[scenario])} AS scenario, "  # noqa: S608
        f"{found.after} AS p1, {found.number_after} AS s1 FROM {beside.view}"
    )
    table.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {PAIRS} AS SELECT scenario, y, p0, p1, "  # noqa: S608
        "CAST(abs(s1 - s0) AS DOUBLE) AS change, CAST(abs(t - s0) AS DOUBLE) AS e0, CAST(abs(t - s1) AS DOUBLE) AS e1 "
        f"FROM ({after}) JOIN ({before}) USING (id)"
    )
    paired = int(table.connection.execute(f"SELECT count(*) FROM {PAIRS}").fetchall()[0][0])  # noqa: S608
    if not paired:
        reason = "no row id of the file occurs among the predictions"
        raise Unreadable([Problem(reason, column=columns.row_id)])
    return beside.count("true") - paired


def _classes(table: Table, beside: Table, roles: Roles, columns: Columns) -> _Answers:
    scored = roles.score is not None and columns.score is not None
    before = after = NO_NUMBER
    if scored:
        before, after = _number(table, roles.score), _number(beside, columns.score)
    decided = roles.prediction is not None and columns.prediction is not None
    own = [name for name in (roles.label, roles.prediction if decided else None) if name is not None]
    also = [(beside, columns.prediction)] if decided and columns.prediction else []
    classes = spell(table, *own, also=also)
    truth = class_of(table.key(roles.label)) if roles.label else NO_CLASS
    if decided:
        first, second = table.key(roles.prediction or ""), beside.key(columns.prediction or "")
        return _Answers(truth, class_of(first), class_of(second), before, after)
    if not scored:
        return _Answers()
    positive = positive_class(tuple(classes.values()), roles)
    happened = f"({truth} = {positive})" if roles.label and positive is not None else NO_CLASS
    cut = f">= {EVEN_CUT!r}"
    return _Answers(happened, f"({before} {cut})", f"({after} {cut})", before, after)


def _numbers(table: Table, beside: Table, roles: Roles, columns: Columns) -> _Answers:
    first, second = roles.prediction or roles.score, columns.prediction or columns.score
    truth = _number(table, roles.label) if roles.label else NO_NUMBER
    return _Answers(number_before=_number(table, first), number_after=_number(beside, second), number_truth=truth)


def _number(table: Table, name: str | None) -> str:
    refuse_unmeasured(table, name or "")
    return f"CAST({table.key(name or '')} AS DOUBLE)"


def _counts(table: Table) -> dict[str, ScenarioCounts]:
    query = (
        "SELECT scenario, count(*), count(*) FILTER (p0 <> p1), count(y), count(*) FILTER (p0 = y), "  # noqa: S608
        "count(*) FILTER (p1 = y), count(*) FILTER (p0 = y AND p1 <> y), count(*) FILTER (p0 <> y AND p1 = y) "
        f"FROM {PAIRS} WHERE p0 IS NOT NULL AND p1 IS NOT NULL GROUP BY 1"
    )
    found = {}
    for name, n, flips, labelled, before, after, lost, gained in table.connection.execute(query).fetchall():
        own = ScenarioCounts(int(n), int(flips))
        if labelled:
            own = ScenarioCounts(int(n), int(flips), int(before), int(after), int(lost), int(gained))
        found[str(name)] = own
    return found


def _sums(table: Table) -> dict[str, ScenarioSums]:
    """Means, variances and the covariance of both errors, from whole-number sums: no order of rows shows in them."""
    query = f"SELECT {', '.join(f'coalesce(max({size}), 0)' for size in SIZES)} FROM {PAIRS}"  # noqa: S608
    largest = table.connection.execute(query).fetchall()[0]
    units = {name: ldexp(1.0, exponent_of(float(size))) for name, size in zip(SIZES, largest, strict=True)}
    scaled = ", ".join(f"{name} / CAST({unit!r} AS DOUBLE) AS {name}" for name, unit in units.items())
    parts = ", ".join(f"sum(CAST({number} * {2.0**BITS!r} AS HUGEINT))" for number in NUMBERS)
    query = (
        f"SELECT scenario, count(*), {parts} FROM (SELECT scenario, {scaled} FROM {PAIRS}) "  # noqa: S608
        "WHERE change IS NOT NULL GROUP BY 1"
    )
    found = {}
    for name, n, *totals in table.connection.execute(query).fetchall():
        known = [None if total is None else unfixed(total) for total in totals]
        found[str(name)] = _scenario_sums(int(n), known, units)
    return found


def _scenario_sums(n: int, totals: list[float | None], units: dict[str, float]) -> ScenarioSums:
    change, squares, e0, e1, e00, e11, e01 = totals
    a, b = units["e0"], units["e1"]
    assert change is not None
    assert squares is not None
    sums = ScenarioSums(
        n, change / n * units["change"], max(0.0, _spread(squares, change, change, n)) * units["change"] ** 2
    )
    if e0 is None or e1 is None or e00 is None or e11 is None or e01 is None:
        return sums
    return ScenarioSums(
        n,
        sums.change,
        sums.change_variance,
        e0 / n * a,
        e1 / n * b,
        max(0.0, _spread(e00, e0, e0, n)) * a * a,
        max(0.0, _spread(e11, e1, e1, n)) * b * b,
        _spread(e01, e0, e1, n) * a * b,
    )


def _spread(products: float, first: float, second: float, n: int) -> float:
    """The covariance from the sum of products and both sums; 0 for a single row."""
    return (products - first * second / n) / (n - 1) if n > 1 else 0.0
