"""Which columns of a file a bias audit reads, and what their values mean."""

from dataclasses import dataclass

from core.errors import Problem, Unreadable
from core.metrics.bias_audit import Axis, Output


@dataclass(frozen=True)
class Columns:
    """The columns by name.

    `selected` holds 1 or the `positive` label for those selected; beside `n` it holds how many were selected. With
    `score` those above the median are counted. `per` names the classification: alone, its own assignment is what is
    counted; beside `selected` or `score` the tables are computed within each classification. `scored` says that counts
    in `selected` are of people above the median. `blank_is_unknown`: in supplied tables a blank cell is an unknown
    category, not the mark of the other attribute's own table.
    """

    sex: str | None = None
    race: str | None = None
    selected: str | None = None
    score: str | None = None
    positive: str | None = None
    n: str | None = None
    per: str | None = None
    scored: bool = False
    blank_is_unknown: bool = False

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The tables that these columns can give."""
        given = ((Axis.SEX, self.sex), (Axis.RACE_ETHNICITY, self.race), (Axis.INTERSECTIONAL, self.sex and self.race))
        return tuple(axis for axis, column in given if column)

    @property
    def output(self) -> Output:
        """What the tool gives, as far as the columns say."""
        if self.score or self.scored:
            return Output.SCORING
        return Output.SELECTION if self.selected else Output.CLASSIFICATION

    def check(self) -> None:
        """Unreadable with every reason why these columns do not say what to compute."""
        reasons = []
        if not self.sex and not self.race:
            reasons.append("neither a column of sex nor one of race/ethnicity is named")
        if self.selected and self.score:
            reasons.append("both a column of selections and one of scores are named, where one tool gives one of them")
        if not self.selected and not self.score and not self.per:
            reasons.append("no column of selections, scores or classifications is named")
        if self.n and self.score:
            reasons.append("counts of people have no score of each; name the column that counts those above the median")
        if self.scored and not (self.n and self.selected):
            reasons.append("counts above the median need a column of people and one of those above the median")
        named = [name for name in (self.sex, self.race, self.selected, self.score, self.n, self.per) if name]
        reasons += [f"column “{name}” has two meanings" for name in sorted({c for c in named if named.count(c) > 1})]
        if reasons:
            raise Unreadable([Problem(reason) for reason in reasons])
