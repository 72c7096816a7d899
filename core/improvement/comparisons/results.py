"""The answer of a comparison, as values that are kept as canonical JSON."""

from dataclasses import asdict, dataclass

import orjson

from core.improvement.comparisons.rules import Recommendation, Side

SELECTION, ERROR = "selection rate", "mean absolute error"  # what is compared of a group


@dataclass(frozen=True)
class Difference:
    """One metric of both and the change from champion to challenger; `better` says which sign is better, if any."""

    metric: str
    champion: float | None
    challenger: float | None
    change: float | None
    low: float | None
    high: float | None
    p_value: float | None
    method: str
    better: str  # higher, lower, or empty
    reason: str = ""


@dataclass(frozen=True)
class GroupRow:
    """One group: what both do to it, the change with its interval, and the change beside that of all rows."""

    attribute: str
    group: str
    rows: int
    champion: float | None
    challenger: float | None
    change: float | None
    low: float | None
    high: float | None
    p_value: float | None
    beside: float | None
    beside_low: float | None
    beside_high: float | None
    differ: int | None  # rows on which both decide differently
    differ_share: float | None


@dataclass(frozen=True)
class Disagreement:
    """On how many rows both decide differently, and who was right there; of numbers the mean distance instead."""

    rows: int
    differ: int | None
    share: float | None
    low: float | None
    high: float | None
    labelled: int
    champion_right: int | None
    challenger_right: int | None
    distance: float | None = None


@dataclass(frozen=True)
class MeanChange:
    """Cost or latency: both means over the rows that have it on both sides, and the change with its interval."""

    what: str
    rows: int
    champion: float
    challenger: float
    change: float
    low: float | None
    high: float | None
    share: float | None  # of the champion's mean
    share_low: float | None


@dataclass(frozen=True)
class ReasonRow:
    """One step of the rule, as it came out."""

    side: Side
    said: str
    clause: str


@dataclass(frozen=True)
class ComparisonResult:
    """Everything that a comparison found; `sources` names each file that its rows came from, with its digest."""

    task: str
    metric: str
    favourable: str
    measure: str
    champion_rows: int
    challenger_rows: int
    pairs: int
    labelled: int
    differing_labels: int
    sources: tuple[tuple[str, str, str], ...]  # side, number, digest
    differences: tuple[Difference, ...]
    groups: tuple[GroupRow, ...]
    disagreement: Disagreement
    means: tuple[MeanChange, ...]
    recommendation: Recommendation
    reasons: tuple[ReasonRow, ...]
    note: str = ""

    def to_json(self) -> str:
        """Canonical: keys in order, no spaces."""
        return orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS).decode()

    @classmethod
    def from_json(cls, text: str) -> "ComparisonResult":
        """Read what `to_json` wrote."""
        raw = orjson.loads(text)
        return cls(
            **{
                **raw,
                "sources": tuple(tuple(one) for one in raw["sources"]),
                "differences": tuple(Difference(**one) for one in raw["differences"]),
                "groups": tuple(GroupRow(**one) for one in raw["groups"]),
                "disagreement": Disagreement(**raw["disagreement"]),
                "means": tuple(MeanChange(**one) for one in raw["means"]),
                "recommendation": Recommendation(raw["recommendation"]),
                "reasons": tuple(ReasonRow(**{**one, "side": Side(one["side"])}) for one in raw["reasons"]),
            }
        )
