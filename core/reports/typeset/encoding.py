"""The laid-out document as plain data for the template: every text drawable, every chart drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from core.reports.charts.svg import draw
from core.reports.charts.values import DotAndInterval, IntervalRow, Panel, Panels
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Chart,
    Cited,
    Code,
    Digest,
    Document,
    Facts,
    Heading,
    Prose,
    SignatureBlock,
    Stacked,
    Statement,
    Table,
)
from core.reports.typeset.glyphs import MONO, drawable

Encoded: TypeAlias = "str | float | bool | Sequence[Encoded] | Mapping[str, Encoded]"

MOST_ROWS = 500  # 20,000 rows would take six seconds and nobody would read them


def encode(document: Document) -> dict[str, Encoded]:
    """What the template reads; kinds of blocks and cells are named by `kind`."""
    cover = document.cover
    return {
        "title": drawable(document.title),
        "author": drawable(document.author),
        "description": drawable(document.description),
        "running": drawable(document.running),
        "footing": drawable(document.footing),
        "cover": {
            "kind": cover.kind,
            "title": drawable(cover.title),
            "line": drawable(cover.line),
            "statement": block(cover.statement),
            "cards": [[name, cell(value)] for name, value in cover.cards],
            "facts": _pairs(cover.facts),
        },
        "sections": [
            {"title": drawable(section.title), "blocks": [block(one) for one in section.blocks]}
            for section in document.sections
        ],
    }


def block(one: Block) -> dict[str, Encoded]:
    """One block as data."""
    match one:
        case Prose(text, quiet):
            return {"kind": "prose", "text": drawable(text), "quiet": quiet}
        case Heading(text):
            return {"kind": "heading", "text": drawable(text)}
        case Statement(badge, text, below):
            return {"kind": "statement", "badge": cell(badge), "text": drawable(text), "below": drawable(below)}
        case Facts(caption, rows):
            return {"kind": "facts", "caption": drawable(caption), "rows": _pairs(rows)}
        case SignatureBlock(rows):
            return {"kind": "signature", "rows": _pairs(rows)}
        case Code(text):
            return {"kind": "code", "text": drawable(text, MONO)}
        case Chart(value, caption):
            shown = _drawable_chart(value)
            return {"kind": "chart", "svg": draw(shown), "alt": shown.alt, "caption": drawable(caption)}
        case Table():
            return _table(one)


def cell(value: Cell) -> dict[str, Encoded]:
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


def _table(table: Table) -> dict[str, Encoded]:
    cut = f"The first {MOST_ROWS:,} of {len(table.rows):,} rows; all are in dossier.json." * (
        len(table.rows) > MOST_ROWS
    )
    return {
        "kind": "table",
        "caption": drawable(table.caption),
        "columns": [
            {"title": drawable(column.title), "share": column.share, "align": column.align.value}
            for column in table.columns
        ],
        "rows": [[cell(value) for value in row] for row in table.rows[:MOST_ROWS]],
        "note": drawable(" ".join(part for part in (cut, table.note) if part)),
    }


def _pairs(rows: Sequence[tuple[str, Cell]]) -> list[Encoded]:
    return [[drawable(name), cell(value)] for name, value in rows]


def _drawable_chart(chart: DotAndInterval | Panels) -> DotAndInterval | Panels:
    alt = _one_line(chart.alt)
    if isinstance(chart, Panels):
        panels = tuple(Panel(_one_line(panel.title), _drawable_rows(panel.rows)) for panel in chart.panels)
        return Panels(panels, alt)
    title = _one_line(chart.axis_title)
    return replace(chart, rows=_drawable_rows(chart.rows), axis_title=title, alt=alt)


def _drawable_rows(rows: Sequence[IntervalRow]) -> tuple[IntervalRow, ...]:
    return tuple(replace(row, label=_one_line(row.label)) for row in rows)


def _one_line(text: str) -> str:
    return drawable(" ".join(text.split("\n")))
