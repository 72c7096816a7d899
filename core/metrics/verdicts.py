"""A figure against its threshold: pass, fail, or not enough evidence to say."""

from enum import StrEnum
from typing import NamedTuple

from core.metrics.intervals import Interval


class Verdict(StrEnum):
    """What a check concludes; the absence of a figure is never a pass."""

    PASS = "pass"  # noqa: S105  # a word of the product, not a password
    FAIL = "fail"
    INSUFFICIENT = "insufficient evidence"


class Bound(StrEnum):
    """On which side of its threshold a figure must lie; on the threshold is met."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


class Judgement(NamedTuple):
    """A verdict with the sentence that explains it."""

    verdict: Verdict
    reason: str


def judge(
    value: float | None,
    interval: Interval | None,
    threshold: float,
    direction: str,
    *,
    n: int,
    minimum_n: int = 1,
    reason: str = "",
    between: str = "",
) -> Judgement:
    """Compare a figure with its threshold, unrounded.

    `direction` is “at least” or “at most” (any string enum with these values serves; another word is a ValueError).
    `n` is the number of rows that the figure rests on. A missing value, with its `reason`, and fewer than `minimum_n`
    rows are insufficient evidence. The interval does not move the verdict; the reason says when it spans the threshold,
    and between whom the figure stands.
    Source: 29 CFR 1607.4(D), “less than four-fifths” fails, so exactly four-fifths passes.
    """
    bound = Bound(direction)
    if value is None:
        return Judgement(Verdict.INSUFFICIENT, reason or "The figure is not available")
    if n < minimum_n:
        return Judgement(Verdict.INSUFFICIENT, f"{n} rows, fewer than the {minimum_n} that a verdict needs")
    met = value >= threshold if bound is Bound.AT_LEAST else value <= threshold
    side = {
        (Bound.AT_LEAST, True): "not below",
        (Bound.AT_LEAST, False): "below",
        (Bound.AT_MOST, True): "not above",
        (Bound.AT_MOST, False): "above",
    }[bound, met]
    spans = interval is not None and interval.low < threshold < interval.high
    words = f"{shown(value, threshold)}{f' ({between})' if between else ''} is {side} {threshold:g}" + (
        "; its 95 % interval spans the threshold" if spans else ""
    )
    return Judgement(Verdict.PASS if met else Verdict.FAIL, words)


def shown(value: float, threshold: float) -> str:
    """The figure to three decimals, or to as many as it takes to tell it from the threshold."""
    for places in range(3, 17):
        text = f"{value:.{places}f}"
        if value == threshold or float(text) != threshold:
            return text
    return repr(value)


def worst(verdicts: tuple[Verdict, ...]) -> Verdict:
    """The verdict over several: one failure fails, else one gap is a gap; none at all is a gap."""
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return Verdict.INSUFFICIENT if Verdict.INSUFFICIENT in verdicts or not verdicts else Verdict.PASS
