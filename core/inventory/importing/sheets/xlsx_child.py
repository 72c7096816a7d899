"""The process that reads a hostile workbook: it limits itself first, takes one request, gives one answer, and ends."""

import json
import os
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import IO, TypedDict

REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Place = tuple[int, int]


class Request(TypedDict):
    """One request, as JSON on standard input."""

    path: str
    limits: dict[str, int]


class Answer(TypedDict, total=False):
    """One answer, as JSON on standard output: rows as (line, cells), each cell its kind's letter and its text."""

    rows: list[tuple[int, list[str]]]
    formulas: list[Place]
    problem: tuple[str, int | None, int | None, str, str]


def confine(memory: int, seconds: int) -> None:
    """Limit this process: address space, processor time, no file written, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(request: Request) -> Answer:
    """Read the first visible sheet; what is wrong with the workbook is an answer too."""
    from python_calamine import CalamineError, PasswordError

    path, limits = request["path"], request["limits"]
    try:
        place, entry = _first_sheet(path)
        formulas, problem = _scan(path, entry, limits)
        if problem is not None:
            return {"problem": problem}
        return {"rows": list(_rows(path, place, limits)), "formulas": formulas}
    except PasswordError:
        return {"problem": ("an encrypted workbook", None, None, "", "a workbook without a password")}
    except MemoryError:
        return {"problem": ("the workbook needs more memory than an import may take", None, None, "", "")}
    except (CalamineError, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError, RuntimeError) as error:
        words = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        return {"problem": ("the workbook is damaged", None, None, words, "a workbook that can be opened")}


def _first_sheet(path: str) -> tuple[int, str]:
    """The place of the first sheet that is not hidden, and the part of the archive that holds it."""
    from xml.etree.ElementTree import iterparse

    with zipfile.ZipFile(path) as archive:
        with archive.open("xl/workbook.xml") as book:
            sheets = [dict(node.attrib) for _, node in iterparse(book) if node.tag.endswith("}sheet")]  # noqa: S314
        with archive.open("xl/_rels/workbook.xml.rels") as relations:
            targets = {
                node.attrib["Id"]: node.attrib["Target"]
                for _, node in iterparse(relations)  # noqa: S314
                if node.tag.endswith("}Relationship")
            }
    for place, sheet in enumerate(sheets):
        if sheet.get("state", "visible") == "visible":
            target = targets[sheet[REL]]
            return place, target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise ValueError("no visible sheet")


def _scan(
    path: str, entry: str, limits: dict[str, int]
) -> tuple[list[Place], tuple[str, int | None, int | None, str, str] | None]:
    """Where formulas stand, and whether a cell lies beyond the limits: a reader would make room for all up to it."""
    formulas: list[Place] = []
    with zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
        for row, column, formula in _cells(stream):
            if row > limits["rows"] + 1000:
                expected = f"at most {limits['rows']:,}; import the rest as a second file"
                return formulas, ("too many rows", row, None, f"a cell in line {row:,}", expected)
            if column >= limits["columns"]:
                return formulas, ("too many columns", row, column, "", f"at most {limits['columns']}")
            if formula and len(formulas) < limits["problems"]:
                formulas.append((row, column))
    return formulas, None


def _cells(stream: IO[bytes]) -> Iterator[tuple[int, int, bool]]:
    from xml.etree.ElementTree import iterparse

    last_row = column = 0
    for event, node in iterparse(stream, ("start", "end")):  # noqa: S314
        name = node.tag.rpartition("}")[2]
        if name == "row" and event == "start":
            last_row, column = int(node.attrib.get("r", last_row + 1)), -1
        elif name == "c" and event == "end":
            column = _column(node.attrib["r"]) if "r" in node.attrib else column + 1
            written = any(child.tag.endswith(("}v", "}is", "}f")) for child in node)
            if written:
                yield last_row, column, any(child.tag.endswith("}f") for child in node)
        elif name == "row" and event == "end":
            node.clear()


def _column(reference: str) -> int:
    number = 0
    for sign in reference:
        if not "A" <= sign <= "Z":
            break
        number = number * 26 + ord(sign) - 64
    return number - 1


def _rows(path: str, place: int, limits: dict[str, int]) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(path) as book:
        sheet = book.get_sheet_by_index(place)
        if sheet.start is None:
            return
        for line, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
            cells = [_said(value) for value in row]
            if any(cells):
                yield line, cells


def _said(value: object) -> str:
    """The letter of the cell's kind and its text; empty for an empty cell."""
    import datetime

    if isinstance(value, str):
        return f"t{value.strip()}" if value.strip() else ""
    if isinstance(value, bool):
        return f"b{str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"n{int(value) if float(value).is_integer() else value}"
    if isinstance(value, datetime.datetime):
        whole = (value.hour, value.minute, value.second) == (0, 0, 0)
        return f"d{value.date().isoformat() if whole else value.isoformat(' ')}"
    return f"d{value}"


def main() -> None:
    """Read the request, answer, end without clean-up that hostile content could disturb."""
    request: Request = json.load(sys.stdin)
    confine(request["limits"]["child_memory"], request["limits"]["child_seconds"])
    json.dump(answer(request), sys.stdout)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
