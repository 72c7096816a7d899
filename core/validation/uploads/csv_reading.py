"""Reads CSV as RFC 4180 writes it, in pieces, and names the line and column of everything that is not so."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import polars as pl

from core.errors import Problem
from core.validation.uploads.blocks import BLOCK_ROWS, Block
from core.validation.uploads.limits import Limits
from core.validation.uploads.names import name_problems
from core.validation.uploads.problems import Problems, one, shown
from core.validation.uploads.quotation import quotation_problem

if TYPE_CHECKING:
    from _csv import Reader  # what csv.reader returns has no public name

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE_ROWS = 200
Row = list[str]


@dataclass(frozen=True)
class Dialect:
    """How the cells of a file are told apart, and what its columns are called."""

    delimiter: str
    names: tuple[str, ...]


def dialect_of(path: Path, limits: Limits) -> Dialect:
    """The delimiter and the header; raises `Unreadable` when they are in doubt or the names are not usable."""
    samples = {delimiter: _sample(path, delimiter, limits) for delimiter in DELIMITERS}
    splitting = [delimiter for delimiter, rows in samples.items() if rows and len(rows[0]) > 1]
    delimiter = _decide(splitting, samples)
    if not samples[delimiter]:
        raise _header_error(path, delimiter, limits)
    names = tuple(samples[delimiter][0])
    if not names:
        raise one("the first line is empty", line=1, expected="column names")
    problems = Problems(limits.problems)
    problems.extend(name_problems(names, limits))
    problems.settle()
    return Dialect(delimiter, names)


def csv_blocks(path: Path, dialect: Dialect, limits: Limits) -> Iterator[Block]:
    """The rows below the header; raises `Unreadable` with every ragged row and quotation error, up to the limit.

    After the first problem no block comes any more, but reading goes on to find the others.
    """
    problems, rows = Problems(limits.problems), 0
    with open_text(path) as stream:
        reader = _reader(stream, dialect.delimiter, limits)
        next(reader)
        for piece, starts, error in _pieces(reader):
            _ragged(piece, starts, dialect, problems)
            if error is not None:
                _quotation(path, starts[-1], dialect, error, problems)
            rows += len(piece)
            if piece and not problems:
                yield Block(starts[:-1], _frame(piece, dialect.names))
    problems.settle()
    if not rows:
        raise one("the file has no rows", line=2, found="a header only", expected="at least one row")


def open_text(path: Path) -> TextIO:
    """The text without its byte order mark; only LF ends a line, so that CR in quotes stays as written."""
    return path.open(encoding="utf-8-sig", newline="\n")


def _reader(stream: TextIO, delimiter: str, limits: Limits) -> "Reader":
    csv.field_size_limit(limits.field_characters)  # of the whole process; nothing else here reads CSV by this module
    return csv.reader(stream, delimiter=delimiter, strict=True)


def _sample(path: Path, delimiter: str, limits: Limits) -> list[Row]:
    rows: list[Row] = []
    with open_text(path) as stream:
        _take(_reader(stream, delimiter, limits), SAMPLE_ROWS, rows)
    return rows


def _take(reader: Iterator[Row], count: int, rows: list[Row]) -> csv.Error | None:
    try:
        rows.extend(itertools.islice(reader, count))  # keeps what came before an error
    except csv.Error as error:
        return error
    return None


def _decide(splitting: Sequence[str], samples: dict[str, list[Row]]) -> str:
    if len(splitting) < 2:
        return splitting[0] if splitting else ","
    fitting = {d: sum(len(row) == len(samples[d][0]) for row in samples[d]) / len(samples[d]) for d in splitting}
    best = max(fitting.values())
    chosen = [delimiter for delimiter, share in fitting.items() if share == best]
    if len(chosen) == 1:
        return chosen[0]
    found = " and ".join(DELIMITERS[delimiter] for delimiter in chosen)
    raise one("the delimiter is in doubt", line=1, found=found, expected="one delimiter throughout")


def _header_error(path: Path, delimiter: str, limits: Limits) -> Exception:
    with open_text(path) as stream:
        error = _take(_reader(stream, delimiter, limits), 1, [])
    return one(*_header_words(error), line=1) if error else one("the first line is empty", line=1)


def _header_words(error: csv.Error) -> tuple[str]:
    return ("a column name is too long",) if "limit" in str(error) else ("the header's quotation marks do not match",)


def _pieces(reader: "Reader") -> Iterator[tuple[list[Row], Sequence[int], csv.Error | None]]:
    """Rows, the line that each starts on and the line after them, and the error that ended the piece."""
    while True:
        first, piece = reader.line_num + 1, list[Row]()
        error = _take(reader, BLOCK_ROWS, piece)
        if not piece and error is None:
            return
        if error is None and reader.line_num + 1 - first == len(piece):
            yield piece, range(first, first + len(piece) + 1), None
        else:
            heights = (1 + sum(cell.count("\n") for cell in row) for row in piece)
            yield piece, list(itertools.accumulate(heights, initial=first)), error


def _ragged(piece: list[Row], starts: Sequence[int], dialect: Dialect, problems: Problems) -> None:
    width = len(dialect.names)
    if set(map(len, piece)) <= {width}:
        return
    for row, line in zip(piece, starts, strict=False):
        if len(row) != width:
            problems.add(_ragged_row(row, line, dialect))


def _ragged_row(row: Row, line: int, dialect: Dialect) -> Problem:
    width = len(dialect.names)
    if not row:
        return Problem("an empty line", line, dialect.names[0], "no fields", f"{width} fields")
    column = dialect.names[len(row)] if len(row) < width else f"field {width + 1}"
    other = [words for d, words in DELIMITERS.items() if d != dialect.delimiter and any(d in cell for cell in row)]
    hint = f" (and {other[0]} in them)" if other else ""
    found = f"{len(row)} fields{hint}"
    reason = "the row is shorter than the header" if len(row) < width else "the row is longer than the header"
    return Problem(reason, line, column, found, f"{width} fields separated by {DELIMITERS[dialect.delimiter]}")


def _quotation(path: Path, line: int, dialect: Dialect, error: csv.Error, problems: Problems) -> None:
    with open_text(path) as stream:
        record = "".join(itertools.islice(stream, line - 1, line + 1_000))
    place, problem = quotation_problem(record, line, dialect.delimiter, error)
    column = dialect.names[place] if place < len(dialect.names) else f"field {place + 1}"
    problems.add(Problem(problem.reason, line, column, shown(problem.found), problem.expected))
    if "limit" in str(error):
        problems.settle()  # what follows is the inside of that field


def _frame(piece: list[Row], names: Sequence[str]) -> pl.DataFrame:
    frame = pl.DataFrame(
        [pl.Series(name, cells, dtype=pl.String) for name, cells in zip(names, zip(*piece, strict=True), strict=True)]
    )
    return frame.select(pl.when(pl.all() != "").then(pl.all()))
