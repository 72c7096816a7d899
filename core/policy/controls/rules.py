"""Controls on streams as values: what they look at, what follows, and which of two is the tighter."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.policy.keeping.rules import TIERS

EVERY_TIER = frozenset(TIERS)


class Side(StrEnum):
    """Which part of a row a control looks at: what went into the model, or its prediction and score."""

    INPUTS = "inputs"
    OUTPUTS = "outputs"


class ControlKind(StrEnum):
    """What a control looks for."""

    REQUIRED = "required"
    RANGE = "range"
    VOCABULARY = "vocabulary"
    LENGTH = "length"
    PATTERN = "pattern"
    PERSONAL_DATA = "personal data"
    WORDS = "words"
    SCORE_BAND = "score band"
    SAMPLE = "sample"


class ControlAction(StrEnum):
    """What follows for a row, or for its batch, the mildest first."""

    COUNT = "count"
    MASK = "mask"
    FLAG = "flag for review"
    REFUSE = "refuse row"
    BLOCK = "block batch"


ACTIONS = tuple(ControlAction)
BY_CHANCE = frozenset({ControlKind.SCORE_BAND, ControlKind.SAMPLE})  # they choose outputs for people, no violation
MASKABLE = frozenset({ControlKind.PERSONAL_DATA, ControlKind.WORDS, ControlKind.PATTERN})
OF_OUTPUTS = BY_CHANCE
NEEDS_COLUMNS = frozenset({ControlKind.REQUIRED, ControlKind.RANGE, ControlKind.VOCABULARY})


@dataclass(frozen=True)
class Control:
    """One clause: rows in which it finds something are counted, and its action follows.

    `columns` empty means every column of that side. A range or a score band lies between `low` and `high`, both
    included; `values` are a vocabulary, words, or kinds of personal data; a `pattern` must be found where
    `must_match`, and must not be found otherwise; `longest` counts characters; `share` is how much of the outputs a
    sample takes. An alert is raised where more than `alert_above` of the rows of a batch violate it, if that is given.
    """

    clause: str
    title: str
    side: Side
    kind: ControlKind
    action: ControlAction
    columns: tuple[str, ...] = ()
    tiers: frozenset[int] = EVERY_TIER
    alert_above: float | None = None
    severity: str = "medium"
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    pattern: str = ""
    must_match: bool = False
    longest: int = 0
    share: float = 0.0

    @property
    def subject(self) -> tuple[object, ...]:
        """What it looks at; two controls of one subject can be compared."""
        said = (self.pattern, self.must_match) if self.kind is ControlKind.PATTERN else ()
        return (self.side, self.kind, frozenset(self.columns), *said)


@dataclass(frozen=True)
class OutputReviews:
    """How people review outputs: days by tier, tiers that take two people, and the most of a batch for one control."""

    days_by_tier: Mapping[int, int] = field(default_factory=lambda: {1: 2, 2: 5, 3: 10, 4: 20})
    two_person_tiers: frozenset[int] = frozenset({1})
    most_per_batch: int = 50

    def people(self, tier: int) -> int:
        """How many people decide on one output."""
        return 2 if tier in self.two_person_tiers else 1


def for_tier(controls: Iterable[Control], tier: int) -> tuple[Control, ...]:
    """The controls that hold for models of this tier, in the policy's order."""
    return tuple(one for one in controls if tier in one.tiers)


def looser_because(one: Control, than: Control) -> tuple[str, ...]:
    """In which respects `one` lets more pass than `than`, of the same subject; empty: it is at least as tight."""
    return tuple(_looser(one, than))


def _looser(one: Control, than: Control) -> Iterator[str]:
    if ACTIONS.index(one.action) < ACTIONS.index(than.action):
        yield f"its action is “{one.action}” instead of “{than.action}”"
    if _at(one.alert_above) > _at(than.alert_above):
        yield f"it raises an alert above {_share(one.alert_above)} instead of {_share(than.alert_above)}"
    if one.kind is ControlKind.RANGE and not _within(_span(one), _span(than)):
        yield "its range is wider"
    if one.kind is ControlKind.SCORE_BAND and not _within(_span(than), _span(one)):
        yield "its band is narrower"
    if one.kind is ControlKind.VOCABULARY and not set(one.values) <= set(than.values):
        yield "its vocabulary has more words"
    if one.kind in (ControlKind.WORDS, ControlKind.PERSONAL_DATA) and not set(one.values) >= set(than.values):
        yield "it looks for less"
    if one.longest > than.longest:
        yield f"it lets {one.longest:,} characters pass instead of {than.longest:,}"
    if one.share < than.share:
        yield f"it takes {_share(one.share)} instead of {_share(than.share)}"


def slackening(controls: Sequence[Control]) -> Iterator[tuple[int, str]]:
    """Where a higher tier is controlled less than a lower one: the place of the control in the list, and why.

    Tier 1 is the highest. What holds for a tier must hold for every higher one, and be at least as tight there.
    """
    for place, lower in enumerate(controls):
        same = [one for one in controls if one.subject == lower.subject]
        for tier in range(1, max(lower.tiers, default=1)):
            reasons = [looser_because(one, lower) for one in same if tier in one.tiers]
            if () in reasons:
                continue
            fewest = min(reasons, key=len) if reasons else ("nothing holds there",)
            why = "; ".join(fewest)
            yield place, f"holds for tier {max(lower.tiers)}, and tier {tier} is controlled less: {why}"
            break


def _at(share: float | None) -> float:
    return math.inf if share is None else share


def _share(share: float | None) -> str:
    return "no share" if share is None else f"{share * 100:g} % of the rows"


def _span(one: Control) -> tuple[float, float]:
    return (-math.inf if one.low is None else one.low, math.inf if one.high is None else one.high)


def _within(inner: tuple[float, float], outer: tuple[float, float]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
