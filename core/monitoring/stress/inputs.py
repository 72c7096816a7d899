"""The rows that a stress test sends, and what its cases make of them."""

from collections.abc import Mapping, Sequence

import numpy as np
import orjson

from core.errors import Problem, Unreadable
from core.frames.scenarios import Scenario, ScenarioKind
from core.monitoring.stress.values import Shape

Cell = float | int | str | bool | None
InputRow = Mapping[str, Cell]
CHANCE = 20_260_101  # seed of which rows lose their values where a share of them does


def disturbed(rows: Sequence[InputRow], case: Scenario) -> tuple[InputRow, ...]:
    """The rows as this case makes them; raises `Unreadable` for a column that it cannot change."""
    known = rows[0].keys() if rows else ()
    problems = [
        Problem(f"case “{case.name}” names a column that the rows do not have", column=name, expected=", ".join(known))
        for name in case.columns
        if name not in known
    ]
    if problems:
        raise Unreadable(problems)
    changed = [dict(row) for row in rows]
    struck = (np.random.default_rng(CHANCE).random(len(rows)) < case.amount).tolist()
    for name in case.columns:
        values = _changed([row[name] for row in rows], name, case, struck)
        for row, value in zip(changed, values, strict=True):
            row[name] = value
    return tuple(changed)


def without(rows: Sequence[InputRow], columns: Sequence[str]) -> tuple[InputRow, ...]:
    """The rows with these columns empty, as when what they come from is away."""
    lost = [name for name in columns if rows and name not in rows[0]]
    if lost:
        raise Unreadable([Problem("a phase takes away a column that the rows do not have", column=lost[0])])
    return tuple({name: None if name in columns else value for name, value in row.items()} for row in rows)


def body_of(row: InputRow, shape: Shape) -> str:
    """The body of the request for one row, as JSON."""
    value: object = {Shape.RECORDS: {"dataframe_records": [row]}, Shape.INSTANCES: {"instances": [row]}}.get(shape, row)
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _changed(values: list[Cell], name: str, case: Scenario, struck: Sequence[bool]) -> list[Cell]:
    if case.kind is ScenarioKind.CATEGORY:
        return [case.value] * len(values)
    if case.kind is ScenarioKind.MISSING:
        return [None if gone else value for value, gone in zip(values, struck, strict=True)]
    numbers = [float(one) for one in values if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(numbers) < sum(one is not None for one in values) or not numbers:
        raise Unreadable([Problem(f"case “{case.name}” needs numbers", column=name, expected=case.kind.value)])
    if case.kind is ScenarioKind.EXTREME:
        return [float(np.quantile(numbers, case.quantile))] * len(values)
    add, times = (case.amount, 1.0) if case.kind is ScenarioKind.SHIFT else (0.0, case.amount)
    return [None if one is None else float(one) * times + add for one in values]
