"""What was counted about the state of evidence, as small values that are stored whole."""

from dataclasses import dataclass
from enum import StrEnum

from core.metrics.intervals import Interval

MANY_VALUES = 50


@dataclass(frozen=True)
class ColumnQuality:
    """One column of the evidence; `lowest` and `highest` are words for numbers and times, empty for other types."""

    name: str
    type: str
    constant: bool
    missing: int
    distinct: int
    lowest: str
    highest: str
    infinite: int = 0
    many_values: bool = False


def many_values(kind: str, distinct: int, present: int) -> bool:
    """Whether a text column explodes into categories: more than 50 different values, more than half of all values.

    So a column of names or free text does, and a list of 3,000 postal codes over a million rows does not.
    """
    return kind == "text" and distinct > MANY_VALUES and 2 * distinct > present


@dataclass(frozen=True)
class RepeatedColumn:
    """A column that says in every row what an earlier one says."""

    name: str
    of: str


@dataclass(frozen=True)
class RowIds:
    """Identifiers of rows: missing ones, rows whose identifier an earlier row has, and rows it shares with training.

    `in_training` is None where the training data has no such column, or is not at hand.
    """

    column: str
    missing: int
    repeated: int
    in_training: int | None = None


class LabelKind(StrEnum):
    """How a label is read: two values, up to fifty classes, a quantity, or one value only."""

    BINARY = "two labels"
    CLASSES = "several labels"
    QUANTITY = "a quantity"
    CONSTANT = "one label only"
    TOO_MANY = "too many labels"


@dataclass(frozen=True)
class LabelCount:
    """How many rows have this label."""

    label: str
    count: int


@dataclass(frozen=True)
class Quantile:
    """The smallest value that at least this share of the labels does not exceed."""

    share: float
    value: float


@dataclass(frozen=True)
class LabelBalance:
    """How often each label occurs, most frequent first; for a quantity its quantiles. Rows without one are aside."""

    column: str
    kind: LabelKind
    labelled: int
    counts: tuple[LabelCount, ...] = ()
    quantiles: tuple[Quantile, ...] = ()


@dataclass(frozen=True)
class ColumnChange:
    """One column of the evidence against the same column of the training data.

    `outside` counts rows beyond the training data's finite range (numbers only), `unseen` rows with a value that the
    training data never has (text and logical values that do not explode into categories), `unseen_values` how many such
    values. `p_value` tests the missing shares, `holm_p_value` is corrected for the number of columns.
    """

    name: str
    type: str
    training_type: str
    missing: int
    training_missing: int
    p_value: float | None
    holm_p_value: float | None
    outside: int | None = None
    training_lowest: float | None = None
    training_highest: float | None = None
    unseen: int | None = None
    unseen_values: int | None = None


@dataclass(frozen=True)
class TrainingComparison:
    """The evidence against the training data.

    `leaked` rows stand in the training data as well, judged by the `compared` feature columns (None without any).
    `distinct` and `training_distinct` count different feature rows; `chance` is the share of rows of the same origin
    that would meet a training row without leaking. `only_here` and `only_training` are columns that one file lacks.
    """

    rows: int
    compared: tuple[str, ...]
    leaked: int | None
    distinct: int | None
    training_distinct: int | None
    chance: float | None
    columns: tuple[ColumnChange, ...]
    only_here: tuple[str, ...] = ()
    only_training: tuple[str, ...] = ()


class Measure(StrEnum):
    """By what a single feature's hold on the label is measured; each is 1 where the feature gives the label away."""

    AREA = "area under the ROC curve"
    CRAMER = "Cramér's V, bias-corrected"
    SPEARMAN = "Spearman's rank correlation"
    CORRELATION_RATIO = "correlation ratio of ranks"


class Reading(StrEnum):
    """How a feature was read when it predicted best."""

    RANKS = "its values in order"
    CATEGORIES = "its values as categories"
    BANDS = "its values in twenty bands"
    MISSING = "whether a value is missing"


@dataclass(frozen=True)
class SingleFeature:
    """How well one feature alone predicts the label, over `n` rows with a label; None with the reason."""

    name: str
    measure: Measure
    value: float | None
    interval: Interval | None
    n: int
    reading: Reading | None = None
    reason: str = ""


@dataclass(frozen=True)
class PersonalDataColumn:
    """A column in which a scan found personal data, at which level, and in which words."""

    name: str
    level: str
    words: str
