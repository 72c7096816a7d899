"""Brings text to one spelling, so that a pattern finds what someone wrote in a roundabout way."""

import html
import re
import unicodedata

import polars as pl

ROUNDABOUT = (  # for Polars and Python alike
    r"[^\x00-\x7F]|%[0-9A-Fa-f]{2}|(?i:&(?:#|commat|period|plus|nbsp|shy)"
    r"|[\[({<]\s*(?:at|dot|punkt)\s*[\])}>]|\sat\s\S+\sdot\s)"
)
_ROUNDABOUT = re.compile(ROUNDABOUT)
_PERCENT = re.compile(r"%(40|2E|2B|20|2D)", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_AT = re.compile(r"\s*[\[({<]\s*(?:at|ät)\s*[\])}>]\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[\[({<]\s*(?:dot|punkt)\s*[\])}>]\s*", re.IGNORECASE)
_SPOKEN = re.compile(r"(\S)\sat\s(\S+)\sdot\s(\w+)", re.IGNORECASE)
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63]")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")  # of any script but ASCII's
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def is_roundabout(cells: pl.Series) -> pl.Series:
    """True for cells whose plain spelling may differ from how they are written."""
    return cells.str.contains(ROUNDABOUT)


def plain_spelling(text: str) -> str:
    """NFKC without invisible characters, entities and percent escapes; `[at]` as @, digits of any script as ASCII."""
    if not _ROUNDABOUT.search(text):
        return text
    text = html.unescape(text) if "&" in text else text
    text = _PERCENT.sub(lambda match: chr(int(match.group(1), 16)), text)
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    text = _SPACES.sub(" ", _DASHES.sub("-", _INVISIBLE.sub("", text)))
    text = _SPOKEN.sub(r"\1@\2.\3", _DOT.sub(".", _AT.sub("@", text)))
    return _OTHER_DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), text)


def shape(text: str) -> str:
    """What may be shown of a value: letters as x, digits as 0, punctuation as it is, at most 40 characters."""
    shaped = "".join("0" if c.isdigit() else "x" if c.isalpha() else c if c.isprintable() else " " for c in text)
    return shaped if len(shaped) <= 40 else shaped[:39] + "…"
