"""The copy for a person as a page to read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

STYLE = (
    "body{font-family:sans-serif;max-width:60em;margin:2em auto}"
    "td,th{text-align:left;vertical-align:top;padding:4px 12px 4px 0}"
)


@dataclass(frozen=True)
class Processing:
    """What GDPR 15(1) asks for of one model: purposes (a), recipients (c), period (d), source (g), decisions (h)."""

    model: str
    name: str
    purposes: str
    categories: str
    recipients: str
    period: str
    source: str
    decisions: str


@dataclass(frozen=True)
class Copy:
    """Everything that goes into the package."""

    request: str
    made_at: datetime
    items: tuple[Mapping[str, object], ...]
    tables: Mapping[str, Sequence[Mapping[str, object]]]
    processing: tuple[Processing, ...]
    account: Mapping[str, object]


def cell_text(value: object) -> str:
    """A value in one cell: text as it is, anything else as JSON."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)


def as_html(copy: Copy) -> str:
    parts = [
        f"<h1>What is held about you</h1><p>Request {escape(copy.request)}, {copy.made_at:%d %B %Y, %H:%M} UTC.</p>"
    ]
    parts.append(
        "<p>You may ask for correction, erasure or restriction, object to the processing, and complain to a "
        "supervisory authority (GDPR 15(1)(e), (f)).</p>"
    )
    for one in copy.processing:
        said = {
            "What it is for": one.purposes, "Categories of data": one.categories, "Who receives it": one.recipients,
            "How long it is kept": one.period, "Where it comes from": one.source, "Decisions": one.decisions,
        }  # fmt: skip
        parts.append(f"<h2>{escape(one.name)} ({escape(one.model)})</h2>{_table(said.items())}")
    parts.append(f"<h2>Where you were found: {len(copy.items)}</h2>")
    rows = [
        (f"{one['place']} {one['record']}", cell_text(one.get("said") or f"{one.get('rows')} rows"))
        for one in copy.items
    ]
    parts.append(_table(rows))
    for name, lines in copy.tables.items():
        parts.append(f"<h2>{escape(name)}</h2>{_rows(lines)}")
    if copy.account:
        parts.append("<h2>Your account</h2>" + _table((key, cell_text(value)) for key, value in copy.account.items()))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(copy.request)}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _table(rows: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f'<tr><th scope="row">{escape(key)}</th><td>{escape(value)}</td></tr>' for key, value in rows)
    return f"<table>{lines}</table>"


def _rows(lines: Sequence[Mapping[str, object]]) -> str:
    names = list(dict.fromkeys(name for row in lines for name in row))
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell_text(row.get(name)))}</td>" for name in names) + "</tr>" for row in lines
    )
    return f"<table><tr>{head}</tr>{body}</table>"
