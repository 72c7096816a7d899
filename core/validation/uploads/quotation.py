"""Finds the field in which a record's quotation marks or line ends go wrong."""

import csv
import re
from collections.abc import Iterator

from core.errors import Problem

STRAY_RETURN = re.compile(r"\r(?!\n|$)")
SHOWN = 40


def quotation_problem(record: str, line: int, delimiter: str, error: csv.Error) -> tuple[int, Problem]:
    """The field (from 0) at which the CSV reader stopped in `record`, and what is wrong there."""
    too_long = "limit" in str(error)
    fields = list(_fields(record, delimiter))
    longest = max(range(len(fields)), key=lambda place: len(fields[place][0]))
    place = longest if too_long else next((i for i, (_, sound) in enumerate(fields) if not sound), len(fields) - 1)
    found = fields[place][0][:SHOWN]
    if too_long:
        return place, Problem("a field is too long, or its quotation mark is never closed", line, None, found)
    if "end of data" in str(error):
        return place, Problem("a quotation mark is never closed", line, None, found, "a closing quotation mark")
    if "new-line" in str(error):
        return place, Problem("a CR that does not end the line", line, None, found, "LF or CR LF")
    return place, Problem("text after a closing quotation mark", line, None, found, "a delimiter")


def _fields(record: str, delimiter: str) -> Iterator[tuple[str, bool]]:
    """Each field of the first record as written, and whether it is sound; stops at the first that is not."""
    start = 0
    while True:
        quoted = record.startswith('"', start)
        end = _closing(record, start + 1) if quoted else _next_of(record, delimiter, start)
        rest = record[end : end + 1]
        sound = (rest in ("", delimiter, "\n") or record.startswith("\r\n", end)) and not (quoted and end > len(record))
        yield record[start:end], sound and not (not quoted and STRAY_RETURN.search(record, start, end))
        if not sound or rest != delimiter:
            return
        start = end + 1


def _closing(record: str, place: int) -> int:
    """The place after the closing quotation mark; beyond the end when there is none."""
    while (mark := record.find('"', place)) >= 0:
        if not record.startswith('"', mark + 1):
            return mark + 1
        place = mark + 2
    return len(record) + 1


def _next_of(record: str, delimiter: str, start: int) -> int:
    ends = [place for sign in (delimiter, "\n") if (place := record.find(sign, start)) >= 0]
    return min(ends, default=len(record))
