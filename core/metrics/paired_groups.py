"""Two models on the same rows, by group: how their decisions about a group changed, alone and beside all rows."""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from core.metrics.intervals import Interval, normal
from core.metrics.performance.paired import Agreement, Certainty, share


class Beside(NamedTuple):
    """The change of a group less that of all rows, with its interval; None where either has fewer than two rows."""

    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Selections:
    """Rows of a group by which of two models selects them: both, the challenger only, the champion only, neither."""

    both: int
    challenger: int
    champion: int
    neither: int

    @property
    def n(self) -> int:
        """All rows of the group."""
        return self.both + self.challenger + self.champion + self.neither

    @property
    def rates(self) -> tuple[float | None, float | None]:
        """The selection rates of champion and challenger; None without rows."""
        if not self.n:
            return None, None
        return (self.both + self.champion) / self.n, (self.both + self.challenger) / self.n

    @property
    def change(self) -> float | None:
        """The challenger's selection rate less the champion's; above 0 it selects more often."""
        return (self.challenger - self.champion) / self.n if self.n else None

    @property
    def variance(self) -> float:
        """Of the rows' own changes, which are 1, 0 or −1, as a sample's; 0 with fewer than two rows."""
        if self.n < 2:
            return 0.0
        apart = self.challenger - self.champion
        return (self.challenger + self.champion - apart * apart / self.n) / (self.n - 1)

    def certainty(self) -> Certainty:
        """Newcombe's interval for paired rows and McNemar's exact p-value of the change."""
        return share(Agreement(self.both, self.challenger, self.champion, self.neither))

    def less(self, other: "Selections") -> "Selections":
        """The rows that are not among those of the other, a part of these."""
        return Selections(
            self.both - other.both,
            self.challenger - other.challenger,
            self.champion - other.champion,
            self.neither - other.neither,
        )


def beside_all(group: Selections, everybody: Selections) -> Beside:
    """How much more the selection rate of a group rose than that of all rows, of which the group is a part.

    With w the group's share of the rows, the difference is (1 − w) times that between the group and the rest, which are
    different rows; so its standard error is (1 − w) √(s²/n + r²/m) with the variances s², r² of the rows' changes. The
    interval is normal. A change that all groups share is no change beside all.
    """
    rest = everybody.less(group)
    if group.n < 2 or rest.n < 2 or group.change is None or rest.change is None:
        return Beside(None, None)
    outside = rest.n / everybody.n
    value = outside * (group.change - rest.change)
    error = outside * sqrt(group.variance / group.n + rest.variance / rest.n)
    return Beside(value, normal(value, error))
