"""Reads a table by its content, whatever its name says: XLSX in a confined process, anything that is text as CSV."""

import hashlib
from pathlib import Path

from core.errors import Problem, Unreadable
from core.inventory.importing.sheets.csv_rows import csv_rows
from core.inventory.importing.sheets.problems import letter, one, shown
from core.inventory.importing.sheets.values import Encoding, Sheet, SheetLimits, SheetRow
from core.inventory.importing.sheets.xlsx_rows import xlsx_rows

BINARY = {
    b"\xd0\xcf\x11\xe0": "an old or encrypted Office document",
    b"PAR1": "a Parquet file",
    b"%PDF-": "a PDF",
    b"\x1f\x8b": "a gzip file",
    b"\x7fELF": "an executable",
    b"MZ\x90\x00": "an executable",
    b"\x80\x04\x95": "a Python pickle",
    b"SQLite format 3\x00": "a database",
    b"\x89PNG": "an image",
}
EXPECTED = "CSV or XLSX"


def read_sheet(path: Path, *, encoding: Encoding | None = None, limits: SheetLimits | None = None) -> Sheet:
    """The table in the file; raises `Unreadable` for what is none, too large, or damaged.

    The first sheet of a workbook that is not hidden is read. A CSV file without a byte order mark is UTF-8 unless
    `encoding` says otherwise. Empty rows are left out; names of columns must be there and differ.
    """
    bounds = limits or SheetLimits()
    size = path.stat().st_size
    if size > bounds.size:
        raise one("the file is too large", found=f"{size:,} bytes", expected=f"at most {bounds.size:,} bytes")
    with path.open("rb") as stream:
        head = stream.read(8192)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if head.startswith(b"PK\x03\x04"):
        return _sheet(xlsx_rows(path, bounds), digest, "xlsx", bounds)
    for mark, what in BINARY.items():
        if head.startswith(mark):
            raise one("the file is not a table we read", found=what, expected=EXPECTED)
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        raise one("the file is empty", line=1, expected=EXPECTED)
    return _sheet(csv_rows(path, encoding, bounds), digest, "csv", bounds)


def _sheet(rows: list[SheetRow], digest: str, kind: str, limits: SheetLimits) -> Sheet:
    filled = [row for row in rows if any(cell.text for cell in row.cells)]
    if not filled:
        raise one("the table is empty", line=1, expected="names of columns in the first row")
    header, *body = filled
    names = tuple(cell.text for cell in header.cells)
    while names and not names[-1]:
        names = names[:-1]
    if len(names) > limits.columns:
        raise one("too many columns", line=header.line, found=f"{len(names):,}", expected=f"at most {limits.columns}")
    problems = [*_name_problems(names, header.line)]
    if not body:
        problems.append(Problem("the table has no rows", line=header.line + 1, expected="at least one row"))
    if len(body) > limits.rows:
        found, expected = f"{len(body):,}", f"at most {limits.rows:,}; import the rest as a second file"
        problems.append(Problem("too many rows", line=body[limits.rows].line, found=found, expected=expected))
    problems += _outside(body, len(names), limits)
    if problems:
        raise Unreadable(problems[: limits.problems])
    return Sheet(names, tuple(body), digest, kind, header.line)


def _name_problems(names: tuple[str, ...], line: int) -> list[Problem]:
    problems, seen = [], dict[str, int]()
    for place, name in enumerate(names):
        if not name:
            problems.append(Problem("a column has no name", line=line, column=letter(place), expected="a name"))
        elif len(name) > 200 or not name.isprintable():
            problems.append(
                Problem("not a usable name of a column", line=line, column=letter(place), found=shown(name))
            )
        elif (first := seen.setdefault(name.casefold(), place)) != place:
            found = f"{shown(name)} in {letter(first)} and {letter(place)}"
            problems.append(Problem("two columns have the same name", line=line, column=name, found=found))
    return problems


def _outside(rows: list[SheetRow], width: int, limits: SheetLimits) -> list[Problem]:
    """Cells beyond the named columns, or longer than a spreadsheet's cell."""
    problems = []
    for row in rows:
        for place, cell in enumerate(row.cells):
            if place >= width and cell.text:
                problems.append(
                    Problem(
                        "a cell beyond the named columns", line=row.line, column=letter(place), found=shown(cell.text)
                    )
                )
            elif len(cell.text) > limits.cell_characters:
                found, expected = f"{len(cell.text):,} characters", f"at most {limits.cell_characters:,}"
                problems.append(
                    Problem("too long", line=row.line, column=letter(place), found=found, expected=expected)
                )
        if len(problems) >= limits.problems:
            break
    return problems
