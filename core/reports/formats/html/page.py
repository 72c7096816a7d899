"""The whole page: head with its policy, cover, contents, sections, sources."""

import base64
import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

from core.reports.data import to_json
from core.reports.formats.closing import html_checks, sources_section
from core.reports.formats.html.blocks import Blocks, said, statement
from core.reports.formats.laying import Laid, laid
from core.reports.formats.moving import Moved, with_tables_moved
from core.reports.formats.naming import slug
from core.reports.layout.blocks import Document, Section, Table
from core.reports.texts import words
from core.reports.texts.formats import closing
from core.reports.texts.formats import files as texts
from core.reports.values.report import Report


def html_page(report: Report, *, beside: str = "") -> tuple[bytes, tuple[Moved, ...]]:
    """The page, and the tables that are too long for it.

    `beside` is the folder next to the page where these tables lie; without it they are not there and the page says
    where to get them. The same report gives the same bytes.
    """
    found = laid(report)
    document = found.document
    sections = (*document.sections, *sources_section(found), html_checks(slug(report), to_json(report)))
    where = (lambda name: texts.BESIDE.format(path=f"{beside}/{name}")) if beside else (lambda _name: texts.ELSEWHERE)
    shown, moved = with_tables_moved(replace(found, document=replace(document, sections=sections)), where)
    return _written(shown).encode("utf-8"), moved


def _written(found: Laid) -> str:
    document, blocks = found.document, Blocks(found, _listed(found.document))
    style = stylesheet()
    policy = f"default-src 'none'; style-src 'sha256-{style_digest()}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{said(document.title)}</title><style>{style}</style></head>\n<body>"
        f'<a class="skip" href="#report">{said(texts.SKIP)}</a>{_cover(found, blocks)}'
        f'<main id="report">{"".join(_section(one, place, blocks) for place, one in enumerate(document.sections, 1))}'
        f"</main>\n<footer><p>{said(document.footing)}</p><p>{said(document.description)}</p>"
        f"<p>{said(document.author)}</p></footer></body></html>\n"
    )


def _cover(found: Laid, blocks: Blocks) -> str:
    cover = found.document.cover
    cards = "".join(f"<div><dt>{said(name)}</dt><dd>{blocks.cell(value)}</dd></div>" for name, value in cover.cards)
    contents = "".join(
        f'<li><a href="#part-{place}">{said(one.title)}</a></li>'
        for place, one in enumerate(found.document.sections, 1)
    )
    return (
        f'<header><p class="maker">Countersign</p><p class="kind">{said(cover.kind)}</p><h1>{said(cover.title)}</h1>'
        f'<p class="line">{said(cover.line)}</p>{statement(found.warning) if found.warning else ""}'
        f"{statement(cover.statement)}{f'<dl class=cards>{cards}</dl>' if cards else ''}"
        f"{blocks.facts(words.COVERS, cover.facts)}"
        f'<nav aria-labelledby="contents"><h2 id="contents">{said(words.CONTENTS)}</h2>'
        f"<ol>{contents}</ol></nav></header>\n"
    )


def _section(section: Section, place: int, blocks: Blocks) -> str:
    body = "".join(blocks.block(one, targets=section.title == closing.SOURCES) for one in section.blocks)
    return f'<section aria-labelledby="part-{place}"><h2 id="part-{place}">{said(section.title)}</h2>{body}</section>\n'


def _listed(document: Document) -> int:
    tables = (one for section in document.sections if section.title == closing.SOURCES for one in section.blocks)
    return sum(len(one.rows) for one in tables if isinstance(one, Table))


@cache
def stylesheet() -> str:
    """The one style of every report, as it stands in the page."""
    return Path(__file__).with_name("report.css").read_text(encoding="utf-8").strip()


@cache
def style_digest() -> str:
    """What the page's policy lets through: SHA-256 of the style, base64 (CSP level 3, 2.3.1)."""
    return base64.b64encode(hashlib.sha256(stylesheet().encode()).digest()).decode()
