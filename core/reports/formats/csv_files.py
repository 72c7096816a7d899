"""Tables as CSV: one file, or a ZIP with a file a table; text that a spreadsheet would run gets an apostrophe."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from core.reports.formats.grids import Grid, figure, grids, plain_number
from core.reports.formats.kinds import CSV_TYPE, ZIP
from core.reports.formats.laying import Laid
from core.reports.texts.formats import files as texts
from core.reports.texts.formats import grids as grid_texts

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # OWASP, CSV injection
FILE_MODE = 0o100644 << 16


def csv_file(grid: Grid) -> bytes:
    """RFC 4180, UTF-8 with the mark by which spreadsheets know it; figures without thousands, text as entered."""
    return written([[head.title for head in grid.columns]], grid.rows, [head.figures for head in grid.columns])


def csv_export(laid: Laid, *, at: datetime) -> tuple[bytes, str, str]:
    """The content, its ending and its media type: one file where the report is one complete table, else a ZIP."""
    found = grids(laid)
    tables = [grid for grid in found if grid.table]
    if len(tables) == 1 and not laid.gaps:
        return _alone(tables[0], laid), "csv", CSV_TYPE
    names = [f"{place:02d}-{_slug(grid.caption)}.csv" for place, grid in enumerate(found)]
    files = {name: csv_file(grid) for name, grid in zip(names, found, strict=True)}
    files["00-contents.csv"] = _contents(found, names)
    return packed(files, at=at), "zip", ZIP


def packed(files: Mapping[str, bytes], *, at: datetime) -> bytes:
    """A ZIP in one form only: stored, by name, of one time, nothing between the files."""
    sink = io.BytesIO()
    moment = at.astimezone(UTC)
    stamp = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, stamp)
            entry.create_system, entry.external_attr = 3, FILE_MODE
            archive.writestr(entry, files[path])
    return sink.getvalue()


def _alone(grid: Grid, laid: Laid) -> bytes:
    """One table with its sources in full, since no other file could hold them."""
    places = [place for place, head in enumerate(grid.columns) if head.title.endswith(f": {grid_texts.SOURCE}")]
    titles = [head.title for head in grid.columns]
    rows: list[list[str]] = []
    for row in grid.rows:
        line = list(row)
        for place in places:
            one = laid.sources[int(row[place]) - 1] if row[place] else None
            entry = "" if one is None or one.entry is None else texts.LEDGER_ENTRY.format(entry=one.entry)
            digest = f"sha256:{one.digest}" if one is not None and one.digest else ""
            line[place] = ", ".join(filter(None, (one.path, digest, entry))) if one is not None else ""
        rows.append(line)
    figures = [head.figures and place not in places for place, head in enumerate(grid.columns)]
    return written([titles], rows, figures)


def _contents(found: Sequence[Grid], names: Sequence[str]) -> bytes:
    rows = [
        [name, grid.section, grid.caption, str(len(grid.rows)), grid.note]
        for name, grid in zip(names, found, strict=True)
    ]
    return written([texts.CONTENTS_COLUMNS], rows, [False, False, False, True, False])


def written(heads: Sequence[Sequence[str]], rows: Sequence[Sequence[str]], figures: Sequence[bool]) -> bytes:
    """Headings and rows as `csv_file` writes them; `figures` says which columns hold figures."""
    text = io.StringIO()
    writer = csv.writer(text)
    for head in heads:
        writer.writerow([harmless(title) for title in head])
    for row in rows:
        writer.writerow([_cell(cell, may) for cell, may in zip(row, figures, strict=True)])
    return text.getvalue().encode("utf-8-sig", errors="backslashreplace")


def _cell(text: str, may_be_figure: bool) -> str:
    return plain_number(text) if may_be_figure and figure(text) else harmless(text)


def harmless(text: str) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _slug(text: str) -> str:
    words = "".join(char.lower() if char.isascii() and char.isalnum() else " " for char in text).split()
    return "-".join(words)[:60].rstrip("-") or "table"
