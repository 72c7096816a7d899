"""Reads CSV with commas, semicolons, tabs or bars, and says where its letters or quotation marks go wrong."""

import codecs
import csv
import io
from collections.abc import Sequence
from pathlib import Path

from core.inventory.importing.sheets.problems import one, shown
from core.inventory.importing.sheets.values import Cell, Encoding, SheetLimits, SheetRow

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE = 100
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def csv_rows(path: Path, encoding: Encoding | None, limits: SheetLimits) -> list[SheetRow]:
    """Every record with the line it starts on, cells stripped; raises `Unreadable`."""
    text = _decoded(path.read_bytes(), encoding)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise one("the file holds a NUL character", line=line, expected="text")
    delimiter = _delimiter(text, limits)
    rows: list[SheetRow] = []
    width = 0
    for line, record in _records(text, delimiter, limits):
        if record and len(rows) > limits.rows + 1:
            expected = f"at most {limits.rows:,}; import the rest as a second file"
            raise one("too many rows", line=line, found=f"more than {limits.rows:,}", expected=expected)
        if not width and any(cell.strip() for cell in record):
            width = len(record)
        if record and len(record) < width and any(cell.strip() for cell in record):
            found, expected = f"{len(record)} cells", f"{width} cells, as many as the header has"
            raise one("a row is shorter than the header", line=line, found=found, expected=expected)
        rows.append(SheetRow(line, tuple(Cell(cell.strip()) for cell in record)))
    return rows


def _decoded(content: bytes, encoding: Encoding | None) -> str:
    marked = next((name for mark, name in MARKS if content.startswith(mark)), None)
    name = marked or {None: "utf-8", Encoding.WINDOWS_1252: "cp1252"}.get(encoding, str(encoding))
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte {content[error.start : error.start + 1].hex()} at offset {error.start:,}"
        expected = f"{name.upper()}; save it as “CSV UTF-8”, or choose its encoding"
        raise one(
            "the file is not written in the encoding expected", line=line, found=found, expected=expected
        ) from None


def _delimiter(text: str, limits: SheetLimits) -> str:
    """The one that splits the first rows into the same number of cells, and into most; raises when two are as good."""
    head = text.lstrip("\r\n")[: 1 << 18]
    splits = {delimiter: _sample(head, delimiter, limits) for delimiter in DELIMITERS}
    splitting = {one: widths for one, widths in splits.items() if widths and widths[0] > 1}
    if not splitting:
        return ","
    share = {one: sum(width == widths[0] for width in widths) / len(widths) for one, widths in splitting.items()}
    best = [one for one, value in share.items() if value == max(share.values())]
    if len(best) > 1:
        found = " and ".join(DELIMITERS[delimiter] for delimiter in best)
        raise one("the delimiter is in doubt", line=1, found=found, expected="one delimiter throughout")
    return best[0]


def _sample(head: str, delimiter: str, limits: SheetLimits) -> Sequence[int]:
    widths: list[int] = []
    try:
        for record in _reader(head, delimiter, limits):
            if any(record):
                widths.append(len(record))
            if len(widths) >= SAMPLE:
                break
    except csv.Error:
        pass  # what came before it counts; the whole reading names the place
    return widths


def _records(text: str, delimiter: str, limits: SheetLimits) -> "list[tuple[int, list[str]]]":
    reader, found, line = _reader(text, delimiter, limits), list[tuple[int, list[str]]](), 1
    try:
        for record in reader:
            found.append((line, record))
            line = reader.line_num + 1
            if len(found) > limits.rows + 1000:  # empty rows do not count, within reason
                break
    except csv.Error as error:
        reason = "a field is too long" if "limit" in str(error) else "the quotation marks do not match"
        at = text.splitlines()[line - 1][:40] if line <= text.count("\n") + 1 else ""
        raise one(reason, line=line, found=shown(at)) from None
    return found


def _reader(text: str, delimiter: str, limits: SheetLimits):  # type: ignore[no-untyped-def]  # csv.reader's type has no public name
    csv.field_size_limit(max(csv.field_size_limit(), limits.cell_characters * 4))
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
