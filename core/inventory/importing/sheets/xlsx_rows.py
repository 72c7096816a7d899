"""Asks a confined process to read a workbook, and turns its answer back into cells."""

import json
import subprocess
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path

from core.errors import Problem, Unreadable
from core.inventory.importing.sheets.problems import letter, one
from core.inventory.importing.sheets.values import EMPTY, Cell, CellKind, SheetLimits, SheetRow
from core.inventory.importing.sheets.xlsx_child import Answer, Request

ROOT = Path(__file__).parents[4]
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}  # nothing of our own: it may hold secrets
BUSY = 4  # real seconds for each of processor time: a sound file is not refused because others work
DAMAGED = "the workbook is damaged, or needs more than an import may take"


def xlsx_rows(path: Path, limits: SheetLimits) -> list[SheetRow]:
    """The rows of the first sheet that is not hidden, the header first; raises `Unreadable`."""
    _look_at_directory(path, limits)
    answer = _run({"path": str(path.resolve()), "limits": asdict(limits)}, limits)
    if "problem" in answer:
        reason, line, column, found, expected = answer["problem"]
        raise one(reason, line=line, column=None if column is None else letter(column), found=found, expected=expected)
    rows = [SheetRow(line, tuple(map(_cell, cells))) for line, cells in answer["rows"]]
    formulas = [Problem("a formula", line, letter(column), "", "its value") for line, column in answer["formulas"]]
    if formulas:
        raise Unreadable(formulas[: limits.problems])
    return rows


def _cell(said: str) -> Cell:
    return Cell(said[1:], CellKind(said[0])) if said else EMPTY


def _look_at_directory(path: Path, limits: SheetLimits) -> None:
    """What the archive says of itself; the process that unpacks it is limited besides, as this may be a lie."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise one(DAMAGED, expected="a workbook that can be opened") from None
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise one("the file is not a table we read", found="a ZIP archive", expected="CSV or XLSX")
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise one(DAMAGED, found="a path that leads out of the archive")
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.entries or unpacked > limits.unpacked:
        expected = f"at most {limits.unpacked:,} bytes in {limits.entries:,} parts"
        raise one(
            "the workbook unfolds to too much", found=f"{unpacked:,} bytes in {len(entries):,} parts", expected=expected
        )


def _run(request: Request, limits: SheetLimits) -> Answer:
    command = [sys.executable, "-s", "-m", "core.inventory.importing.sheets.xlsx_child"]
    try:
        done = subprocess.run(  # noqa: S603  our own module, with our own interpreter
            command,
            input=json.dumps(request).encode(),
            capture_output=True,
            cwd=ROOT,
            env=ENVIRONMENT,
            timeout=limits.child_seconds * BUSY,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise one("the workbook takes longer to read than an import may take") from None
    if done.returncode != 0 or not done.stdout:
        raise one(DAMAGED, found=f"the reader ended with {done.returncode}")
    answer: Answer = json.loads(done.stdout)
    return answer
