"""Every table of a report as plain rows, for spreadsheets: nothing merged, figures recognised, sources beside them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.reports.charts.values import DotAndInterval, IntervalRow, Panels
from core.reports.formats.laying import Laid, uncited, words
from core.reports.layout.blocks import (
    Align,
    Block,
    Cell,
    Chart,
    Cited,
    Code,
    Column,
    Facts,
    Heading,
    Prose,
    SignatureBlock,
    Stacked,
    Statement,
    Table,
)
from core.reports.layout.words import MINUS
from core.reports.texts.charts.values import MARKS
from core.reports.texts.formats import grids as texts

FIGURE = re.compile(r"(?P<sign>[−-]?)(?P<whole>0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?P<rest>\.\d+)?(?P<unit>\s?%)?")
MOST_DIGITS = 15  # what a spreadsheet keeps of a number


@dataclass(frozen=True)
class Head:
    """A column: its heading, and whether its cells may be figures."""

    title: str
    figures: bool = False


@dataclass(frozen=True)
class Grid:
    """A table as rows of text; `numbers` of sources stand in columns of their own."""

    section: str
    caption: str
    columns: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    table: bool = False  # a table of the report, and not its cover, texts or sources


@dataclass(frozen=True)
class Figure:
    """A number as it was printed: its value, and how many decimals and which unit were shown."""

    value: float
    decimals: int
    percent: bool
    grouped: bool


def figure(text: str) -> Figure | None:
    """7,214; −0.17; 41.2 %; None for anything else, and for what a spreadsheet would shorten."""
    found = FIGURE.fullmatch(text)
    if found is None or sum(char.isdigit() for char in text) > MOST_DIGITS:
        return None
    rest = found["rest"] or ""
    value = float(f"{'-' if found['sign'] else ''}{found['whole'].replace(',', '')}{rest}")
    percent = found["unit"] is not None
    shown = len(rest) - 1 if rest else 0
    return Figure(round(value / 100, shown + 4) if percent else value, shown, percent, "," in found["whole"])


def plain_number(text: str) -> str:
    """A figure as a program reads it: no thousands, a minus of ASCII; the unit stays."""
    return text.replace(",", "").replace(MINUS, "-") if figure(text) else text


def grids(laid: Laid) -> tuple[Grid, ...]:
    """The cover, then every table of the report, its texts, and the sources behind its figures."""
    tables = tuple(
        grid for section in laid.document.sections for one in section.blocks for grid in _of(section.title, one, laid)
    )
    return (_cover(laid), *tables, *_texts(laid), *_sources(laid))


def of_table(section: str, table: Table, laid: Laid) -> Grid:
    """One table: each column with the quieter lines and the sources of its cells in columns beside it."""
    return replace(_expanded(section, table.caption, table.columns, table.rows, laid), note=table.note, table=True)


def _of(section: str, one: Block, laid: Laid) -> Iterator[Grid]:
    match one:
        case Table():
            yield of_table(section, one, laid)
        case Facts(caption, rows):
            yield _expanded(section, caption, (Column(texts.NAME), Column(texts.VALUE, align=Align.RIGHT)), rows, laid)
        case Chart(value, caption):
            yield _chart(section, caption, value)
        case _:
            return


def _expanded(
    section: str, caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], laid: Laid
) -> Grid:
    heads: list[Head] = []
    lists: list[list[str]] = []
    for place, column in enumerate(columns):
        held = [row[place] for row in rows]
        heads.append(Head(column.title, column.align is Align.RIGHT))
        lists.append([words(cell)[0] for cell in held])
        if any(isinstance(uncited(cell), Stacked) and words(cell)[1] for cell in held):
            heads.append(Head(f"{column.title}: {texts.FURTHER}", column.align is Align.RIGHT))
            lists.append([words(cell)[1] for cell in held])
        if any(isinstance(cell, Cited) for cell in held):
            heads.append(Head(f"{column.title}: {texts.SOURCE}", figures=True))
            lists.append([str(laid.number(cell) or "") for cell in held])
    return Grid(section, caption, tuple(heads), tuple(zip(*lists, strict=True)) if rows else ())


def _chart(section: str, caption: str, chart: DotAndInterval | Panels) -> Grid:
    heads = (
        Head(texts.PANEL),
        Head(texts.GROUP),
        *(Head(name, figures=True) for name in (texts.VALUE, texts.LOW, texts.HIGH)),
    )
    if isinstance(chart, Panels):
        rows = tuple(_point(panel.title, row) for panel in chart.panels for row in panel.rows)
        return Grid(section, caption, heads, rows, chart.alt)
    said = tuple((*_point(chart.axis_title, row), MARKS[row.mark]) for row in chart.rows)
    return Grid(section, caption, (*heads, Head(texts.MARK)), said, chart.alt)


def _point(panel: str, row: IntervalRow) -> tuple[str, ...]:
    return (panel, row.label, *("" if part is None else f"{part:.6f}" for part in (row.value, row.low, row.high)))


def _cover(laid: Laid) -> Grid:
    cover, document = laid.document.cover, laid.document
    warned = [(laid.warning.badge.word, laid.warning.text)] if laid.warning else []
    lines = [
        (texts.REPORT, cover.kind),
        (texts.TITLE, cover.title),
        (texts.ABOUT, cover.line),
        *warned,
        *((texts.NOT_COMPLETE.format(section=gap.section), gap.reason) for gap in laid.gaps),
        (cover.statement.badge.word, "\n".join(filter(None, (cover.statement.text, cover.statement.below)))),
        *((name, "\n".join(filter(None, words(cell)))) for name, cell in (*cover.cards, *cover.facts)),
        (texts.MADE_BY, document.author),
        (texts.IDENTIFIED_AS, document.description),
    ]
    return Grid("", texts.COVER, (Head(texts.NAME), Head(texts.VALUE, figures=True)), tuple(lines))


def _texts(laid: Laid) -> tuple[Grid, ...]:
    rows: list[tuple[str, ...]] = []
    for section in laid.document.sections:
        heading = ""
        for one in section.blocks:
            heading = one.text if isinstance(one, Heading) else heading
            said = _said(one)
            if said:
                rows.append((section.title, heading, said))
    heads = (Head(texts.SECTION), Head(texts.HEADING), Head(texts.TEXT))
    return (Grid("", texts.TEXTS, heads, tuple(rows)),) if rows else ()


def _said(one: Block) -> str:
    match one:
        case Prose(text, _) | Code(text):
            return text
        case Statement(badge, text, below):
            return "\n".join(part for part in (f"{badge.word}: {text}", below) if part)
        case SignatureBlock(rows):
            return "\n".join(f"{name}: {words(cell)[0]}" for name, cell in rows)
        case _:
            return ""


def _sources(laid: Laid) -> tuple[Grid, ...]:
    if not laid.numbers:
        return ()
    rows = tuple(
        (str(number), one.path, one.digest, "" if one.entry is None else str(one.entry))
        for one, number in laid.numbers.items()
    )
    heads = (
        Head(texts.NUMBER, figures=True),
        Head(texts.PATH),
        Head(texts.SHA_256),
        Head(texts.LEDGER_ENTRY, figures=True),
    )
    return (Grid("", texts.SOURCES, heads, rows),)
