"""What a scan for personal data found, and what of it stands against an upload."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from core.errors import Refusal

SHORTEST_REASON = 10


class Level(StrEnum):
    """What a finding asks for: a block stops an upload, a review goes to a person."""

    NONE = "none"
    REVIEW = "review"
    BLOCK = "block"


class Kind(StrEnum):
    """Kinds of personal data, in the words of a reviewer."""

    EMAIL = "e-mail address"
    PHONE = "telephone number"
    CARD = "payment card"
    IBAN = "bank account (IBAN)"
    SSN = "US social security number"
    NATIONAL_ID = "national identifier"
    NAME = "name of a person"
    ADDRESS = "postal address"
    BIRTH = "date of birth"
    IP_ADDRESS = "IP address"
    SPECIAL = "special category"
    FREE_TEXT = "free text"


LEVELS: Mapping[Kind, Level] = {
    Kind.EMAIL: Level.BLOCK,
    Kind.PHONE: Level.BLOCK,
    Kind.CARD: Level.BLOCK,
    Kind.IBAN: Level.BLOCK,
    Kind.SSN: Level.BLOCK,
    Kind.NATIONAL_ID: Level.BLOCK,
    Kind.NAME: Level.BLOCK,
    Kind.ADDRESS: Level.BLOCK,
    Kind.BIRTH: Level.REVIEW,
    Kind.IP_ADDRESS: Level.REVIEW,
    Kind.SPECIAL: Level.REVIEW,
    Kind.FREE_TEXT: Level.REVIEW,
}


@dataclass(frozen=True)
class ColumnFinding:
    """One column: cells by kind, the share of filled cells that hold something, the first line (header on line 1).

    `masked_example` shows only the shape of a value: letters as x, digits as 0.
    """

    column: str
    kinds: Mapping[Kind, int]
    level: Level
    share: float = 0.0
    first_line: int | None = None
    masked_example: str = ""

    @property
    def words(self) -> str:
        """The finding in one line; a column is never called clean."""
        if not self.kinds:
            return "no pattern found"
        return ", ".join(f"{kind} ({count})" for kind, count in self.kinds.items())


@dataclass(frozen=True)
class ScanResult:
    """Every column of a table, all rows looked at; free text may hold what no pattern finds."""

    columns: tuple[ColumnFinding, ...]
    rows: int
    free_text_columns: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """The gravest level of any column."""
        order = tuple(Level)
        return max((column.level for column in self.columns), key=order.index, default=Level.NONE)

    def at_level(self, level: Level) -> tuple[ColumnFinding, ...]:
        """The columns at this level."""
        return tuple(column for column in self.columns if column.level is level)

    def to_json(self) -> str:
        """One line of JSON; it holds no value of the table."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "ScanResult":
        """Read what `to_json` wrote."""
        value = json.loads(text)
        columns = tuple(
            ColumnFinding(
                column=found["column"],
                kinds={Kind(kind): count for kind, count in found["kinds"].items()},
                level=Level(found["level"]),
                share=found["share"],
                first_line=found["first_line"],
                masked_example=found["masked_example"],
            )
            for found in value["columns"]
        )
        return cls(columns, value["rows"], tuple(value["free_text_columns"]))


def standing_blocks(scan: ScanResult, declared: Mapping[str, str]) -> tuple[Refusal, ...]:
    """Every reason against taking in the table; `declared` gives by column the reason for which it is needed.

    Empty means that it may be taken in. A declared column needs a reason of at least ten characters.
    """
    reasons = [_refusal(found) for found in scan.at_level(Level.BLOCK) if found.column not in declared]
    blocked = {found.column for found in scan.at_level(Level.BLOCK)}
    reasons += [
        Refusal(
            "personal-data-reason",
            f"The reason for column “{column}” has fewer than {SHORTEST_REASON} characters",
            "personal data",
            "Write why this column is needed as a sensitive attribute.",
        )
        for column, reason in declared.items()
        if column in blocked and len(reason.strip()) < SHORTEST_REASON
    ]
    return tuple(reasons)


def _refusal(found: ColumnFinding) -> Refusal:
    place = f", first on line {found.first_line}" if found.first_line else ""
    return Refusal(
        "personal-data",
        f"Column “{found.column}” holds personal data: {found.words}{place}",
        "personal data",
        "Leave the column out, replace it by a pseudonym, or declare it as a sensitive attribute with a reason.",
    )
