"""Finds a person's words in a text: as they were given, or by keyed fingerprints that do not tell them.

Texts are compared word by word, without case and compatibility forms (Unicode NFKC), whatever stands between the words:
“Doe, Jane” is not “Jane Doe”, but “JANE  DOE” and “jane.doe” are. A term of fewer than five signs, as ids of rows often
are, has to be the whole of a cell or value. Both matchers follow the same definition, so an erasure that is carried out
again from fingerprints finds what the first found.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from core.errors import Problem, Unreadable

WORD = re.compile(r"[^\W_]+")
WHOLE_BELOW, WIDEST_GAP, MOST_TERMS, LONGEST_TERM, KEY_BYTES = 5, 3, 50, 200, 32
Span = tuple[int, int]


class Matcher(Protocol):
    """Finds the spans of a text that name the person; `may` is quick, and says no only where there is none."""

    def may(self, text: str) -> bool: ...

    def spans(self, text: str) -> list[Span]: ...


@dataclass(frozen=True)
class Phrase:
    """The words of a term, folded; `whole` ones have to be all of a value."""

    words: tuple[str, ...]
    whole: bool


@dataclass(frozen=True)
class Order:
    """What a matcher of fingerprints needs: the key, and the fingerprints by how many words they stand for."""

    key: bytes
    anywhere: Mapping[int, frozenset[str]]
    whole: Mapping[int, frozenset[str]]


def phrases_of(terms: Collection[str]) -> tuple[Phrase, ...]:
    """The terms as phrases, each once; raises `Unreadable` for those that would find everybody, or nothing."""
    problems, found = list[Problem](), dict[Phrase, None]()
    for line, term in enumerate(terms, start=1):
        words = tuple(word for word, _ in _words(_folded(term)[0]))
        if not words or len(term) > LONGEST_TERM:
            expected = f"letters or digits, at most {LONGEST_TERM} signs"
            problems.append(Problem("this cannot be searched for", line, "identifiers", expected=expected))
        else:
            found[Phrase(words, sum(map(len, words)) < WHOLE_BELOW)] = None
    if not terms or len(terms) > MOST_TERMS:
        expected = f"1 to {MOST_TERMS}"
        problems.append(
            Problem("number of identifiers", column="identifiers", found=f"{len(terms)}", expected=expected)
        )
    if problems:
        raise Unreadable(problems)
    return tuple(found)


class Terms:
    """Finds phrases as they were given."""

    def __init__(self, phrases: Collection[Phrase]) -> None:
        self._begins: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            self._begins.setdefault(phrase.words[0], []).append(phrase)

    def may(self, text: str) -> bool:
        folded = text.lower() if text.isascii() else _folded(text)[0]
        return any(first in folded for first in self._begins) or "\\u" in folded  # JSON may spell signs by number

    def spans(self, text: str) -> list[Span]:
        folded, places = _folded(text)
        if not any(first in folded for first in self._begins):
            return []

        def known(words: list[str], begin: int) -> int:
            for phrase in self._begins.get(words[begin], ()):
                end = begin + len(phrase.words)
                all_of_it = begin == 0 and end == len(words)
                if tuple(words[begin:end]) == phrase.words and (all_of_it or not phrase.whole):
                    return len(phrase.words)
            return 0

        return _spans(folded, places, known)


class Fingerprints:
    """Finds phrases by fingerprints under a key: BLAKE2b of their words, 16 bytes."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._lengths = sorted({*order.anywhere, *order.whole}, reverse=True)

    def may(self, text: str) -> bool:
        return bool(text)

    def spans(self, text: str) -> list[Span]:
        order = self._order

        def known(words: list[str], begin: int) -> int:
            for length in self._lengths:
                if begin + length <= len(words):
                    found = fingerprint(order.key, words[begin : begin + length])
                    all_of_it = begin == 0 and length == len(words)
                    if found in order.anywhere.get(length, ()) or (all_of_it and found in order.whole.get(length, ())):
                        return length
            return 0

        return _spans(*_folded(text), known)


def fingerprint(key: bytes, words: Collection[str]) -> str:
    """Of the words of a phrase, under the key."""
    return hashlib.blake2b("\x1f".join(words).encode(), key=key, digest_size=16).hexdigest()


def order_of(phrases: Collection[Phrase], key: bytes) -> Order:
    """The fingerprints of these phrases."""
    sorts: tuple[dict[int, set[str]], dict[int, set[str]]] = ({}, {})
    for phrase in phrases:
        sorts[phrase.whole].setdefault(len(phrase.words), set()).add(fingerprint(key, phrase.words))
    anywhere, whole = ({length: frozenset(prints) for length, prints in sort.items()} for sort in sorts)
    return Order(key, anywhere, whole)


def masked(text: str, spans: Collection[Span], mark: str) -> str:
    """The text with these spans replaced by the mark."""
    parts, last = [], 0
    for start, end in spans:
        parts += [text[last:start], mark]
        last = end
    return "".join((*parts, text[last:]))


def _spans(folded: str, places: list[int] | None, known: Callable[[list[str], int], int]) -> list[Span]:
    found = list(_words(folded))
    words = [word for word, _ in found]
    spans, begin = list[Span](), 0
    while begin < len(words):
        length = known(words, begin)
        if length and _together(folded, found, begin, length) and not _part_of_number(folded, found, begin, length):
            start, end = found[begin][1], found[begin + length - 1][1] + len(words[begin + length - 1])
            spans.append((start, end) if places is None else (places[start], places[end - 1] + 1))
            begin += length
        else:
            begin += 1
    return spans


def _together(folded: str, found: list[tuple[str, int]], begin: int, length: int) -> bool:
    """Whether no more than a few signs, and no new line, stand between the words."""
    for (word, start), (_, following) in zip(found[begin:], found[begin + 1 : begin + length], strict=False):
        between = folded[start + len(word) : following]
        if len(between) > WIDEST_GAP or "\n" in between:
            return False
    return True


def _part_of_number(folded: str, found: list[tuple[str, int]], begin: int, length: int) -> bool:
    """Whether a phrase of digits is one side of a decimal point."""
    words = found[begin : begin + length]
    if not all(word.isdigit() for word, _ in words):
        return False
    start, end = words[0][1], words[-1][1] + len(words[-1][0])
    before, after = folded[max(start - 2, 0) : start], folded[end : end + 2]
    return bool(re.fullmatch(r"\d[.,]", before) or re.fullmatch(r"[.,]\d", after))


def _words(folded: str) -> Iterator[tuple[str, int]]:
    for found in WORD.finditer(folded):
        yield found.group(), found.start()


def _folded(text: str) -> tuple[str, list[int] | None]:
    """The text folded, and for each of its signs the place of the one it came from; None where they are the same."""
    if text.isascii():
        return text.lower(), None
    signs, places = list[str](), list[int]()
    for place, sign in enumerate(text):
        for folded in unicodedata.normalize("NFKC", sign).casefold():
            signs.append(folded)
            places.append(place)
    return "".join(signs), places
