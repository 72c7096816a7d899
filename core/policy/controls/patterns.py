"""Patterns that controls search for, in an engine whose time grows with the text alone.

The engine is Rust's `regex`, by way of Polars: it has neither look-around nor back-references, and so no pattern that
anybody declares can take more than linear time (https://docs.rs/regex/latest/regex/#untrusted-input).
"""

from collections.abc import Iterable

import polars as pl

from core.access.personal_data.patterns import IN_TEXT

LONGEST_PATTERN = 1000
FINDABLE = tuple(dict.fromkeys(pattern.kind.value for pattern in IN_TEXT))  # kinds of personal data, found amid text


def pattern_problem(pattern: str) -> str:
    """Why this cannot be searched for, in one line; empty where it can."""
    if len(pattern) > LONGEST_PATTERN:
        return f"the pattern has more than {LONGEST_PATTERN:,} characters"
    return search_problem(pattern)


def search_problem(pattern: str) -> str:
    """As `pattern_problem`, of whatever length."""
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        return _said(str(error))
    return ""


def words_pattern(words: Iterable[str]) -> str:
    """One pattern that finds any of the words as a whole, whatever its case; the longest of those at one place."""
    return "(?i)(?:" + "|".join(_whole(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _whole(word: str) -> str:
    first, last = (r"\b" if character.isalnum() else "" for character in (word[0], word[-1]))
    return first + "".join(_escaped(character) for character in word) + last


def _escaped(character: str) -> str:
    return character if character.isalnum() else f"\\x{{{ord(character):x}}}"


def _said(error: str) -> str:
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    found = next((line.removeprefix("error: ") for line in lines if line.startswith("error: ")), "")
    return found or lines[0].removeprefix("regex error: ")
