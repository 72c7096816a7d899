"""What a sweep over thresholds says: how selection and errors of the groups would move with the cut-off."""

from dataclasses import dataclass

LAW_ON_CUT_OFFS = (
    "The sweep applies one threshold to every group. It proposes no threshold by group: 42 USC 2000e-2(l) bars "
    "different cut-off scores and adjusted scores on the basis of race, colour, religion, sex or national origin in "
    "employment tests"
)


@dataclass(frozen=True)
class SweepPoint:
    """The judged groups where a score of at least `threshold` is a positive prediction.

    `selection_rates` count the favourable outcome, in the order of the sweep's groups (empty beyond 50 groups);
    `impact_ratio` is the lowest against the reference at this threshold, `between` names the two. The gaps are the
    highest rate less the lowest. None where nobody in the reference is selected, or a group lacks the label.
    """

    threshold: float
    selection_rates: tuple[float, ...]
    impact_ratio: float | None
    between: tuple[str, ...] = ()
    true_positive_rate_difference: float | None = None
    false_positive_rate_difference: float | None = None
    met: bool = False


@dataclass(frozen=True)
class Span:
    """Neighbouring thresholds of the sweep, both ends included."""

    low: float
    high: float


@dataclass(frozen=True)
class ThresholdSweep:
    """At most 101 thresholds, what the judged groups would get at each, and where the four-fifths screen is met.

    `met` lists the spans of thresholds at which the lowest impact ratio is not below `screen`; between two thresholds
    nothing is said. Without points there is the `reason`.
    """

    attributes: tuple[str, ...]
    groups: tuple[str, ...]
    points: tuple[SweepPoint, ...]
    met: tuple[Span, ...]
    screen: float
    note: str = LAW_ON_CUT_OFFS
    reason: str = ""

    @property
    def name(self) -> str:
        """The attributes as people say them."""
        return " × ".join(self.attributes)

    @property
    def words(self) -> str:
        """Where the screen is met, in a sentence."""
        if not self.points:
            return self.reason
        if not self.met:
            return f"At none of {len(self.points)} thresholds is the impact ratio at least {self.screen:g}"
        spans = [f"{one.low:g}" if one.low == one.high else f"{one.low:g} to {one.high:g}" for one in self.met]
        return f"The impact ratio is at least {self.screen:g} at thresholds {', '.join(spans)}"
