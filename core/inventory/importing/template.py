"""The table to fill in, as a workbook and as CSV; nothing in either is a formula."""

import csv
import io

import xlsxwriter  # type: ignore[import-untyped]  # XlsxWriter ships no types

from core.inventory.importing.fields import FIELDS
from core.inventory.rules import Exposure, Line, Purpose

CHOICES: dict[str, list[str]] = {"exposure": [*Exposure], "purpose_class": [*Purpose], "line": [*Line]}
ROWS = 2000  # that carry the choices and the text format


def csv_template() -> bytes:
    """Names of columns and one example row, in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(field.title for field in FIELDS)
    writer.writerow(field.example for field in FIELDS)
    return text.getvalue().encode("utf-8-sig")


def xlsx_template() -> bytes:
    """The same as a workbook: cells are text, so that 1.10 stays 1.10; closed vocabularies as lists; a legend."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    text, required = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
    optional = book.add_format({"italic": True, "num_format": "@"})
    sheet = book.add_worksheet("Models")
    sheet.freeze_panes(1, 0)
    for place, field in enumerate(FIELDS):
        sheet.set_column(place, place, max(14, len(field.title) + 2), text)
        sheet.write_string(0, place, field.title, required if field.required else optional)
        sheet.write_string(1, place, field.example, text)
        if field.key in CHOICES:
            source = [str(choice) for choice in CHOICES[field.key]]
            sheet.data_validation(1, place, ROWS, place, {"validate": "list", "source": source})
    legend = book.add_worksheet("Legend")
    lines = [("Column", "Needed", "Meaning"), *((one.title, _needed(one.required), one.meaning) for one in FIELDS)]
    for row, line in enumerate(lines):
        for place, said in enumerate(line):
            legend.write_string(row, place, said, required if row == 0 else text)
    legend.set_column(0, 0, 30)
    legend.set_column(2, 2, 80)
    book.close()
    return target.getvalue()


def _needed(required: bool) -> str:
    return "for what is new" if required else "no"
