"""What a search shows: how much was found, and one row a result with the words in their place."""

from collections.abc import Mapping, Sequence

from app.components import plain, table
from app.components.formats import NOTHING, counted
from app.components.status import word
from app.components.text import link
from app.views.parts import address_of
from core.inventory.parts.rules import NodeKind
from core.inventory.queries import Found, FoundKind
from core.store.paging import Page

FIELDS: Mapping[str, str] = {"code_reference": "code", "artefact_digest": "digest"}


def first_line(found: Page[Found]) -> str:
    """“**12 results** · best match first, then the newest”."""
    more = "More than " if found.more else ""
    return f"**{more}{counted(found.total, 'result')}**\u2002 :gray[best match first, then the newest]"


def results_table(rows: Sequence[Found]) -> None:
    """One row a result."""
    table(
        [
            {"Kind": word(row.kind), "Result": _link(row), "Found in": _field(row.field), "Text": _extract(row.extract)}
            for row in rows
        ],
        alt="Results, best match first: kind, name, and the text in which the words were found",
        unbroken=["Kind"],
    )


def _link(row: Found) -> str:
    if row.kind is FoundKind.VERSION:
        return f"{link(row.name, '/model', model=row.model, version=row.version)} :gray[{row.model}]"
    return f"{address_of(NodeKind(row.kind.value), row.number, row.name)} :gray[{row.number}]"


def _field(name: str) -> str:
    return word(FIELDS.get(name, name.replace("_", " "))) or NOTHING


def _extract(pieces: Sequence[tuple[str, bool]]) -> str:
    """The words in bold; spaces between them are kept, and text of other people stays letters."""
    return "".join(f"**{plain(text)}**" if hit else _spaced(text) for text, hit in pieces) or NOTHING


def _spaced(text: str) -> str:
    inner = plain(text) if text.strip() else ""
    return f"{' ' if text[:1].isspace() else ''}{inner}{' ' if text.strip() and text[-1:].isspace() else ''}"
