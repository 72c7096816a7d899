"""Exact shares and how they are printed: rounding half up or truncating, from counts and never from floats."""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import floor

PRINTED = re.compile(r"([0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)\s*(%?)")


@dataclass(frozen=True)
class Printed:
    """A printed share: its exact value as a fraction of one, and the size of one unit in its last printed place."""

    value: Fraction
    unit: Fraction

    def rounds(self, share: Fraction) -> bool:
        """Whether the share rounds half up to what is printed."""
        return self.value - self.unit / 2 <= share < self.value + self.unit / 2

    def truncates(self, share: Fraction) -> bool:
        """Whether what is printed is the share with its further digits cut off."""
        return self.value <= share < self.value + self.unit

    def rounds_between(self, low: Fraction, high: Fraction) -> bool:
        """Whether a share between these bounds, both included, rounds half up to what is printed."""
        return low < self.value + self.unit / 2 and high >= self.value - self.unit / 2

    def truncates_between(self, low: Fraction, high: Fraction) -> bool:
        """Whether a share between these bounds, both included, is truncated to what is printed."""
        return low < self.value + self.unit and high >= self.value


def printed(text: str, *, percent: bool = False) -> Printed | None:
    """A share as printed: “48%”, “0.48”, “,48”; None for words and blanks. `percent` reads bare numbers as per cent."""
    found = PRINTED.fullmatch(text.strip())
    if found is None:
        return None
    digits = found[1].replace(",", ".")
    hundred = 100 if found[2] or percent else 1
    places = len(digits.partition(".")[2])
    return Printed(Fraction(digits.rstrip(".")) / hundred, Fraction(1, 10**places) / hundred)


def half_up(share: Fraction, places: int) -> str:
    """A share of at least 0 to this many decimals, halves rounded up."""
    whole = floor(share * 10**places + Fraction(1, 2))
    if places == 0:
        return str(whole)
    digits = str(whole).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def percent(share: Fraction, places: int = 1) -> str:
    """A share in per cent, halves rounded up: “54.3 %”."""
    return f"{half_up(share * 100, places)} %"
