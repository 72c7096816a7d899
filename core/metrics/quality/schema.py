"""What a dataset declares about its columns, and what of it the evidence breaks."""

from dataclasses import dataclass
from enum import StrEnum


class DeclaredType(StrEnum):
    """What a column may hold.

    Whole numbers, finite numbers, any text, true or false (also 0 and 1), or ISO 8601 dates and times.
    """

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"


class Role(StrEnum):
    """What a column is for."""

    FEATURE = "feature"
    LABEL = "label"
    PREDICTION = "prediction"
    SCORE = "score"
    ROW_ID = "row_id"
    SENSITIVE = "sensitive"
    OTHER = "other"


@dataclass(frozen=True)
class DeclaredColumn:
    """One declared column: there unless not `required`, never missing unless `nullable`, within inclusive bounds.

    Bounds are numbers, or ISO 8601 text for dates; `values` are all that may occur, numbers once however written.
    """

    name: str
    type: DeclaredType
    required: bool = True
    nullable: bool = False
    minimum: float | str | None = None
    maximum: float | str | None = None
    values: tuple[str, ...] = ()
    unit: str = ""
    role: Role = Role.OTHER


@dataclass(frozen=True)
class Schema:
    """The declared columns; unless `open`, no other column may stand beside them."""

    columns: tuple[DeclaredColumn, ...]
    open: bool = False


class ViolationKind(StrEnum):
    """How evidence breaks a declaration."""

    MISSING_COLUMN = "the column is missing"
    UNEXPECTED_COLUMN = "the column is not declared"
    WRONG_TYPE = "values of another type"
    NULL = "missing values"
    OUT_OF_RANGE = "values out of range"
    NOT_ALLOWED = "values that are not allowed"


@dataclass(frozen=True)
class Violation:
    """One broken declaration: how many rows break it, the first line that does (header on line 1), what was declared.

    It shows no value, for values may be personal data.
    """

    column: str
    kind: ViolationKind
    rows: int = 0
    first_line: int | None = None
    expected: str = ""


@dataclass(frozen=True)
class SchemaCheck:
    """How many columns are declared, and every declaration that the evidence breaks."""

    declared: int
    violations: tuple[Violation, ...]
