"""What a hostile or careless table does: a clear refusal with its place, and nothing kept."""

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from core.errors import Unreadable
from core.inventory.importing.fields import FIELDS, guess_columns
from core.inventory.importing.sheets import CellKind, Encoding, SheetLimits, read_sheet
from core.inventory.importing.template import csv_template, xlsx_template
from tests.importing.conftest import ROW, Desk, as_csv, rows_of


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "table"
    path.write_bytes(content)
    return path


def workbook(*rows: list[object], hidden: bool = False) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    dates = book.add_format({"num_format": "yyyy-mm-dd"})
    if hidden:
        book.add_worksheet("Lists").hide()
    sheet = book.add_worksheet("Models")
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(line, place, value, dates)
            else:
                sheet.write(line, place, value)
    if hidden:
        sheet.activate()
    book.close()
    return target.getvalue()


def refusal(tmp_path: Path, content: bytes, **more: object) -> str:
    with pytest.raises(Unreadable) as error:
        read_sheet(written(tmp_path, content), **more)  # type: ignore[arg-type]
    return str(error.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings_are_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    content = (
        as_csv(rows_of({"Purpose": "Prüft Anträge – “rasch”.\nZweite Zeile"}), delimiter).decode().encode(encoding)
    )
    said = Encoding.WINDOWS_1252 if encoding == "cp1252" else None

    found = read_sheet(written(tmp_path, content), encoding=said)

    assert found.names == tuple(ROW)
    assert found.rows[0].cells[1].text == "Prüft Anträge – “rasch”.\nZweite Zeile"


def test_a_workbook_reads_like_the_same_table_in_csv(tmp_path: Path) -> None:
    rows = [list(ROW), list(ROW.values())]
    book = read_sheet(written(tmp_path, workbook(*rows, hidden=True)))
    table = read_sheet(written(tmp_path, as_csv([ROW])))

    assert (book.names, book.rows) == (table.names, table.rows)
    assert (book.kind, table.kind) == ("xlsx", "csv")


def test_cells_say_what_a_spreadsheet_made_of_them(tmp_path: Path) -> None:
    found = read_sheet(written(tmp_path, workbook(["a", "b", "c", "d"], [1.1, date(2026, 11, 30), True, 7])))

    assert [(cell.text, cell.kind) for cell in found.rows[0].cells] == [
        ("1.1", CellKind.NUMBER),
        ("2026-11-30", CellKind.DATE),
        ("true", CellKind.BOOLEAN),
        ("7", CellKind.NUMBER),
    ]


def test_a_version_that_became_a_number_or_a_date_is_refused(desk: Desk) -> None:
    row = ROW | {"Version": 1.1, "Training dataset version": date(2026, 1, 1)}

    said = desk.said(desk.wish(workbook(list(row), list(row.values())), "models.xlsx"))

    assert [one for one in said if one.startswith("line 2, column “Version”: the spreadsheet holds a number here")]
    assert "line 2, column “Training dataset version”: the spreadsheet holds a date here" in said[0]


def test_a_workbook_made_by_another_program_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Model", "Version"])
    book.active.append(["Überprüfung", "1.0.0"])
    book.save(tmp_path / "book.xlsx")

    found = read_sheet(tmp_path / "book.xlsx")

    assert [cell.text for cell in found.rows[0].cells] == ["Überprüfung", "1.0.0"]


@pytest.mark.parametrize("content", [csv_template(), xlsx_template()], ids=["csv", "xlsx"])
def test_the_template_names_every_field_and_its_example_is_read(tmp_path: Path, content: bytes) -> None:
    found = read_sheet(written(tmp_path, content))

    assert guess_columns(found.names) == {field.key: field.title for field in FIELDS}
    assert [cell.text for cell in found.rows[0].cells][: len(FIELDS)][1] == "Credit ranking"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"  \n\n", "the file is empty"),
        (b"a,b\n", "line 2: the table has no rows"),
        (b"a,a\n1,2\n", "line 1, column “a”: two columns have the same name"),
        (b"a,,c\n1,2,3\n", "line 1, column “B”: a column has no name"),
        (b"a,b\n1\n", "line 2: a row is shorter than the header, found 1 cells, expected 2 cells"),
        (b"a,b\n1,2,3\n", "line 2, column “C”: a cell beyond the named columns, found “3”"),
        (b'a,b\n1,"2\n', "line 2: the quotation marks do not match"),
        (b'a,b\n1,"2"x\n', "line 2: the quotation marks do not match"),
        (b"a,b\n1,\xe4\n", "line 2: the file is not written in the encoding expected, found byte e4 at offset 6"),
        (b"a,b\n1,\x00\n", "line 2: the file holds a NUL character"),
        (b"a;b,c\n1;2,3\n", "the delimiter is in doubt, found commas and semicolons"),
        (b"%PDF-1.7", "the file is not a table we read, found a PDF"),
        (b"PAR1....", "found a Parquet file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "found an old or encrypted Office document"),
        (b"PK\x03\x04rubbish", "the workbook is damaged"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in refusal(tmp_path, content)


def zipped(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def bomb() -> bytes:
    """A small archive that unfolds to 600 MiB."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/workbook.xml", "w") as part,
    ):
        for _ in range(600):
            part.write(bytes(1 << 20))
    return target.getvalue()


def changed_sheet(rows: bytes) -> bytes:
    """A sound workbook whose sheet holds these rows of XML."""
    source, target = zipfile.ZipFile(io.BytesIO(workbook(["a"], ["b"]))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                before, _, rest = content.partition(b"<sheetData>")
                content = before + b"<sheetData>" + rows + b"</sheetData>" + rest.partition(b"</sheetData>")[2]
            archive.writestr(entry.filename, content)
    return target.getvalue()


def test_a_formula_is_refused_at_its_place(tmp_path: Path) -> None:
    said = refusal(tmp_path, workbook(["a", "b"], ["1", "=A2&A1"]))

    assert said == "line 2, column “B”: a formula, expected its value"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped(**{"a.txt": b"x"}), "found a ZIP archive"),
        (zipped(**{"xl__workbook.xml": b"<x/>", "..__a": b""}), "a path that leads out of the archive"),
        (bomb, "the workbook unfolds to too much"),
        (changed_sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "line 1048576: too many rows"),
        (changed_sheet(b'<row r="1"><c r="XFD1"><v>1</v></c></row>'), "line 1, column “XFD”: too many columns"),
        (changed_sheet(b"<row" * 50), "the workbook is damaged"),
    ],
    ids=["zip", "path", "bomb", "far row", "far column", "broken"],
)
def test_a_workbook_that_would_do_harm_is_refused_at_once(
    tmp_path: Path, content: bytes | Callable[[], bytes], said: str
) -> None:
    written_out = content if isinstance(content, bytes) else content()
    began = time.monotonic()

    assert said in refusal(tmp_path, written_out)
    assert time.monotonic() - began < 20  # 2 s of processor time, on a machine that does other things besides


def test_an_archive_that_lies_about_its_size_meets_the_limit_of_its_reader(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>' % (n, n, b"x" * 30000)
                    for n in range(1, 4000))  # fmt: skip

    said = refusal(tmp_path, changed_sheet(rows), limits=SheetLimits(child_memory=300 << 20))

    assert "needs more" in said


def test_a_million_rows_are_refused_and_not_read(tmp_path: Path) -> None:
    content = b"Model,Version\n" + b"a,1.0.0\n" * 1_000_000

    assert "too many rows, found more than 20,000, expected at most 20,000" in refusal(tmp_path, content)


def test_a_file_beyond_the_limit_is_not_opened(tmp_path: Path) -> None:
    assert "the file is too large, found 30 bytes, expected at most 10 bytes" in refusal(
        tmp_path, b"x" * 30, limits=SheetLimits(size=10)
    )


def test_text_that_looks_like_a_formula_stays_text(desk: Desk) -> None:
    shown = desk.look(desk.wish(rows_of({"Limitations": "=HYPERLINK(1)"})))

    assert shown.possible
