"""What a fairness assessment says: groups against a named reference, each figure with its interval or its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from core.metrics.cells import Normalisation
from core.metrics.fairness.groups import Figure, GroupResult, Overall
from core.metrics.fairness.numeric import RegressionComparison
from core.metrics.fairness.scored import ScoreComparison
from core.metrics.fairness.strata import ConditionalComparison
from core.metrics.fairness.sweeps import ThresholdSweep
from core.metrics.verdicts import Judgement, Verdict, judge

Task = Literal["classification", "regression"]
NO_CONTROL = "No control column is named"
NO_SCORE = "There is no score column"
NO_LABEL = "There is no label column"
NO_NUMBERS = "The predictions are classes, not numbers"
NO_CLASSES = "The predictions are numbers, not classes, so nobody is selected"
# Figures of every classification.
PLAIN = (
    "impact_ratio",
    "demographic_parity_ratio",
    "demographic_parity_difference",
    "true_positive_rate_difference",
    "false_positive_rate_difference",
    "equalized_odds_ratio",
    "equalized_odds_difference",
)
# Figures that some columns carry and others do not, with the reason why a comparison that never asked has none.
OPTIONAL: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(PLAIN, NO_CLASSES),
        "conditional_impact_ratio": NO_CONTROL,
        "roc_auc_difference": NO_SCORE,
        "calibration_difference": NO_SCORE,
        "expected_calibration_error_difference": NO_SCORE,
        "mean_prediction_difference": NO_NUMBERS,
        "mean_error_difference": NO_NUMBERS,
        "mean_absolute_error_difference": NO_NUMBERS,
        "mean_absolute_error_ratio": NO_NUMBERS,
        "root_mean_squared_error_ratio": NO_NUMBERS,
    }
)


@dataclass(frozen=True)
class Comparison:
    """The groups of one attribute, or of several crossed, against one reference.

    `reference` is the values of the reference group, “overall”, or None where there is none. `ties` are groups with the
    same rate as a most selected reference. Groups come in the order of their names; there are none where the task is
    regression, and then `small_groups` names those with fewer than `minimum_group` rows. `unknown` counts the rows that
    miss a value of an attribute and so are in no group; None in results from before this was kept.
    """

    attributes: tuple[str, ...]
    groups: tuple[GroupResult, ...]
    reference: tuple[str, ...] | Overall | None
    ties: tuple[tuple[str, ...], ...]
    figures: tuple[Figure, ...]
    minimum_group: int
    unknown: int | None = None
    small_groups: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The attributes as people say them: “race × sex”."""
        return " × ".join(self.attributes)

    def figure(self, metric: str) -> Figure:
        """The figure of this name, without a value where the data do not carry it; KeyError for an unknown name."""
        for figure in self.figures:
            if figure.metric == metric:
                return figure
        return Figure(metric, None, None, 0, reason=OPTIONAL[metric])

    def judge(self, metric: str, threshold: float, direction: str) -> Judgement:
        """The verdict on one figure of this comparison.

        Groups with fewer than `minimum_group` rows are not judged; but a pass is withheld as insufficient evidence
        where the impact ratio of such a group lies below the threshold: it was not shown that it passes.
        """
        figure = self.figure(metric)
        judgement = judge(
            figure.exact,
            figure.interval,
            threshold,
            direction,
            n=figure.n,
            minimum_n=self.minimum_group,
            reason=figure.reason,
            between=" against ".join(figure.groups),
        )
        if judgement.verdict is Verdict.INSUFFICIENT:
            return judgement
        return self._with_small_groups(figure, judgement, threshold)

    def _with_small_groups(self, figure: Figure, judgement: Judgement, threshold: float) -> Judgement:
        small = [group for group in self.groups if not group.judged]
        below = [group.name for group in small if figure.metric in SCREENS and not _reaches(group, figure, threshold)]
        if judgement.verdict is Verdict.PASS and below:
            words = f"; {_listed(below)}: below it with fewer than {self.minimum_group} rows, so a pass is not shown"
            return Judgement(Verdict.INSUFFICIENT, judgement.reason + words)
        names = [group.name for group in small] or list(self.small_groups)
        unjudged = f"; not judged, fewer than {self.minimum_group} rows: {_listed(names)}"
        return Judgement(judgement.verdict, judgement.reason + (unjudged if names else ""))


SCREENS = ("impact_ratio", "conditional_impact_ratio")


def _reaches(group: GroupResult, figure: Figure, threshold: float) -> bool:
    ratio = group.impact_ratio if figure.metric == "impact_ratio" else group.conditional_impact_ratio
    return ratio is not None and ratio >= threshold


@dataclass(frozen=True)
class FairnessResult:
    """A fairness assessment: each attribute alone, then all of them crossed.

    `conditional`, `scores`, `sweep` and `regression` hold one entry per comparison where control columns, scores or
    numeric predictions are given; their figures also stand among those of the comparison. `rest` lists the labels that
    were counted together as not positive, `normalised` the group labels that were renamed, and `notes` what a reader
    has to know beside the figures. Where the task is regression, `favourable` is “higher” or “lower” and `positive` is
    empty.
    """

    rows: int
    unknown: Mapping[str, int]
    favourable: str
    positive: str
    comparisons: tuple[Comparison, ...]
    threshold: float
    task: Task = "classification"
    conditional: tuple[ConditionalComparison, ...] = ()
    scores: tuple[ScoreComparison, ...] = ()
    sweep: tuple[ThresholdSweep, ...] = ()
    regression: tuple[RegressionComparison, ...] = ()
    notes: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    normalised: tuple[Normalisation, ...] = ()

    @property
    def groups(self) -> tuple[GroupResult, ...]:
        """Every group, each attribute alone first, then the intersection."""
        return tuple(group for comparison in self.comparisons for group in comparison.groups)

    def comparison(self, *attributes: str) -> Comparison:
        """The comparison over exactly these attributes; KeyError if it was not asked for."""
        for comparison in self.comparisons:
            if comparison.attributes == attributes:
                return comparison
        raise KeyError(attributes)

    def verdicts(self) -> tuple[tuple[Comparison, Figure, Judgement], ...]:
        """The four-fifths screen on each comparison: the lowest impact ratio against the threshold.

        None where the task is regression: nobody is selected there.
        """
        if self.task == "regression":
            return ()
        return tuple(
            (
                comparison,
                comparison.figure("impact_ratio"),
                comparison.judge("impact_ratio", self.threshold, "at least"),
            )
            for comparison in self.comparisons
        )


def _listed(names: list[str], most: int = 5) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
