"""Writes a list of models as CSV, XLSX or JSON, with what it holds and when it was taken in the file itself."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson

Cell = str | int | None
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 1 << 16


class Format(StrEnum):
    """What a list can be taken away as."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


@dataclass(frozen=True)
class Head:
    """What stands above the rows: title, moment, the filter in words, how many rows, and the columns."""

    title: str
    at: datetime
    narrowed: str
    total: int
    columns: tuple[str, ...]

    def lines(self) -> tuple[str, str, str]:
        """The same in three lines."""
        return self.title, f"Taken {self.at:%Y-%m-%d %H:%M:%S} UTC, {self.total:,} rows", f"Filter: {self.narrowed}"


def written(
    form: Format, head: Head, rows: Iterable[Sequence[Cell]], *, sheet: str = "Inventory", under: str = "models"
) -> Iterator[bytes]:
    """The bytes of the file, as they come; a workbook's sheet is called `sheet`, the list in JSON `under`."""
    if form is Format.CSV:
        return _csv(head, rows)
    return _xlsx(head, rows, sheet) if form is Format.XLSX else _json(head, rows, under)


def _csv(head: Head, rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """UTF-8 with a mark, so that spreadsheets read it; three lines that begin with “#”, then the header (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    yield b"\xef\xbb\xbf"
    for line in head.lines():
        writer.writerow([f"# {line}"])
    writer.writerow(head.columns)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
        if text.tell() > CHUNK:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode("utf-8", "replace")
    text.seek(0)
    text.truncate()
    return data


def _harmless(cell: Cell) -> Cell:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _xlsx(head: Head, rows: Iterable[Sequence[Cell]], named: str) -> Iterator[bytes]:
    """Rows go to a temporary file as they come; text is text, never a formula or a link."""
    import xlsxwriter  # type: ignore[import-untyped]  # 0.1 s to import, and only this needs it

    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with tempfile.TemporaryFile() as file:
        with xlsxwriter.Workbook(file, {"constant_memory": True, **plain_text}) as book:
            sheet, bold = book.add_worksheet(named), book.add_format({"bold": True})
            for at, line in enumerate(head.lines()):
                sheet.write_string(at, 0, line)
            first = len(head.lines()) + 1
            for column, title in enumerate(head.columns):
                sheet.write_string(first, column, title, bold)
            for at, row in enumerate(rows, start=first + 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, int):
                        sheet.write_number(at, column, cell)
                    elif cell:
                        sheet.write_string(at, column, cell)
            sheet.freeze_panes(first + 1, 0)
        file.seek(0)
        yield from iter(lambda: file.read(CHUNK), b"")


def _json(head: Head, rows: Iterable[Sequence[Cell]], under: str) -> Iterator[bytes]:
    """One object with the rows as objects in a list called `under`."""
    about = {"title": head.title, "taken_at": f"{head.at:%Y-%m-%dT%H:%M:%SZ}", "filter": head.narrowed}
    yield orjson.dumps({**about, "total": head.total})[:-1] + f',"{under}":['.encode()
    between = b""
    for row in rows:
        yield between + orjson.dumps(dict(zip(head.columns, row, strict=True)))
        between = b",\n"
    yield b"]}\n"
