"""Text that people or pipelines wrote, made harmless: shown letter by letter, never interpreted."""

import re
import unicodedata
from urllib.parse import urlencode

NOTHING = "–"
_JOINER = "\u2060"  # invisible and of no width: keeps Streamlit from finding icons, arrows and addresses in plain text
_BREAK = "\u200b"  # invisible and of no width: here a line may end
_LONG_WORD = re.compile(r"(?:\\.|[^\s\\]){65,}")
_PIECE = re.compile(r"(?:\\.|[^\s\\]){30}(?=[^\s])")
_UNSAFE_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Streamlit replaces these in the finished text, after escapes are gone; one invisible sign inside stops it.
_FOUND_LATER = (
    (re.compile(r":(?=[\w+/-])"), ":" + _JOINER),  # :smile:, :material/home:, :streamlit:, https://
    (re.compile(r"(?i)www(?=\.)"), lambda found: found.group() + _JOINER),
    (re.compile(r"@"), _JOINER + "@"),
    (re.compile(r"(?<=[<>~-])(?=[-=>])"), _JOINER),  # -> <- -- >= <= ~=
)


def plain(text: str | None) -> str:
    """`text` for any Markdown place (table cell, label, `st.markdown`), shown exactly as written on one line.

    Markdown, HTML, links, images, badges, formulas, icons and emoji names stay letters; control characters and
    direction overrides show as “�”; line ends become spaces; nothing at all becomes “–”.
    """
    letters = " ".join(_visible(text or "").split(" ")).strip()
    if not letters:
        return NOTHING
    for pattern, broken in _FOUND_LATER:
        letters = pattern.sub(broken, letters)
    return _PUNCTUATION.sub(r"\\\1", letters)


def paragraphs(text: str | None) -> str:
    """As `plain`, keeping the author's line ends."""
    lines = [plain(line) if line.strip() else "" for line in (text or "").splitlines()]
    return "  \n".join(lines).strip() or NOTHING


def whole(text: str) -> str:
    """`text` that must not break over lines: spaces become non-breaking."""
    return text.replace(" ", "\u00a0")


def breakable(text: str) -> str:
    """What `plain` gave, with places at which a word longer than a digest may go on in the next line.

    A table's cell would cut it off. Code and links stay as they are: they are copied and followed.
    """
    if "`" in text.replace("\\`", "") or "](" in text:
        return text
    return _LONG_WORD.sub(lambda word: _PIECE.sub(rf"\g<0>{_BREAK}", word.group()), text)


def link(shown: str, address: str, **query: str | int) -> str:
    """A Markdown link to a page of ours (`/model`), with its query; `shown` is user text and is escaped."""
    if not address.startswith("/") or address.startswith("//"):
        raise ValueError(f"“{address}” is not an address of ours.")
    target = f"{address}?{urlencode(query)}" if query else address
    return f"[{plain(shown)}]({target.replace('(', '%28').replace(')', '%29')})"


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    if letter.isspace():
        return "\u00a0" if letter in "\u00a0\u202f" else " "
    hidden = unicodedata.category(letter) in {"Cc", "Cs"} or letter in _UNSAFE_DIRECTIONS
    return "\ufffd" if hidden else letter
