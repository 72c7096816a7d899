"""What shows an answer, as a person wrote it: a link where it names something of ours or an https address."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from app.components.text import link, plain
from core.documents.naming import Thing, ThingKind, parts_of

HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
KEPT = ":/?#@!$&'*+,;=-._~%"  # of an address, as it was written; everything else is percent-encoded
LONGEST = 1000


def shown_by(text: str, known: Mapping[str, Thing]) -> str:
    """The text as Markdown, each part on a line, and a link where it names something; other text letter by letter.

    A link within a line of text would be told from it by its colour alone.
    """
    return "  \n".join(_part(part, known) for part in parts_of(text)) or plain(text)


def leads_somewhere(text: str, known: Mapping[str, Thing]) -> bool:
    """Whether any part of the text is a link."""
    return any(part in known or outside(part) for part in parts_of(text))


def outside(text: str) -> str:
    """The https address that this text is, safe within a Markdown link; empty for any other text.

    An address with a user in it, another scheme, a sign that no address holds, or a host that is no name is none.
    """
    if len(text) > LONGEST or not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return ""
    named = HOST.fullmatch((parts.hostname or "").lower())
    if parts.scheme != "https" or parts.username is not None or not named or port == 0:
        return ""
    return quote(text, safe=KEPT)


def _part(part: str, known: Mapping[str, Thing]) -> str:
    thing = known.get(part)
    if thing is not None:
        return _to(part, thing)
    address = outside(part)
    return f"[{plain(part)}]({address})" if address else plain(part)


def _to(said: str, thing: Thing) -> str:
    match thing.kind:
        case ThingKind.RUN:
            return link(said, "/report", run=thing.key)
        case ThingKind.FINDING:
            return link(said, "/finding", finding=thing.key)
        case ThingKind.DOCUMENT:
            return link(said, "/document", document=thing.key)
        case ThingKind.CHANGE:
            return link(said, "/approval", change=thing.key)
        case ThingKind.ENTRY:
            return link(said, "/entry", index=thing.key)
        case ThingKind.FILE:
            return link(said, "/model", model=thing.model, version=thing.version, tab="Evidence")
