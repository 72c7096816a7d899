"""The parts a printed report is made of; renderers know these and nothing of models or votes."""

from dataclasses import dataclass
from enum import StrEnum

from core.reports.charts.values import DotAndInterval, Panels


class Tone(StrEnum):
    """What a status word does to the reader; each has a shape, so that grey print keeps it."""

    GOOD = "good"
    STOPS = "stops"
    ATTENTION = "attention"
    UNDER_WAY = "under way"
    NONE = "none"


class Align(StrEnum):
    """Text stands left, figures and dates right."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Badge:
    """A status: word, shape and colour."""

    word: str
    tone: Tone


@dataclass(frozen=True)
class Digest:
    """A hash, key or note: fixed pitch, never broken by invisible characters, so that copying it works."""

    text: str


@dataclass(frozen=True)
class Stacked:
    """A line with a quieter one below it."""

    main: str
    below: str


@dataclass(frozen=True)
class Source:
    """Where a figure comes from: a path that a reader can follow, the digest of what lies there, its ledger entry."""

    path: str  # such as "run V0012 / fairness / selection_rate_ratio / sex"
    digest: str = ""
    entry: int | None = None


@dataclass(frozen=True)
class Cited:
    """A cell with its source; renderers number the sources and list them at the end of the report."""

    shown: str | Badge | Digest | Stacked
    source: Source


Cell = str | Badge | Digest | Stacked | Cited


@dataclass(frozen=True)
class Column:
    """A column: its heading, its share of the width (0: as wide as its contents), and its side."""

    title: str
    share: float = 1.0
    align: Align = Align.LEFT


@dataclass(frozen=True)
class Prose:
    """Text as somebody entered it, line breaks kept; `quiet` for explanations of ours."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True)
class Statement:
    """The one boxed sentence that answers first: a status, what it says, and what it rests on."""

    badge: Badge
    text: str
    below: str = ""


@dataclass(frozen=True)
class Facts:
    """Names and values in two columns."""

    caption: str
    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Table:
    """Rows under headings; `caption` says what and in which order, `note` what the reader must know below it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart value with its caption."""

    value: DotAndInterval | Panels
    caption: str


@dataclass(frozen=True)
class Code:
    """Commands or signed text, line by line as they are."""

    text: str


@dataclass(frozen=True)
class SignatureBlock:
    """Names and values of the signature, framed, since the signature itself is invisible."""

    rows: tuple[tuple[str, Cell], ...]


Block = Prose | Heading | Statement | Facts | Table | Chart | Code | SignatureBlock


@dataclass(frozen=True)
class Section:
    """A numbered part of the report."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Cover:
    """The first page: what this is, what it concludes, and four figures that the reader wants first."""

    kind: str
    title: str
    line: str
    statement: Statement
    cards: tuple[tuple[str, Cell], ...]
    facts: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Document:
    """A whole report: metadata, running lines, cover and sections."""

    title: str
    author: str
    description: str
    running: str  # at the top of every page but the first
    footing: str  # at the bottom of every page
    cover: Cover
    sections: tuple[Section, ...]
