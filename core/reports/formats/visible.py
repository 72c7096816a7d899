"""Text for readers whose fonts we do not know: as entered, but nothing in it is invisible or turns the line around."""

import unicodedata

from core.reports.typeset.glyphs import code

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})  # controls, bidi overrides, private use, surrogates
_KEPT = frozenset("\n\t")
_JOINERS = frozenset("\u200c\u200d")  # part of the spelling of Persian and Hindi words, and of emoji


def visible(text: str) -> str:
    """The text with [U+XXXX] for each character that no reader would see; joiners inside a word stay."""
    if text.isascii() and text.isprintable():
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(_shown(char, plain, place) for place, char in enumerate(plain))


def _shown(char: str, text: str, place: int) -> str:
    if char in _KEPT or unicodedata.category(char) not in _HIDDEN:
        return char
    if char in _JOINERS and _joins(text[place - 1 : place]) and _joins(text[place + 1 : place + 2]):
        return char
    return code(char)


def _joins(char: str) -> bool:
    return bool(char) and not char.isascii() and unicodedata.category(char)[0] in "LMS"
