"""Sums of decimals as sums of whole numbers: the same bits whatever the order of rows or the number of threads."""

from math import frexp, ldexp

BITS = 60  # of a value relative to the largest one; a HUGEINT then still adds up 2^65 of them


def exponent_of(largest: float) -> int:
    """The power of two next below the largest size that is to be summed."""
    return frexp(largest)[1] - 1 if largest else 0


def fixed_sum(expression: str, exponent: int) -> str:
    """The engine's exact sum of an expression whose size stays below 2^(exponent + 1)."""
    return f"sum(CAST({scaled(expression, exponent)} * {2.0**BITS!r} AS HUGEINT))"


def scaled(expression: str, exponent: int) -> str:
    """The expression divided by a power of two, which loses nothing."""
    return f"(({expression}) / CAST({ldexp(1.0, exponent)!r} AS DOUBLE))"


def fixed_squares(expression: str, exponent: int) -> str:
    """The engine's sum of squares of the expression, scaled."""
    unit = scaled(expression, exponent)
    return f"sum(CAST({unit} * {unit} * {2.0**BITS!r} AS HUGEINT))"


def unfixed(total: int | None) -> float:
    """The scaled sum as a decimal; multiply by 2^exponent, or by its square, for the sum itself."""
    return float(int(total or 0) / 2**BITS)
