"""The laid-out report as plain data for the template: every text drawable, every chart drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from core.reports.charts.svg import draw
from core.reports.charts.values import DotAndInterval, IntervalRow, Panel, Panels
from core.reports.formats.laying import Laid
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Chart,
    Cited,
    Code,
    Digest,
    Facts,
    Heading,
    Prose,
    SignatureBlock,
    Stacked,
    Statement,
    Table,
)
from core.reports.texts import words
from core.reports.texts.formats import closing
from core.reports.typeset.glyphs import MONO, drawable
from core.reports.typeset.widths import shares

Encoded: TypeAlias = "str | float | bool | Sequence[Encoded] | Mapping[str, Encoded] | None"


def encode(laid: Laid) -> dict[str, Encoded]:
    """What the template reads; kinds of blocks and cells are named by `kind`."""
    return _Encoder(laid).document()


class _Encoder:
    """Knows the numbers of the sources, and which of them have a line at the end to lead to."""

    def __init__(self, laid: Laid) -> None:
        self._laid = laid
        self._listed = _listed(laid)

    def document(self) -> dict[str, Encoded]:
        document, cover = self._laid.document, self._laid.document.cover
        warning = self._laid.warning
        return {
            "title": drawable(document.title),
            "author": drawable(document.author),
            "description": drawable(document.description),
            "running": drawable(document.running),
            "footing": drawable(document.footing),
            "words": {
                "page": drawable(words.PAGE),
                "of": drawable(words.PAGE_OF),
                "contents": drawable(words.CONTENTS),
                "covers": drawable(words.COVERS),
            },
            "warning": None if warning is None else self.block(warning),
            "cover": {
                "kind": drawable(cover.kind),
                "title": drawable(cover.title),
                "line": drawable(cover.line),
                "statement": self.block(cover.statement),
                "cards": self._pairs(cover.cards),
                "facts": self._pairs(cover.facts),
            },
            "sections": [
                {
                    "title": drawable(section.title),
                    "blocks": [self.block(one, targets=section.title == closing.SOURCES) for one in section.blocks],
                }
                for section in document.sections
            ],
        }

    def block(self, one: Block, *, targets: bool = False) -> dict[str, Encoded]:
        """One block as data; the rows of the list of sources are what citations lead to (`targets`)."""
        match one:
            case Prose(text, quiet):
                return {"kind": "prose", "text": drawable(text), "quiet": quiet}
            case Heading(text):
                return {"kind": "heading", "text": drawable(text)}
            case Statement(badge, text, below):
                return {"kind": "statement", "badge": cell(badge), "text": drawable(text), "below": drawable(below)}
            case Facts(caption, rows):
                return {"kind": "facts", "caption": drawable(caption), "rows": self._pairs(rows)}
            case SignatureBlock(rows):
                return {"kind": "signature", "rows": self._pairs(rows)}
            case Code(text):
                return {"kind": "code", "text": drawable(text, MONO)}
            case Chart(value, caption):
                shown = drawable_chart(value, drawable)
                return {"kind": "chart", "svg": draw(shown), "alt": shown.alt, "caption": drawable(caption)}
            case Table():
                return self._table(one, targets)

    def cell(self, value: Cell) -> dict[str, Encoded]:
        """One cell as data, with the number of its source."""
        if not isinstance(value, Cited):
            return cell(value)
        number = self._laid.numbers[value.source]
        return {**cell(value.shown), "cite": number, "linked": number <= self._listed}

    def _table(self, table: Table, targets: bool) -> dict[str, Encoded]:
        rows: list[Encoded] = []
        for row in table.rows:
            cells = [self.cell(value) for value in row]
            rows.append([{**cells[0], "kind": "number"}, *cells[1:]] if targets else cells)
        return {
            "kind": "table",
            "caption": drawable(table.caption),
            "columns": [
                {"title": drawable(column.title), "share": share, "align": column.align.value}
                for column, share in zip(table.columns, shares(table.columns, table.rows), strict=True)
            ],
            "rows": rows,
            "note": drawable(table.note),
        }

    def _pairs(self, rows: Sequence[tuple[str, Cell]]) -> list[Encoded]:
        return [[drawable(name), self.cell(value)] for name, value in rows]


def _listed(laid: Laid) -> int:
    """How many sources the pages list; a long list ends early."""
    tables = (one for section in laid.document.sections if section.title == closing.SOURCES for one in section.blocks)
    return sum(len(one.rows) for one in tables if isinstance(one, Table))


def cell(value: str | Badge | Digest | Stacked | Cited) -> dict[str, Encoded]:
    """One cell as data."""
    match value:
        case Badge(word, tone):
            return {"kind": "badge", "word": drawable(word), "tone": tone.value}
        case Digest(text):
            return {"kind": "digest", "text": drawable(text, MONO)}
        case Stacked(main, below):
            return {"kind": "stacked", "main": drawable(main), "below": drawable(below)}
        case Cited(shown, _):
            return cell(shown)
        case str():
            return {"kind": "text", "text": drawable(value)}


def drawable_chart(chart: DotAndInterval | Panels, shown: Callable[[str], str]) -> DotAndInterval | Panels:
    """The chart with every text as `shown` writes it, on one line."""

    def line(text: str) -> str:
        return shown(" ".join(text.split("\n")))

    def rows(given: Sequence[IntervalRow]) -> tuple[IntervalRow, ...]:
        return tuple(replace(row, label=line(row.label)) for row in given)

    if isinstance(chart, Panels):
        return Panels(tuple(Panel(line(panel.title), rows(panel.rows)) for panel in chart.panels), line(chart.alt))
    return replace(chart, rows=rows(chart.rows), axis_title=line(chart.axis_title), alt=line(chart.alt))
