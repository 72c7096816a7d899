"""People counted by sex, race/ethnicity and outcome: what a bias audit under NYC Local Law 144 is computed from."""

from dataclasses import dataclass
from enum import StrEnum


class Axis(StrEnum):
    """The three separate calculations of 6 RCNY 5-301(b)(3) and (c)(4)."""

    SEX = "sex"
    RACE_ETHNICITY = "race_ethnicity"
    INTERSECTIONAL = "intersectional"

    @property
    def words(self) -> str:
        """The axis as people say it."""
        return {"sex": "sex", "race_ethnicity": "race/ethnicity"}.get(
            self.value, "intersection of race/ethnicity and sex"
        )


class Output(StrEnum):
    """What the tool gives: who moves forward, a score, or the group a person is put into."""

    SELECTION = "selection"
    SCORING = "scoring"
    CLASSIFICATION = "classification"

    @property
    def rate(self) -> str:
        """The name of the rate in 6 RCNY 5-300; a classification has a selection rate too."""
        return "scoring rate" if self is Output.SCORING else "selection rate"

    @property
    def counted(self) -> str:
        """What the numerator counts."""
        return {
            "selection": "selected",
            "scoring": "scored above the median",
            "classification": "assigned the classification",
        }[self.value]


@dataclass(frozen=True)
class Count:
    """How many people share a sex, a race/ethnicity and a classification, and how many of them were selected.

    Labels are as written; None is blank. Where people are assigned to classifications, `selected` is not read.
    """

    sex: str | None
    race_ethnicity: str | None
    n: int
    selected: int
    classification: str = ""


@dataclass(frozen=True)
class Counts:
    """Everybody whom the tool assessed, as counts.

    `axes` are the tables to compute. `aggregate` counts were supplied as tables: with both attributes present, a blank
    cell then marks a row of the other attribute's own table, not a person of unknown category. `median` is that of the
    full sample of scores, people of unknown category included (5-301(c)(1): “the full sample of applicants”).
    `unclassified` people had no classification where tables are computed within each.
    """

    rows: tuple[Count, ...]
    axes: tuple[Axis, ...]
    output: Output = Output.SELECTION
    aggregate: bool = False
    median: float | None = None
    unclassified: int = 0
    classified: bool = False  # one set of tables for each classification
