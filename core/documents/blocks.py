"""The Markdown of documents as blocks: headings, paragraphs, lists and tables; everything inside them is plain text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADING = re.compile(r"(#{1,3}) +(.*)")
BULLET = re.compile(r"[-*] +(.*)")
RULE = re.compile(r"\|?[\s:|-]+\|?")


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells; `head` may be empty."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Bullets | Table


def blocks_of(text: str) -> tuple[Block, ...]:
    """The blocks of a document, in order."""
    return tuple(block for lines in _groups(text) for block in _read(lines))


def _groups(text: str) -> Iterator[list[str]]:
    """Lines that stand together: of one kind, without an empty line between."""
    group: list[str] = []
    for line in [*text.splitlines(), ""]:
        if group and (not line.strip() or _kind(line) != _kind(group[-1]) or _kind(line) == "heading"):
            yield group
            group = []
        if line.strip():
            group.append(line.strip())


def _kind(line: str) -> str:
    stripped = line.strip()
    if HEADING.fullmatch(stripped):
        return "heading"
    if BULLET.fullmatch(stripped):
        return "bullet"
    return "table" if stripped.startswith("|") else "text"


def _read(lines: list[str]) -> Iterator[Block]:
    kind = _kind(lines[0])
    if kind == "heading" and (found := HEADING.fullmatch(lines[0])):
        yield Heading(len(found[1]), found[2])
    elif kind == "bullet":
        yield Bullets(tuple(BULLET.sub(r"\1", line) for line in lines))
    elif kind == "table":
        yield _table(lines)
    else:
        yield Paragraph(tuple(lines))


def _table(lines: list[str]) -> Table:
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    if len(rows) > 1 and RULE.fullmatch(lines[1]):
        return Table(rows[0] if any(rows[0]) else (), tuple(rows[2:]))
    return Table((), tuple(rows))
