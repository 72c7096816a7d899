"""Events from a file, in pieces that the server takes: JSON lines, CSV or Parquet, each piece with its lines.

Events are recorded once by their id, so a piece that is sent again has no second effect, and a hand-over that was
broken off is taken up where it stopped.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from countersign_client.answers import EventsRecorded
from countersign_client.errors import Problem, Rejected
from countersign_client.server import Server

LINES, PARQUET = "application/x-ndjson", "application/vnd.apache.parquet"
MOST_ROWS, MOST_BYTES = 50_000, 32 << 20
WHOLE = ("duration",)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Piece:
    """Some events as the server takes them, and on which line of the file each of its lines stands."""

    body: bytes
    kind: str
    lines: Sequence[int]
    done: float  # share of the file that is read with it, 0 where that is not known


@dataclass
class HandedOver:
    """What became of a file of events."""

    events: int = 0
    recorded: int = 0
    repeated: int = 0
    skipped: int = 0
    last: EventsRecorded | None = None


def hand_over(
    server: Server, pieces: Iterator[Piece], *, after: int = 0, kept: Callable[[int], None], told: Progress
) -> HandedOver:
    """Send piece after piece; raises `Rejected` with the lines of the file.

    Pieces up to line `after` are skipped; `kept` is told the last line that is on record, `told` how many events are
    on record and what share of the file, in percent.
    """
    found = HandedOver()
    for piece in pieces:
        if piece.lines[-1] <= after:
            found.skipped += len(piece.lines)
            continue
        try:
            answer = server.record_events(piece.body, piece.kind)
        except Rejected as error:
            raise _of_the_file(error, piece) from None
        found.events += answer["recorded"] + answer["repeated"]
        found.recorded += answer["recorded"]
        found.repeated += answer["repeated"]
        found.last = answer if answer["ledger"] else found.last
        kept(piece.lines[-1])
        told(found.events, round(piece.done * 100))
    return found


def _of_the_file(error: Rejected, piece: Piece) -> Rejected:
    def moved(problem: Problem) -> Problem:
        known = problem.line is not None and 0 < problem.line <= len(piece.lines)
        return replace(problem, line=piece.lines[problem.line - 1]) if known and problem.line else problem

    problems = [moved(problem) for problem in error.problems]
    reasons = [*map(str, error.refusals), *map(str, problems)] or list(error.reasons)
    return Rejected(
        error.title, reasons, status=error.status, kind=error.kind, refusals=error.refusals, problems=problems
    )


def json_pieces(stream: BinaryIO, size: int) -> Iterator[Piece]:
    """JSON lines; lines count from 1."""
    waiting, lines, taken, read = list[bytes](), list[int](), 0, 0
    for number, line in enumerate(stream, start=1):
        read += len(line)
        if not line.strip():
            continue
        if waiting and (len(waiting) == MOST_ROWS or taken + len(line) > MOST_BYTES):
            yield Piece(b"".join(waiting), LINES, lines, read / size if size else 0)
            waiting, lines, taken = [], [], 0
        waiting.append(line if line.endswith(b"\n") else line + b"\n")
        lines.append(number)
        taken += len(line)
    if waiting:
        yield Piece(b"".join(waiting), LINES, lines, 1)


def csv_pieces(stream: BinaryIO, size: int) -> Iterator[Piece]:
    """CSV with a header, in UTF-8; line 1 is the header. `input` holds a JSON object, an empty cell is no value."""
    waiting, lines, taken = list[bytes](), list[int](), 0
    for number, row in _csv_rows(stream):
        line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
        if waiting and (len(waiting) == MOST_ROWS or taken + len(line) > MOST_BYTES):
            yield Piece(b"".join(waiting), LINES, lines, _read_share(stream, size))
            waiting, lines, taken = [], [], 0
        waiting.append(line)
        lines.append(number)
        taken += len(line)
    if waiting:
        yield Piece(b"".join(waiting), LINES, lines, 1)


def _csv_rows(stream: BinaryIO) -> Iterator[tuple[int, dict[str, object]]]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    reader = csv.reader(text, strict=True)
    try:
        header = next(reader, [])
        if len(set(header)) != len(header) or not all(header):
            raise _unreadable(Problem("a column without a name, or two of one name", line=1))
        for cells in reader:
            if len(cells) != len(header):
                found, expected = f"{len(cells)} cells", f"{len(header)}"
                raise _unreadable(
                    Problem("not as many cells as columns", reader.line_num, found=found, expected=expected)
                )
            pairs = zip(header, cells, strict=True)
            yield reader.line_num, {name: _value(name, cell, reader.line_num) for name, cell in pairs if cell}
    except csv.Error as error:
        raise _unreadable(Problem(f"not CSV: {error}", line=reader.line_num)) from None
    except UnicodeDecodeError as error:
        raise _unreadable(Problem(f"not UTF-8: {error.reason}", line=reader.line_num + 1)) from None


def _value(name: str, cell: str, line: int) -> object:
    if name in WHOLE or (name == "at" and cell.isascii() and cell.isdigit()):
        with suppress(ValueError):
            return int(cell)
        raise _unreadable(Problem("not a whole number", line, name, found=cell[:40]))
    if name == "input":
        try:
            return json.loads(cell)
        except json.JSONDecodeError as error:
            raise _unreadable(Problem(f"not JSON: {error.msg}", line, name, found=cell[:40])) from None
    return cell


def parquet_pieces(path: Path) -> Iterator[Piece]:
    """Parquet, with the columns of an event; lines count from 1."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    try:
        with pq.ParquetFile(path) as stored:
            total, first = stored.metadata.num_rows, 1
            for batch in stored.iter_batches(batch_size=MOST_ROWS):
                sink = io.BytesIO()
                pq.write_table(pa.Table.from_batches([batch]), sink)
                lines = range(first, first + len(batch))
                first += len(batch)
                yield Piece(sink.getvalue(), PARQUET, lines, (first - 1) / total)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(Problem(f"not a Parquet file: {str(error)[:200]}")) from None


def _read_share(stream: BinaryIO, size: int) -> float:
    return stream.tell() / size if size else 0


def _unreadable(problem: Problem) -> Rejected:
    return Rejected("Unreadable", [str(problem)], kind="unreadable", problems=[problem])
