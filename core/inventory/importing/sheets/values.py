"""A table as its cells stand in the file, and how large it may be."""

from dataclasses import dataclass
from enum import StrEnum

MIB = 1 << 20


class CellKind(StrEnum):
    """What a spreadsheet holds in a cell; CSV holds text only."""

    TEXT = "t"
    NUMBER = "n"
    DATE = "d"
    BOOLEAN = "b"


class Encoding(StrEnum):
    """How the letters of a CSV file are written."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1252 = "windows-1252"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text, white space around it taken off; dates as 2026-11-30, whole numbers without a decimal point."""

    text: str
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that holds something, and the line it stands on in the file, counting from 1."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """A table: names of columns from its first row, and the rows below."""

    names: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    digest: str  # SHA-256 of the file
    kind: str  # csv or xlsx
    header_line: int = 1


@dataclass(frozen=True)
class SheetLimits:
    """How large a table of models may be, in each way in which a file can be too large; sizes in bytes."""

    size: int = 32_000_000
    rows: int = 20_000
    columns: int = 200
    cell_characters: int = 32_767
    problems: int = 500
    # XLSX: a ZIP of 1 MB can hold 1 GB.
    entries: int = 2_000
    unpacked: int = 512 * MIB
    child_memory: int = 1536 * MIB
    child_seconds: int = 30


EMPTY = Cell("")
