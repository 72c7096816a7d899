"""What a bias audit under NYC Local Law 144 says: a table for each axis, its reference, and what to heed."""

from dataclasses import dataclass
from fractions import Fraction

from core.metrics.bias_audit.categories import Normalised
from core.metrics.bias_audit.counts import Axis, Output
from core.metrics.figure import Figure
from core.metrics.verdicts import Judgement

IMPACT_RATIO, UNKNOWN_SHARE = "bias_audit_impact_ratio", "unknown_share"


@dataclass(frozen=True)
class CategoryRow:
    """One category: `n` people, of whom `selected`; an excluded one has its rate but no impact ratio.

    `sex` and `race_ethnicity` are the parts of `category`, empty where the axis has none. What is None has its reason.
    """

    category: str
    sex: str
    race_ethnicity: str
    n: int
    selected: int
    rate: float | None
    impact_ratio: float | None
    excluded: bool = False
    reason: str = ""

    @property
    def exact_rate(self) -> Fraction | None:
        """The rate as the quotient of the counts; None without people."""
        return Fraction(self.selected, self.n) if self.n else None


@dataclass(frozen=True)
class AxisTable:
    """One axis, of one classification where the tool classifies.

    `reference` is the category whose rate is the denominator, `ties` the other included categories with the same rate.
    `unknown` people fall within an unknown category and are in no row. `reason` says why there is no impact ratio to
    compare, or nothing at all; it is empty where the table is whole.
    """

    axis: Axis
    rows: tuple[CategoryRow, ...]
    reference: str | None
    ties: tuple[str, ...]
    unknown: int
    classification: str = ""
    reason: str = ""

    @property
    def people(self) -> int:
        """Everybody in a known category, the excluded ones too."""
        return sum(row.n for row in self.rows)

    def row(self, category: str) -> CategoryRow:
        """The row of this category; KeyError if there is none."""
        for row in self.rows:
            if row.category == category:
                return row
        raise KeyError(category)

    def exact_impact_ratio(self, row: CategoryRow) -> Fraction | None:
        """Rate over the reference's rate, as a quotient of counts; None where the row has no impact ratio."""
        if row.impact_ratio is None or self.reference is None:
            return None
        reference = self.row(self.reference)
        return Fraction(row.selected * reference.n, row.n * reference.selected)


@dataclass(frozen=True)
class BiasAuditResult:
    """A bias audit: one table for each axis that was asked for, and for each classification.

    `rows` counts the people assessed, those of unknown category included. `figures` are the lowest impact ratio of each
    table and the share of unknowns. `threshold` is a screen of the organisation's own: the law has none.
    """

    output: Output
    rows: int
    tables: tuple[AxisTable, ...]
    figures: tuple[Figure, ...]
    median: float | None = None
    normalised: tuple[Normalised, ...] = ()
    exclude_below: float | None = None
    because: str = ""
    threshold: float | None = None
    warnings: tuple[str, ...] = ()

    @property
    def classifications(self) -> tuple[str, ...]:
        """The groups into which the tool classifies, in order; one empty name where it does not."""
        return tuple(dict.fromkeys(table.classification for table in self.tables))

    @property
    def complete(self) -> bool:
        """Whether every table that was asked for compares at least two categories."""
        return bool(self.tables) and not any(table.reason for table in self.tables)

    def table(self, axis: Axis | str, classification: str = "") -> AxisTable:
        """The table of an axis; KeyError if it was not asked for."""
        for table in self.tables:
            if (table.axis, table.classification) == (axis, classification):
                return table
        raise KeyError((axis, classification))

    def verdicts(self) -> tuple[tuple[Figure, Judgement], ...]:
        """The organisation's own screen on the lowest impact ratio of each table; none without a threshold."""
        if self.threshold is None:
            return ()
        judged = (figure for figure in self.figures if figure.metric == IMPACT_RATIO)
        return tuple((figure, figure.judge(self.threshold, "at least")) for figure in judged)
