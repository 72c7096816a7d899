"""Rows reduced to counts: how many have this label, this prediction and these sensitive values.

Every figure on labels and predictions is computed from `Cells`, never from rows; a count is exact at any size.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

NUMBER = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def canonical(label: str) -> Decimal | str:
    """What a label is compared by: its number if it is written as one, else its exact text.

    So 1, 1.0 and +1e0 are one label, while 01, “yes”, “Yes” and “ yes” are themselves.
    """
    if not NUMBER.fullmatch(label):
        return label
    number = Decimal(label)
    return number if number else Decimal(0)  # minus zero is zero


@dataclass(frozen=True)
class Cell:
    """How many rows share a truth, a prediction and sensitive values; None is a missing value."""

    truth: bool | None
    predicted: bool
    values: tuple[str | None, ...]
    count: int


@dataclass(frozen=True)
class Tally:
    """The counts of one group: rows, predicted positives and, where labels exist, positives and hits."""

    n: int
    predicted: int
    positives: int | None = None
    true_positives: int | None = None

    @property
    def confusion(self) -> "Confusion | None":
        """The two-by-two table; None without labels."""
        if self.positives is None or self.true_positives is None:
            return None
        return Confusion(
            true_positives=self.true_positives,
            false_positives=self.predicted - self.true_positives,
            false_negatives=self.positives - self.true_positives,
            true_negatives=self.n - self.positives - self.predicted + self.true_positives,
        )


@dataclass(frozen=True)
class Confusion:
    """Labels against predictions of a two-class model, as counts."""

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def n(self) -> int:
        """All rows."""
        return self.true_positives + self.false_positives + self.false_negatives + self.true_negatives

    @property
    def positives(self) -> int:
        """Rows whose label is the positive one."""
        return self.true_positives + self.false_negatives

    @property
    def predicted(self) -> int:
        """Rows predicted as positive."""
        return self.true_positives + self.false_positives


@dataclass(frozen=True)
class Normalisation:
    """Values of an attribute that were counted under another name: as written → as shown."""

    attribute: str
    shown: Mapping[str, str]


@dataclass(frozen=True)
class Cells:
    """All rows of a file as counts.

    `attributes` names the sensitive columns, in the order of each cell's values. `positive` and `negative` are the two
    labels as written; `negative` is empty where only one occurs. `unknown` counts rows with a missing value, per
    attribute. `rest` lists the labels that were counted together as not positive. `normalised` says, per attribute,
    which values as written are counted under which name.
    """

    attributes: tuple[str, ...]
    cells: tuple[Cell, ...]
    positive: str
    negative: str = ""
    labelled: bool = True
    unknown: Mapping[str, int] = field(default_factory=dict)
    rest: tuple[str, ...] = ()
    normalised: tuple["Normalisation", ...] = ()

    @property
    def rows(self) -> int:
        """Every row of the file, those with missing sensitive values included."""
        return sum(cell.count for cell in self.cells)

    @property
    def total(self) -> Tally:
        """The counts over all rows."""
        return self.tallies(()).get((), Tally(0, 0, 0, 0) if self.labelled else Tally(0, 0))

    def confusion(self) -> Confusion | None:
        """The two-by-two table over all rows; None without labels."""
        return self.total.confusion

    def tallies(self, attributes: Sequence[str]) -> dict[tuple[str, ...], Tally]:
        """The counts per group of these attributes, by value; rows missing one of them are in no group."""
        positions = [self.attributes.index(attribute) for attribute in attributes]
        sums: dict[tuple[str, ...], list[int]] = {}
        for cell in self.cells:
            values = tuple(value for value in (cell.values[position] for position in positions) if value is not None)
            if len(values) == len(positions):
                counts = sums.setdefault(values, [0, 0, 0, 0])
                for index, counted in enumerate((True, cell.predicted, cell.truth, cell.truth and cell.predicted)):
                    counts[index] += cell.count if counted else 0
        labelled = self.labelled
        return {
            values: Tally(n, predicted, positives if labelled else None, hits if labelled else None)
            for values, (n, predicted, positives, hits) in sorted(sums.items())
        }


def normalise(cells: Cells, attribute: str, mapping: Mapping[str, str]) -> Cells:
    """The counts with the values of one attribute renamed (as written → as shown), and the renaming recorded.

    Values that share a name become one group; values that the mapping leaves out stay as they are. Only renamings that
    occur in the data are recorded. Raises ValueError for an unknown attribute or an empty name.
    Source of the need: EEO-1 categories, 6 RCNY 5-300; a report must show how it got from labels to categories.
    """
    at = cells.attributes.index(attribute)
    if not all(shown.strip() for shown in mapping.values()):
        raise ValueError("A group needs a name")
    sums: Counter[tuple[bool | None, bool, tuple[str | None, ...]]] = Counter()
    for cell in cells.cells:
        values = tuple(
            mapping.get(value, value) if place == at and value is not None else value
            for place, value in enumerate(cell.values)
        )
        sums[cell.truth, cell.predicted, values] += cell.count
    written = {cell.values[at] for cell in cells.cells}
    used = {old: new for old, new in sorted(mapping.items()) if old in written and old != new}
    return replace(
        cells,
        cells=tuple(Cell(truth, predicted, values, n) for (truth, predicted, values), n in sums.items()),
        normalised=(*cells.normalised, Normalisation(attribute, used)),
    )
