"""The three pages outside Streamlit (sign in, set up, a refusal): plain HTML in our look, no script at all."""

import html
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import HTMLResponse

STYLE = Path(__file__).with_name("form.css").read_text(encoding="utf-8")
_MARK = (
    '<svg width="22" height="22" viewBox="0 0 24 24" aria-hidden="true"><rect x="2" y="2" width="20" height="20" rx="5"'
    ' class="mark"/><path d="M7 12.5l3.4 3.4L17 9" class="tick"/></svg>'
)


@dataclass(frozen=True)
class Field:
    """One input: its name in the form, the words above it, and what browsers and password managers should know."""

    name: str
    label: str
    kind: str = "text"
    autocomplete: str = "off"
    value: str = ""
    hint: str = ""


def form_page(
    title: str,
    *,
    action: str,
    button: str,
    fields: Sequence[Field],
    hidden: Sequence[tuple[str, str]],
    lead: str = "",
    problems: Sequence[str] = (),
    status: int = 200,
) -> HTMLResponse:
    """A page with one form; `problems` are said above it, to screen readers at once."""
    parts = [f"<h1>{html.escape(title)}</h1>"]
    if lead:
        parts.append(f"<p>{html.escape(lead)}</p>")
    parts.append(_said(problems))
    inputs = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in hidden
    )
    inputs += "".join(_input(field, first=place == 0) for place, field in enumerate(fields))
    parts.append(
        f'<form method="post" action="{html.escape(action)}">{inputs}'
        f'<button type="submit">{html.escape(button)}</button></form>'
    )
    return _page(title, "".join(parts), status)


def message_page(title: str, text: str, *, status: int) -> HTMLResponse:
    """A page that says one thing and leads back to the start."""
    body = f"<h1>{html.escape(title)}</h1><p>{html.escape(text)}</p><p><a href='/'>Go to Countersign</a></p>"
    return _page(title, body, status)


def _said(problems: Sequence[str]) -> str:
    if not problems:
        return ""
    lines = "".join(f"<li>{html.escape(problem)}</li>" for problem in problems)
    only = f"<p>{html.escape(problems[0])}</p>" if len(problems) == 1 else f"<ul>{lines}</ul>"
    return f'<div class="problems" role="alert">{only}</div>'


def _input(field: Field, *, first: bool) -> str:
    name = html.escape(field.name)
    described = f' aria-describedby="{name}-hint"' if field.hint else ""
    hint = f'<p class="hint" id="{name}-hint">{html.escape(field.hint)}</p>' if field.hint else ""
    return (
        f'<label for="{name}">{html.escape(field.label)}</label>'
        f'<input id="{name}" name="{name}" type="{field.kind}" autocomplete="{field.autocomplete}"'
        f' value="{html.escape(field.value)}" required{" autofocus" if first else ""}{described}>{hint}'
    )


def _page(title: str, body: str, status: int) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{html.escape(title)} · Countersign</title><link rel="icon" href="/favicon.svg" type="image/svg+xml">'
        f'<style nonce="{nonce}">{STYLE}</style></head><body>'
        f"<header>{_MARK}<span>Countersign</span></header><main>{body}</main></body></html>"
    )
    return HTMLResponse(
        document,
        status,
        headers={
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'nonce-{nonce}'; font-src 'self'; img-src 'self' data:;"
                " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
            ),
        },
    )
