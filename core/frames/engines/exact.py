"""Sums put together from whole numbers, so that they are the same bits in every engine and every order of rows."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from math import frexp, ldexp

from core.frames.engines.protocol import HALF_BITS, LOWEST_EXPONENT, Part


def total(parts: Iterable[Part]) -> Fraction:
    """The exact sum of all numbers in these parts."""
    return sum((_value(part) for part in parts), Fraction(0))


def by_bin(parts: Iterable[Part]) -> dict[int, list[Part]]:
    """The parts of each bin, in order of the bins."""
    found: defaultdict[int, list[Part]] = defaultdict(list)
    for part in parts:
        found[part.bin].append(part)
    return dict(sorted(found.items()))


def rounded(value: Fraction) -> float | None:
    """The nearest double; None beyond the largest."""
    try:
        return float(value)
    except OverflowError:
        return None


def scale_of(low: float, high: float) -> float:
    """A power of two by which numbers from `low` to `high` are divided to lie within −2 and 2."""
    _, exponent = frexp(max(abs(low), abs(high)))
    return ldexp(1.0, max(exponent - 1, LOWEST_EXPONENT))


def octave_edges(code: int, parts: int) -> tuple[float | None, float | None]:
    """The bounds of a signed-log bin by its code, lower one first; zero's are both 0, the outermost's far one None.

    Codes of sizes start at 1 and rise by one with each piece of each octave; those of numbers below 0 are negative.
    """
    if code == 0:
        return 0.0, 0.0
    near, far = (_octave_edge(abs(code) + step, parts) for step in (0, 1))
    return (near, far) if code > 0 else (_negative(far), _negative(near))


def _octave_edge(code: int, parts: int) -> float | None:
    octave = max(1, (code - 1) // parts)
    piece = code - 1 - octave * parts
    return rounded(Fraction(parts + piece, parts) * Fraction(2) ** (octave - 1 + LOWEST_EXPONENT))


def _negative(edge: float | None) -> float | None:
    return None if edge is None else 0.0 - edge


def _value(part: Part) -> Fraction:
    whole = (part.upper << HALF_BITS) + part.lower
    return Fraction(whole) * Fraction(2) ** (part.exponent - 2 * HALF_BITS)
