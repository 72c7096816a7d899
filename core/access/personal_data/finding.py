"""Finds the cells that match a pattern: Polars leaves few candidates, and each of those is checked."""

import polars as pl

from core.access.personal_data.patterns import Pattern

MANY = 5_000
SAMPLE = 1_000
SURE = 0.95
CHANCE = 0.25  # a check digit holds by chance in one of ten; several countries' rules together in one of four
BARE = r"^[^A-Za-z]*$"
FRACTION = r"^[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?$"


class Finder:
    """The distinct values of one column in plain spelling, and which part of each is already accounted for."""

    def __init__(self, plain: pl.Series) -> None:
        self.plain = plain
        self._open = ~plain.str.contains(FRACTION)
        self._spans: dict[int, list[tuple[int, int]]] = {}

    def places(self, pattern: Pattern) -> set[int]:
        """Places whose value matches outside of what was taken.

        Thousands of candidates are judged by an even sample first: where nearly all hold, the rest count unchecked, and
        where bare digits hold no oftener than by chance, none count. A library call for each of a million cells takes
        a minute and changes no verdict.
        """
        candidates = self._open & self.plain.str.contains(pattern.needle)
        if not pattern.weak:
            return self._held(candidates.arg_true(), pattern)
        bare = self.plain.str.contains(BARE)
        return self._held((candidates & bare).arg_true(), pattern) | self._held(
            (candidates & ~bare).arg_true(), pattern
        )

    def _held(self, candidates: pl.Series, pattern: Pattern) -> set[int]:
        if len(candidates) > MANY:
            sample = candidates.gather_every(len(candidates) // SAMPLE).to_list()
            share = sum(bool(self._free(place, pattern)) for place in sample) / len(sample)
            if share >= SURE:
                return set(candidates)
            if pattern.weak and share < CHANCE and not self.amid_words(sample[0]):
                return set()
        return {place for place in candidates if self._free(place, pattern)}

    def take(self, places: set[int], pattern: Pattern) -> None:
        """Account for what the pattern matches, so that no later pattern counts it again."""
        if len(places) > MANY:
            self._open = self._open.scatter(sorted(places), False)
            return
        for place in places:
            self._spans.setdefault(place, []).extend(self._free(place, pattern))

    def amid_words(self, place: int) -> bool:
        """True where the value is more than digits and separators."""
        return any(character.isalpha() for character in str(self.plain[place]))

    def _free(self, place: int, pattern: Pattern) -> list[tuple[int, int]]:
        taken = self._spans.get(place, ())
        found = pattern.matches(str(self.plain[place]))
        return [(start, end) for start, end in found if all(end <= a or start >= b for a, b in taken)]
