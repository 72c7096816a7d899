"""A publishable summary as Markdown, and as one accessible page that needs nothing else."""

import re
from collections.abc import Iterable, Sequence
from html import escape

from core.metrics.bias_audit.summary import PublishableSummary
from core.metrics.bias_audit.writing import Document, Part, TableBlock, document_of

MARKED = re.compile(r"([\\`*_{}\[\]<>#|~!])")
STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { border-bottom: 1px solid #767676; padding: .3rem .6rem; text-align: right; vertical-align: top; }
th:first-child { text-align: left; font-weight: 600; }
dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0; white-space: pre-line; }
@media print { body { max-width: none; } }
""".strip()
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def as_markdown(summary: PublishableSummary) -> str:
    """Plain text that Markdown reads as headings and tables; text from outside is escaped."""
    document = document_of(summary)
    lines = [f"# {_marked(document.title)}"]
    for part in document.parts:
        lines += ["", f"## {_marked(part.heading)}", *_markdown(part)]
    return "\n".join(lines) + "\n"


def _markdown(part: Part) -> Iterable[str]:
    for name, text in part.terms:
        yield from ("", f"**{_marked(name)}:** {_marked(text)}")
    for table in part.tables:
        yield from ("", _marked(table.caption), "", _cells(table.head))
        yield f"| :-- |{' --: |' * (len(table.head) - 1)}"
        yield from (_cells(row) for row in table.rows)
    for sentence in part.sentences:
        yield from ("", _marked(sentence))


def _cells(row: Sequence[str]) -> str:
    return f"| {' | '.join(_marked(cell) for cell in row)} |"


def _marked(text: str) -> str:
    """Text that stays text: one line, without what Markdown, HTML in it or a terminal would obey."""
    line = "".join(sign if sign.isprintable() else "�" for sign in " ".join(text.split()))
    return MARKED.sub(r"\\\1", line)


def as_page(summary: PublishableSummary) -> str:
    """One HTML page without script or anything loaded; every text is escaped, every table has caption and headings."""
    document = document_of(summary)
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_escaped(document.title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            "<main>",
            *_page(document),
            "</main>",
            "</body>",
            "</html>",
            "",
        )
    )


def _page(document: Document) -> Iterable[str]:
    yield f"<h1>{_escaped(document.title)}</h1>"
    for place, part in enumerate(document.parts, start=1):
        yield f'<section aria-labelledby="part-{place}">'
        yield f'<h2 id="part-{place}">{_escaped(part.heading)}</h2>'
        if part.terms:
            yield "<dl>"
            yield from (f"<dt>{_escaped(name)}</dt><dd>{_escaped(text)}</dd>" for name, text in part.terms)
            yield "</dl>"
        for at, table in enumerate(part.tables, start=1):
            yield from _table(table, f"table-{place}-{at}")
        yield from (f"<p>{_escaped(sentence)}</p>" for sentence in part.sentences)
        yield "</section>"


def _table(table: TableBlock, identity: str) -> Iterable[str]:
    # A table that scrolls sideways has to be reachable by keyboard (WCAG 2.1.1).
    yield f'<div class="wide" role="region" tabindex="0" aria-labelledby="{identity}">'
    yield f'<table><caption id="{identity}">{_escaped(table.caption)}</caption>'
    head = "".join(f'<th scope="col">{_escaped(name)}</th>' for name in table.head)
    yield f"<thead><tr>{head}</tr></thead>"
    yield "<tbody>"
    for name, *cells in table.rows:
        values = "".join(f"<td>{_escaped(cell)}</td>" for cell in cells)
        yield f'<tr><th scope="row">{_escaped(name)}</th>{values}</tr>'
    yield "</tbody></table></div>"


def _escaped(text: str) -> str:
    return escape("".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text))
