"""One row of a table as entered values, with every problem of its cells by line and column."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar

from core.errors import Problem
from core.inventory.importing.fields import BY_KEY, Mapped
from core.inventory.importing.sheets import Cell, CellKind, Sheet, SheetRow
from core.inventory.importing.sheets.values import EMPTY
from core.inventory.intake import NewDataset, NewModel, NewVersion, problems_of
from core.inventory.rules import Exposure, Line, Purpose
from core.inventory.versions.rules import ChangeKind

Choice = TypeVar("Choice", Exposure, Purpose, Line, ChangeKind)
ALIASES = {
    "financial": Purpose.FINANCIAL,
    "customer-facing": Purpose.FINANCIAL,
    "customer facing": Purpose.FINANCIAL,
    "rights": Purpose.RIGHTS,
    "regulatory": Purpose.RIGHTS,
    "rights-affecting": Purpose.RIGHTS,
}
NOT_NUMBERS = {"version", "training_version", "test_version"}  # a spreadsheet makes 1.10 of them the number 1.1
MIXED = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
DATASET_KEYS = {"name": "dataset", "version": "version", "source": "source", "licence": "licence",
                "classification": "personal"}  # fmt: skip


@dataclass
class Read:
    """A row while it is read: its cells by field, and what is wrong with them."""

    line: int
    cells: Mapping[str, Cell]
    columns: Mapped
    problems: list[Problem] = field(default_factory=list)

    def text(self, key: str) -> str:
        """The cell's text; a date where text is meant, or a number where 1.10 differs from 1.1, is a problem."""
        cell = self.cells.get(key, EMPTY)
        if cell.kind is CellKind.DATE:
            self.refuse(key, "the spreadsheet holds a date here", cell.text, "text: format the column as text")
        if cell.kind is CellKind.NUMBER and key in NOT_NUMBERS:
            self.refuse(key, "the spreadsheet holds a number here", cell.text, "text: format the column as text")
        return cell.text

    def refuse(self, key: str, reason: str, found: str = "", expected: str = "") -> None:
        """Keep a problem in the column that says this field."""
        column = self.columns.get(key) or BY_KEY[key].title
        self.problems.append(Problem(reason, self.line, column, found, expected))

    def choice(self, key: str, kind: type[Choice], default: Choice | None = None) -> Choice | None:
        """A word of a closed vocabulary, however it is capitalised; None, with a problem, for another word."""
        said = " ".join(self.text(key).casefold().split())
        if not said:
            return default
        by_word = {one.value: one for one in kind} | {one.name.casefold(): one for one in kind}
        found = by_word.get(said) or ALIASES.get(said)
        if isinstance(found, kind):
            return found
        self.refuse(key, "not one of the choices", said, ", ".join(kind))
        return None

    def day(self, key: str) -> datetime | None:
        """Midnight of a day in UTC; only 2026-11-30 says for certain which part is the month."""
        cell = self.cells.get(key, EMPTY)
        if not cell.text:
            return None
        try:
            found = date.fromisoformat(cell.text) if len(cell.text) == 10 else None
        except ValueError:
            found = None
        if found is None:
            mixed = MIXED.fullmatch(cell.text) is not None
            reason = "a date whose day and month could be mistaken" if mixed else "not a date"
            self.refuse(key, reason, cell.text, "YYYY-MM-DD")
            return None
        return datetime(found.year, found.month, found.day, tzinfo=UTC)

    def check(self, entered: NewModel | NewVersion | NewDataset, prefix: str = "") -> None:
        """The problems that the record itself finds, in the columns of the file."""
        for problem in problems_of(entered):
            key = problem.column or ""
            key = f"{prefix}_{DATASET_KEYS[key]}" if prefix and key in DATASET_KEYS else key
            if key in BY_KEY:
                self.refuse(key, problem.reason, problem.found, problem.expected)


def reads_of(sheet: Sheet, columns: Mapped, constants: Mapping[str, str]) -> list[Read]:
    """Each row with its cells by field; `constants` stand where a cell is empty or no column says the field."""
    places = {key: sheet.names.index(name) for key, name in columns.items() if name in sheet.names}
    fixed = {key: Cell(text.strip()) for key, text in constants.items() if text.strip() and key in BY_KEY}
    return [Read(row.line, fixed | _cells(row, places), columns) for row in sheet.rows]


def _cells(row: SheetRow, places: Mapping[str, int]) -> dict[str, Cell]:
    return {key: row.cells[at] for key, at in places.items() if at < len(row.cells) and row.cells[at].text}
