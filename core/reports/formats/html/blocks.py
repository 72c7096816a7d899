"""Each kind of block as HTML; every text is escaped here and nowhere else."""

from collections.abc import Sequence
from html import escape

from core.reports.charts.svg import draw
from core.reports.formats.laying import Laid
from core.reports.formats.visible import visible
from core.reports.layout.blocks import (
    Align,
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
from core.reports.typeset.encoding import drawable_chart

SHAPES = {"good": "●", "stops": "■", "attention": "▲", "under way": "◐", "none": "○"}


class Blocks:
    """Writes blocks; knows the numbers of the sources, and how many of them have a line to lead to."""

    def __init__(self, laid: Laid, listed: int) -> None:
        self._laid, self._listed = laid, listed

    def block(self, one: Block, *, targets: bool = False) -> str:
        """One block; the rows of the list of sources carry the anchors that citations lead to (`targets`)."""
        match one:
            case Prose(text, quiet):
                return paragraphs(text, "quiet" if quiet else "")
            case Heading(text):
                return f"<h3>{said(text)}</h3>"
            case Statement():
                return statement(one)
            case Facts(caption, rows):
                return self.facts(caption, rows)
            case SignatureBlock(rows):
                return self.facts(words.SIGNATURE, rows)
            case Code(text):
                return f'<pre tabindex="0">{said(text)}</pre>'
            case Chart(value, caption):
                drawn = draw(drawable_chart(value, visible))
                return f"<figure>{drawn}<figcaption>{said(caption)}</figcaption></figure>"
            case Table():
                return self._table(one, targets)

    def facts(self, caption: str, rows: Sequence[tuple[str, Cell]]) -> str:
        """Names and values."""
        lines = "".join(
            f'<tr><th scope="row">{said(name)}</th><td>{self.cell(value)}</td></tr>' for name, value in rows
        )
        return f'<table class="facts"><caption>{said(caption)}</caption><tbody>{lines}</tbody></table>'

    def cell(self, value: Cell) -> str:
        """One cell, with the number of its source as an anchor."""
        if not isinstance(value, Cited):
            return _cell(value)
        number = self._laid.numbers[value.source]
        shown = f'<a href="#source-{number}">{number}</a>' if number <= self._listed else str(number)
        return _cell(value.shown, f'<sup class="cite">{shown}</sup>')

    def _table(self, table: Table, targets: bool) -> str:
        sides = ["right" if column.align is Align.RIGHT else "" for column in table.columns]
        heads = "".join(
            f'<th scope="col"{_class(side)}>{said(column.title)}</th>'
            for column, side in zip(table.columns, sides, strict=True)
        )
        lines = "".join(self._row(row, sides, targets) for row in table.rows)
        note = f'<p class="note">{said(table.note)}</p>' if table.note else ""
        caption = said(table.caption)
        return (
            f'<div class="wide" tabindex="0" role="group" aria-label="{escape(visible(table.caption), quote=True)}">'
            f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>{note}"
        )

    def _row(self, row: Sequence[Cell], sides: Sequence[str], targets: bool) -> str:
        first, *rest = (f"{_class(side)}>{self.cell(value)}</" for value, side in zip(row, sides, strict=True))
        anchor = f' id="source-{_plain(row[0])}"' if targets else ""
        others = "".join(f"<td{one}td>" for one in rest)
        return f'<tr{anchor}><th scope="row"{first}th>{others}</tr>'


def statement(one: Statement) -> str:
    """The boxed sentence."""
    below = f'<p class="quiet">{said(one.below)}</p>' if one.below else ""
    return f'<div class="statement"><p>{_badge(one.badge)} <strong>{said(one.text)}</strong></p>{below}</div>'


def paragraphs(text: str, kind: str = "") -> str:
    """Text as entered: an empty line parts paragraphs, every other line break stays."""
    return "".join(f"<p{_class(kind)}>{said(part)}</p>" for part in text.split("\n\n"))


def said(text: str) -> str:
    """Text as entered, escaped; line breaks stay."""
    return escape(visible(text), quote=False).replace("\n", "<br>")


def _cell(value: str | Badge | Digest | Stacked, cite: str = "") -> str:
    match value:
        case Badge():
            return _badge(value) + cite
        case Digest(text):
            return f"<code>{said(text)}</code>{cite}"
        case Stacked(main, below):
            return said(main) + cite + (f'<span class="below">{said(below)}</span>' if below else "")
        case text:
            return said(str(text)) + cite


def _badge(badge: Badge) -> str:
    tone = badge.tone.value
    return (
        f'<span class="badge {tone.replace(" ", "-")}"><span aria-hidden="true">{SHAPES[tone]}</span>'
        f" {said(badge.word)}</span>"
    )


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _plain(value: Cell) -> str:
    return value if isinstance(value, str) else ""
