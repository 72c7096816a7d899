"""Scenario files: what should happen to the inputs or to the public, read strictly with the line of each mistake."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.json_text import Item, Json, read_items

MOST_BYTES = 1 << 20
MOST_SCENARIOS = 100
LONGEST_NAME = 120


class ScenarioKind(StrEnum):
    """What a scenario does."""

    SHIFT = "shift"  # adds `amount` to the columns' numbers
    SCALE = "scale"  # multiplies them by `amount`
    MISSING = "missing"  # takes the values away, in a share of `amount` of the rows (default: all)
    EXTREME = "extreme"  # sets the columns to their own `quantile`
    CATEGORY = "category"  # sets the columns to `value`
    REWEIGHT = "reweight"  # counts the rows by `weights` of the column's values


@dataclass(frozen=True)
class Scenario:
    """One scenario; which of the values counts depends on its kind. `line` is where it begins in the file."""

    name: str
    kind: ScenarioKind
    columns: tuple[str, ...]
    line: int
    amount: float = 1.0
    quantile: float = 0.0
    value: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)


OWN_KEYS: Mapping[ScenarioKind, str] = {
    ScenarioKind.SHIFT: "amount",
    ScenarioKind.SCALE: "amount",
    ScenarioKind.MISSING: "amount",
    ScenarioKind.EXTREME: "quantile",
    ScenarioKind.CATEGORY: "value",
    ScenarioKind.REWEIGHT: "weights",
}


def read_scenarios(path: Path | str) -> tuple[Scenario, ...]:
    """The scenarios of a JSON file: a list of `{"name", "kind", "column" or "columns", and the kind's own key}`.

    Keys: `amount` for shift and scale, `amount` above 0 and at most 1 (optional) for missing, `quantile` from 0 to 1
    for extreme, `value` for category, `weights` (value to a number of at least 0) for reweight, which takes one column.
    Raises Unreadable with every mistake and its line: an unknown, repeated or missing key, another type, a value out of
    range, a name twice, no scenario or more than 100.
    """
    items = read_items(Path(path), most_bytes=MOST_BYTES)
    problems: list[Problem] = []
    if not 0 < len(items) <= MOST_SCENARIOS:
        problems.append(Problem("the number of scenarios", line=1, found=str(len(items)), expected="1 to 100"))
    scenarios = [scenario for item in items[:MOST_SCENARIOS] if (scenario := _scenario(item, problems))]
    seen: dict[str, int] = {}
    for one in scenarios:
        if one.name in seen:
            reason = f"the name “{one.name}” stands twice, first on line {seen[one.name]}"
            problems.append(Problem(reason, line=one.line))
        seen.setdefault(one.name, one.line)
    if problems:
        raise Unreadable(problems)
    return tuple(scenarios)


def _scenario(item: Item, problems: list[Problem]) -> Scenario | None:
    if not isinstance(item.value, dict):
        problems.append(Problem("a scenario is no object", line=item.line, found=type(item.value).__name__))
        return None
    reader, before = _Reader(item.line, item.value, problems), len(problems)
    name, kind = reader.name(), reader.kind()
    columns = reader.columns()
    if kind is None:
        return None
    reader.no_others(kind)
    if kind is ScenarioKind.REWEIGHT and len(columns) > 1:
        reader.refuse("a re-weighting takes one column", "column", str(len(columns)), "1")
    found = reader.read(name, kind, columns)
    return found if len(problems) == before else None


class _Reader:
    """One scenario's keys; every mistake goes to the list of problems."""

    def __init__(self, line: int, value: dict[str, Json], problems: list[Problem]) -> None:
        self.line, self.value, self.problems = line, value, problems

    def refuse(self, reason: str, key: str, found: str = "", expected: str = "") -> None:
        self.problems.append(Problem(reason, line=self.line, column=key, found=found[:80], expected=expected))

    def name(self) -> str:
        return self.text("name")

    def kind(self) -> ScenarioKind | None:
        value = self.value.get("kind")
        if isinstance(value, str) and value in set(ScenarioKind):
            return ScenarioKind(value)
        self.refuse("no such kind", "kind", str(value), ", ".join(ScenarioKind))
        return None

    def columns(self) -> tuple[str, ...]:
        given = [key for key in ("column", "columns") if key in self.value]
        if len(given) != 1:
            self.refuse("one of “column” and “columns” is needed", "column", " and ".join(given) or "neither")
            return ()
        value = self.value[given[0]]
        names = value if isinstance(value, list) and given[0] == "columns" else [value]
        texts = [name for name in names if isinstance(name, str) and name.strip()]
        if len(texts) < len(names) or not texts or len(set(texts)) < len(texts):
            self.refuse("not names of columns, each once", given[0], str(value), "text, or for “columns” a list of it")
        return tuple(texts)

    def no_others(self, kind: ScenarioKind) -> None:
        allowed = ["name", "kind", "column", "columns", OWN_KEYS[kind]]
        for key in self.value:
            if key not in allowed:
                self.refuse(f"a {kind.value} scenario has no such key", key, expected=", ".join(allowed))

    def read(self, name: str, kind: ScenarioKind, columns: tuple[str, ...]) -> Scenario:
        made = Scenario(name, kind, columns, self.line)
        if kind is ScenarioKind.EXTREME:
            quantile = self.number("quantile", lambda value: 0 <= value <= 1, "0 to 1")
            return Scenario(name, kind, columns, self.line, quantile=quantile)
        if kind is ScenarioKind.CATEGORY:
            return Scenario(name, kind, columns, self.line, value=self.text("value"))
        if kind is ScenarioKind.REWEIGHT:
            return Scenario(name, kind, columns, self.line, weights=self.weights())
        if kind is ScenarioKind.MISSING:
            if "amount" not in self.value:
                return made
            share = self.number("amount", lambda value: 0 < value <= 1, "above 0 and at most 1")
            return Scenario(name, kind, columns, self.line, amount=share)
        return Scenario(name, kind, columns, self.line, amount=self.number("amount", lambda _: True, "a number"))

    def number(self, key: str, allowed: Callable[[float], bool], expected: str) -> float:
        value = self.value.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not allowed(value):
            self.refuse("the number is missing or out of range", key, str(value), expected)
            return 0.0
        return self._decimal(key, value)

    def _decimal(self, key: str, value: int | float) -> float:
        try:
            return float(value)
        except OverflowError:
            self.refuse("a number too large to hold", key)
            return 0.0

    def text(self, key: str) -> str:
        value = self.value.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and key == "value":
            return str(value)
        if isinstance(value, str) and value.strip() and len(value) <= LONGEST_NAME:
            return value
        self.refuse("the text is missing or too long", key, str(value), f"1 to {LONGEST_NAME} characters")
        return ""

    def weights(self) -> Mapping[str, float]:
        value = self.value.get("weights")
        if not isinstance(value, dict) or not value:
            self.refuse("no weights", "weights", str(value), "an object of value to number")
            return {}
        found: dict[str, float] = {}
        for name, weight in value.items():
            if isinstance(weight, bool) or not isinstance(weight, int | float) or weight < 0:
                self.refuse(f"the weight of “{name[:40]}” is no number of at least 0", "weights", str(weight))
                continue
            found[name] = self._decimal("weights", weight)
        return found
