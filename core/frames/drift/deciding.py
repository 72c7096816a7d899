"""How a column is compared, and why it cannot be where its values are not of one kind in both files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import Problem, Unreadable
from core.frames.drift.columns import Side
from core.frames.profile import ColumnType
from core.metrics.drift import DEFAULTS, THRESHOLDS, Kind, Method

MINIMUM_ROWS = 30
OF_TIME = "Dates and times move on; they are not compared"
NUMBERS = (ColumnType.NUMBER, ColumnType.BOOLEAN, ColumnType.EMPTY)
WORDS: Mapping[ColumnType, str] = {
    ColumnType.NUMBER: "numbers",
    ColumnType.TEXT: "text",
    ColumnType.BOOLEAN: "truth values",
    ColumnType.TIME: "dates or times",
    ColumnType.EMPTY: "nothing",
}


@dataclass(frozen=True)
class Options:
    """How columns are compared; what is not named for a column has the default of its kind.

    `thresholds` are by column, `method_thresholds` by method. `in_engine` counts numbers in bins even where they would
    fit into memory, beyond 10,000 rows: bounds instead of exact figures.
    """

    methods: Mapping[str, Method] = field(default_factory=dict)
    types: Mapping[str, Kind] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    method_thresholds: Mapping[Method, float] = field(default_factory=dict)
    minimum_rows: int = MINIMUM_ROWS
    share_threshold: float = 0.5
    null_rate_threshold: float = 0.05
    in_engine: bool = False


@dataclass(frozen=True)
class Comparison:
    """What is done with a column; `reason` is why it cannot be compared, empty where it can."""

    kind: Kind
    method: Method
    threshold: float
    reason: str = ""


def comparison(name: str, reference: Side, current: Side, options: Options) -> Comparison:
    """Named options before the pinned method's only kind before what the values are in the reference.

    Raises Unreadable where the method named does not compare columns of this kind.
    """
    named = options.methods.get(name)
    kind = options.types.get(name) or (Kind.CATEGORICAL if named is Method.CHI_SQUARE else _kind(reference, current))
    method = named or DEFAULTS[kind]
    if not method.compares(kind):
        raise Unreadable([Problem(f"{method} does not compare {kind} columns", column=name)])
    threshold = options.thresholds.get(name, options.method_thresholds.get(method, THRESHOLDS[method]))
    forced = name in options.types or named is Method.CHI_SQUARE
    return Comparison(kind, method, threshold, _reason(kind, (reference, current), forced=forced))


def refuse_unknown(options: Options, outputs: Sequence[str], reference: Sequence[str], current: Sequence[str]) -> None:
    """Options are of columns in both files and outputs of columns in one of them; else Unreadable with every name."""
    shared = [name for name in reference if name in current]
    optional = [name for name in (*options.methods, *options.types, *options.thresholds) if name not in shared]
    absent = [name for name in outputs if name not in reference and name not in current]
    problems = [
        Problem("no such column in both files", column=name, expected=", ".join(shared[:20]))
        for name in dict.fromkeys((*optional, *absent))
    ]
    if problems:
        raise Unreadable(problems)


def _kind(reference: Side, current: Side) -> Kind:
    leading = current if reference.type is ColumnType.EMPTY else reference
    return Kind.NUMERIC if leading.type is ColumnType.NUMBER else Kind.CATEGORICAL


def _reason(kind: Kind, sides: tuple[Side, Side], *, forced: bool) -> str:
    types = [side.type for side in sides]
    if ColumnType.TIME in types and not forced:
        return OF_TIME
    if kind is Kind.NUMERIC and not set(types) <= set(NUMBERS):
        return f"Not every value is a number: the reference holds {WORDS[types[0]]}, the current data {WORDS[types[1]]}"
    differ = {ColumnType.NUMBER, ColumnType.BOOLEAN} <= set(types)
    if differ and not forced:
        return f"The reference holds {WORDS[types[0]]}, the current data {WORDS[types[1]]}"
    return ""
