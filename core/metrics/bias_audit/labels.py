"""Labels as written, read as categories; every reading that changes a label is recorded."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from core.metrics.bias_audit.categories import (
    RACES,
    SEXES,
    Normalised,
    category_of,
    looks_unknown,
    means_unknown,
    place,
)
from core.metrics.bias_audit.counts import Axis, Count, Counts

MOST_NAMED = 5
ATTRIBUTES = (Axis.SEX, Axis.RACE_ETHNICITY)


class Blank(Enum):
    """Why a cell names no category: nobody knows it, or the row belongs to the other attribute's own table."""

    UNKNOWN = "unknown"
    MARGIN = "margin"


Label = str | Blank


@dataclass(frozen=True)
class Cell:
    """A count whose labels have been read."""

    sex: Label
    race_ethnicity: Label
    n: int
    selected: int
    classification: str

    def label(self, axis: Axis) -> Label:
        """The label of one of the two attributes."""
        return self.sex if axis is Axis.SEX else self.race_ethnicity


@dataclass(frozen=True)
class Reading:
    """All cells, the labels that were changed on the way, and what to warn of."""

    cells: tuple[Cell, ...]
    normalised: tuple[Normalised, ...]
    warnings: tuple[str, ...]


def read_labels(counts: Counts, unknown: Sequence[str], *, normalise: bool) -> Reading:
    """Each blank or listed word as an unknown category, each spelling of an EEO-1 category as that category."""
    blank = {axis: _blank(counts, axis) for axis in ATTRIBUTES}
    named = {axis: _named(axis, counts, unknown, normalise=normalise) for axis in ATTRIBUTES}

    def read(axis: Axis, written: str | None) -> Label:
        return blank[axis] if written is None else named[axis][written]

    cells = tuple(
        Cell(
            read(Axis.SEX, row.sex),
            read(Axis.RACE_ETHNICITY, row.race_ethnicity),
            row.n,
            row.selected,
            row.classification,
        )
        for row in counts.rows
    )
    normalised = tuple(record for axis in ATTRIBUTES for record in _records(axis, counts, named[axis]))
    warnings = tuple(text for axis in ATTRIBUTES for text in _warnings(axis, named[axis], normalise=normalise))
    return Reading(cells, normalised, warnings)


def _blank(counts: Counts, axis: Axis) -> Blank:
    crossed = Axis.INTERSECTIONAL in counts.axes
    asked = crossed or axis in counts.axes
    return Blank.UNKNOWN if asked and not (counts.aggregate and crossed) else Blank.MARGIN


def _written(axis: Axis, row: Count) -> str | None:
    return row.sex if axis is Axis.SEX else row.race_ethnicity


def _named(axis: Axis, counts: Counts, unknown: Sequence[str], *, normalise: bool) -> dict[str, Label]:
    written = {label for row in counts.rows if (label := _written(axis, row)) is not None}
    return {
        label: Blank.UNKNOWN
        if means_unknown(label, unknown)
        else (category_of(axis, label) if normalise else None) or label
        for label in sorted(written)
    }


def _records(axis: Axis, counts: Counts, named: dict[str, Label]) -> list[Normalised]:
    people: Counter[str] = Counter()
    for row in counts.rows:
        if (label := _written(axis, row)) is not None:
            people[label] += row.n
    changed = [(label, read) for label, read in named.items() if isinstance(read, str) and read != label]
    changed.sort(key=lambda pair: (place(axis, pair[1]), pair[0]))
    return [Normalised(axis, label, read, people[label]) for label, read in changed]


def _warnings(axis: Axis, named: dict[str, Label], *, normalise: bool) -> list[str]:
    known = SEXES if axis is Axis.SEX else RACES
    read = sorted({label for label in named.values() if isinstance(label, str)})
    unsure = [label for label in read if looks_unknown(label)]
    others = [label for label in read if label not in known and label not in unsure]
    texts = []
    if unsure:
        words = f"counted as a category of {axis.words}; list it as unknown if nobody knows the category"
        texts.append(f"{listed(unsure)}: {words}")
    if others and normalise:
        texts.append(f"{listed(others)}: no EEO-1 category of {axis.words}, kept as written")
    return texts


def persons(n: int) -> str:
    """How many people, in words: “1 person”, “1,390 people”."""
    return "1 person" if n == 1 else f"{n:,} people"


def listed(names: Sequence[str]) -> str:
    """The first names in quotation marks, and how many more there are."""
    shown = ", ".join(f"“{name}”" for name in names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more"
