"""A document as one HTML file that loads nothing and runs nothing."""

from html import escape

from core.documents.blocks import Block, Bullets, Heading, Paragraph, blocks_of

STYLE = (
    "body{font:15px/1.5 'IBM Plex Sans',system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "color:#10161F}table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border-bottom:1px solid #D5DAE1;"
    "padding:.35rem .6rem .35rem 0;text-align:left;vertical-align:top}h1{font-size:1.6rem}h2{font-size:1.1rem}"
    "h3{font-size:1rem}footer{margin-top:3rem;color:#4A5361;font-size:.85rem}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_html(title: str, body: str, footer: str) -> str:
    """The whole file; every text of the document is escaped."""
    content = "\n".join(_block(block) for block in blocks_of(body))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{STYLE}</style></head>\n'
        f"<body>\n{content}\n<footer>{escape(footer)}</footer>\n</body></html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Paragraph(lines):
            return f"<p>{'<br>'.join(map(escape, lines))}</p>"
        case Bullets(items):
            return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"
        case _:
            head = _row(block.head, "th") if block.head else ""
            return f"<table>{head}{''.join(_row(row, 'td') for row in block.rows)}</table>"


def _row(cells: tuple[str, ...], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
