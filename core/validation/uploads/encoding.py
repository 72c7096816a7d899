"""The bytes of a text file: UTF-8 throughout, no NUL, lines that end, and what they hash to."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from core.errors import Problem
from core.validation.uploads.limits import Limits
from core.validation.uploads.problems import Problems, one

CHUNK = 1 << 20
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class TextFacts:
    """What the bytes say: `line_end` is `\\n`, `\\r\\n` or "mixed"; `size` in bytes."""

    sha256: str
    size: int
    bom: bool
    line_end: str


@dataclass
class _Count:
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    size: int = 0
    lines: int = 0
    returns: int = 0
    pairs: int = 0
    bom: bool = False


def text_facts(path: Path, limits: Limits) -> TextFacts:
    """Read the file once as bytes; raises `Unreadable` with the line and byte offset of each wrong place."""
    problems, count = Problems(limits.problems), _Count()
    with path.open("rb") as stream:
        for piece in _whole_lines(stream, limits, count):
            _look_at(piece, count, problems)
    if count.returns and not count.lines:
        problems.add(Problem("the lines end in CR alone", 1, None, f"{count.returns} CR and no LF", "LF or CR LF"))
    problems.settle()
    return TextFacts(count.digest.hexdigest(), count.size, count.bom, _line_end(count))


def _whole_lines(stream: BinaryIO, limits: Limits, count: _Count) -> Iterator[bytes]:
    """Pieces that end at a line end: UTF-8 never has the byte 0x0A inside a character, so no character is cut."""
    rest = b""
    while chunk := stream.read(CHUNK):
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield rest + chunk[:cut]
            rest = chunk[cut:]
        else:
            rest += chunk
        if len(rest) > limits.line:
            found = f"more than {limits.line} bytes from byte offset {count.size}"
            raise one("a line is too long", line=count.lines + 1, found=found, expected="shorter lines")
    if rest:
        yield rest


def _look_at(piece: bytes, count: _Count, problems: Problems) -> None:
    if not count.size:
        count.bom = piece.startswith(BOM)
    if b"\0" in piece:
        _nul(piece, count, problems)
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        _not_utf8(piece, count, problems)
    count.digest.update(piece)
    count.size += len(piece)
    count.lines += piece.count(b"\n")
    count.returns += piece.count(b"\r")
    count.pairs += piece.count(b"\r\n")


def _nul(piece: bytes, count: _Count, problems: Problems) -> None:
    for number, line, offset in _lines(piece, count):
        if (place := line.find(b"\0")) >= 0:
            found = f"byte 0x00 at byte offset {offset + place}"
            problems.add(Problem("a NUL byte in the text", number, None, found, "text in UTF-8"))


def _not_utf8(piece: bytes, count: _Count, problems: Problems) -> None:
    for number, line, offset in _lines(piece, count):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            found = f"byte 0x{line[error.start]:02X} at byte offset {offset + error.start}"
            problems.add(Problem("the text is not UTF-8", number, None, found, "text in UTF-8"))


def _lines(piece: bytes, count: _Count) -> Iterator[tuple[int, bytes, int]]:
    offset = count.size
    for number, line in enumerate(piece.split(b"\n"), start=count.lines + 1):
        yield number, line, offset
        offset += len(line) + 1


def _line_end(count: _Count) -> str:
    if not count.pairs:
        return "\n"
    return "\r\n" if count.pairs == count.lines else "mixed"
