"""Column names: each present, visible, distinct to the eye, and a name rather than a value."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from core.errors import Problem
from core.validation.uploads.limits import Limits
from core.validation.uploads.problems import SHOWN, shown

# Letters, marks and symbols that draw nothing: Hangul fillers, the empty Braille cell, the grapheme joiner.
BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
WHOLE = re.compile(r"\d+", re.ASCII)


def name_key(name: str) -> str:
    """What two names share when a reader cannot tell them apart: NFKC, case folded, without outer spaces."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def is_hidden(character: str) -> bool:
    """True for control, bidirectional, zero-width and other characters that draw nothing."""
    return (
        unicodedata.category(character) in HIDDEN_CATEGORIES
        or character in BLANK_LETTERS
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def name_problems(names: Sequence[str], limits: Limits) -> list[Problem]:
    """Everything wrong with a header; its line is 1."""
    if len(names) > limits.columns:
        return [
            Problem("too many columns", 1, names[limits.columns][:SHOWN], f"{len(names)}", f"at most {limits.columns}")
        ]
    problems = [problem for place, name in enumerate(names, start=1) for problem in _single(place, name, limits)]
    return [*problems, *_duplicates(names), *_no_header(names)]


def _single(place: int, name: str, limits: Limits) -> Iterator[Problem]:
    if not name.strip():
        yield Problem("the column has no name", 1, f"field {place}", "an empty name", "a name")
    if len(name) > limits.name_characters:
        expected = f"at most {limits.name_characters} characters"
        yield Problem("the column name is too long", 1, name[:SHOWN], f"{len(name)} characters", expected)
    hidden = sorted({f"U+{ord(c):04X}" for c in name if is_hidden(c)})
    if hidden:
        visible = "".join(c for c in name if not is_hidden(c))
        yield Problem("the column name holds hidden characters", 1, visible, ", ".join(hidden), "visible characters")


def _duplicates(names: Sequence[str]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name in names:
        if (key := name_key(name)) not in first:
            first[key] = name
        elif key:
            same = first[key] == name
            found = "the same name twice" if same else f"{shown(name)} beside {shown(first[key])}"
            yield Problem("two columns share a name", 1, name, found, "names that differ in more than case or spelling")


def _no_header(names: Sequence[str]) -> Iterator[Problem]:
    numbers = [name for name in names if NUMBER.fullmatch(name.strip()) and not YEAR.fullmatch(name.strip())]
    values = [name for name in numbers if not WHOLE.fullmatch(name.strip())]
    if values or (numbers and 2 * len(numbers) >= len(names)):
        example = (values or numbers)[0]
        yield Problem("the file has no header row", 1, None, f"{shown(example)} where a name belongs", "column names")
