"""A workbook with a sheet a table: no formula, no link, figures as numbers in the form in which they were printed."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # XlsxWriter ships no types

from core.reports.formats.grids import Figure, Grid, figure, grids
from core.reports.formats.laying import Laid
from core.reports.formats.visible import visible
from core.reports.texts.formats import files as texts

LONGEST = 32_000  # a cell holds 32,767 characters
MOST_ROWS = 1_000_000
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def xlsx_export(laid: Laid, *, at: datetime) -> bytes:
    """The workbook; the same report gives the same bytes, dated `at`."""
    found = [part for grid in grids(laid) for part in _sheets(grid)]
    names = _names(found)
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, OPTIONS) as book:
        book.set_properties(
            {
                "title": visible(laid.document.title)[:255],
                "author": visible(laid.document.author)[:255],
                "comments": visible(laid.document.description)[:255],
                "created": at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        written = _Sheets(book)
        for name, grid in zip(names, found, strict=True):
            written.add(name, grid)
        written.finish()
    return sink.getvalue()


class _Sheets:
    """Writes sheets, and keeps what no cell can hold for one sheet at the end."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self._quiet = book.add_format({"font_color": "#4A5361", "valign": "top"})
        self._forms: dict[str, Any] = {}
        self._long: list[tuple[str, str]] = []

    def add(self, name: str, grid: Grid) -> None:
        """A sheet: caption, headings that stay in view, rows, and the note below them."""
        sheet = self._book.add_worksheet(name)
        sheet.write_string(0, 0, visible(" / ".join(filter(None, (grid.section, grid.caption)))), self._quiet)
        for place, head in enumerate(grid.columns):
            self._write(sheet, name, 1, place, head.title, self._head)
            sheet.set_column(place, place, _width(grid, place))
        for at, row in enumerate(grid.rows, start=2):
            for place, (text, head) in enumerate(zip(row, grid.columns, strict=True)):
                found = figure(text) if head.figures else None
                if found is not None:
                    sheet.write_number(at, place, found.value, self._form(found))
                elif text:
                    self._write(sheet, name, at, place, text, self._text)
        if grid.note:
            self._write(sheet, name, len(grid.rows) + 3, 0, grid.note, self._quiet)
        sheet.freeze_panes(2, 0)

    def finish(self) -> None:
        """The texts that are longer than a cell, in pieces."""
        if not self._long:
            return
        sheet = self._book.add_worksheet(texts.LONG_TEXTS)
        for place, title in enumerate(texts.LONG_TEXTS_COLUMNS):
            sheet.write_string(0, place, title, self._head)
        sheet.set_column(1, 1, 100)
        sheet.freeze_panes(1, 0)
        row = 1
        for cell, text in self._long:
            for start in range(0, len(text), LONGEST):
                sheet.write_string(row, 0, cell, self._text)
                sheet.write_string(row, 1, text[start : start + LONGEST], self._text)
                row += 1

    def _write(self, sheet: Any, name: str, row: int, column: int, text: str, form: Any) -> None:
        shown = visible(text)
        if len(shown) > LONGEST:
            cell = f"{name}!{xlsxwriter.utility.xl_rowcol_to_cell(row, column)}"
            self._long.append((cell, shown))
            shown = texts.CUT.format(beginning=shown[:1000], length=f"{len(shown):,}", sheet=texts.LONG_TEXTS)
        sheet.write_string(row, column, shown, form)

    def _form(self, found: Figure) -> Any:
        whole = "#,##0" if found.grouped else "0"
        pattern = whole + (f".{'0' * found.decimals}" if found.decimals else "") + (" %" if found.percent else "")
        if pattern not in self._forms:
            self._forms[pattern] = self._book.add_format({"num_format": pattern, "valign": "top"})
        return self._forms[pattern]


def _sheets(grid: Grid) -> list[Grid]:
    """The grid, or several where a sheet does not hold its rows."""
    if len(grid.rows) <= MOST_ROWS:
        return [grid]
    parts = [grid.rows[start : start + MOST_ROWS] for start in range(0, len(grid.rows), MOST_ROWS)]
    return [Grid(grid.section, grid.caption, grid.columns, part, grid.note) for part in parts]


def _names(found: Sequence[Grid]) -> list[str]:
    """A name for each sheet, at most 31 characters, none twice; the number tells the order."""
    return [f"{place} {' '.join(visible(grid.caption).translate(FORBIDDEN).split())}"[:31].rstrip()
            for place, grid in enumerate(found, start=1)]  # fmt: skip


def _width(grid: Grid, place: int) -> float:
    longest = max((len(line) for row in grid.rows[:200] for line in row[place].split("\n")), default=0)
    return float(min(60, max(10, len(grid.columns[place].title) + 2, longest + 2)))
