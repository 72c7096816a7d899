"""What an explanation says: features by weight, reasons by group, change since the last version, and proxies."""

from dataclasses import dataclass
from enum import StrEnum

from core.metrics.figure import Figure
from core.metrics.intervals import Interval


class Source(StrEnum):
    """Where the importances come from."""

    ATTRIBUTIONS = "attributions"  # one value per case and feature, such as SHAP values
    IMPORTANCES = "importances"  # one value per feature
    SURROGATE = "surrogate"  # a model of ours that imitates the model


@dataclass(frozen=True)
class Contribution:
    """What the rows say of one feature: mean size |value|, mean signed value, and the size's variance over `n` rows.

    `variance` (denominator n − 1) is None where one number per feature was handed in, or a single row.
    """

    feature: str
    n: int
    size: float
    signed: float
    variance: float | None = None


@dataclass(frozen=True)
class Importance:
    """One feature: `importance` is its mean |value| (or the importance handed in), `share` its part of the total.

    `rank` 1 is the most important; equal importances share the better rank. `signed` is the mean signed value: it tells
    direction only where reasons do not cancel. `share` is None where every importance is zero.
    """

    feature: str
    importance: float
    interval: Interval | None
    signed: float | None
    share: float | None
    rank: int


@dataclass(frozen=True)
class GroupReasons:
    """One group of cases: its mean |value| per feature, most important first."""

    value: str
    n: int
    judged: bool  # has the rows that a comparison needs
    importances: tuple[Importance, ...]

    def top(self, most: int = 3) -> tuple[str, ...]:
        """Its most important features."""
        return tuple(one.feature for one in self.importances[:most] if one.importance > 0)


@dataclass(frozen=True)
class ReasonsByGroup:
    """The groups of one sensitive attribute; `missing` cases have no value of it, `reason` says why there is none."""

    attribute: str
    groups: tuple[GroupReasons, ...]
    missing: int = 0
    least_alike: tuple[str, ...] = ()  # the two groups whose ranks agree least
    reason: str = ""


@dataclass(frozen=True)
class ShareChange:
    """A feature's part of the total before and now; None where it was absent or every importance was zero."""

    feature: str
    before: float | None
    now: float | None


@dataclass(frozen=True)
class VersionComparison:
    """These importances against those of the last version.

    `spearman` and `kendall` (tau-b) correlate the ranks of the `common` features; `overlap` is the part of the
    `top` most important features that both versions share. `changes` lists the biggest changes of share first.
    """

    common: int
    spearman: float | None
    kendall: float | None
    top: int
    overlap: float | None
    appeared: tuple[str, ...]
    disappeared: tuple[str, ...]
    changes: tuple[ShareChange, ...]
    reason: str = ""  # why there is no rank correlation


@dataclass(frozen=True)
class PartialPoint:
    """The surrogate's mean output with the feature set to `value` in every holdout row; `number` where it is one."""

    value: str
    number: float | None
    mean: float


@dataclass(frozen=True)
class PartialDependence:
    """How the surrogate's mean output (`output` names it) moves with one feature."""

    feature: str
    output: str
    points: tuple[PartialPoint, ...]


@dataclass(frozen=True)
class SurrogateModel:
    """A model that imitates the model's output from its features, and how faithfully it does.

    `measure` is “r_squared” or “balanced_accuracy” on `holdout_rows` that it did not learn from; `chance` is what
    guessing reaches. Below `floor` nothing is explained by it, and `reason` says so. `left_out` lists features without
    information, with why.
    """

    target: str
    measure: str
    fidelity: float | None
    interval: Interval | None
    chance: float | None
    floor: float | None
    training_rows: int
    holdout_rows: int
    partial_dependence: tuple[PartialDependence, ...] = ()
    left_out: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class ValueAuc:
    """How well the features tell one value of an attribute from all others; 0.5 is chance, 1 betrays it."""

    value: str
    n: int
    auc: float
    interval: Interval | None


@dataclass(frozen=True)
class Proxy:
    """How closely one feature goes with an attribute, 0 to 1; `measure` is “cramers_v” or “correlation_ratio”."""

    feature: str
    measure: str
    association: float


@dataclass(frozen=True)
class ProxyScreen:
    """How well the features predict one sensitive attribute, out of sample.

    `auc` is the mean one-vs-rest area under the curve over its values, or the area itself where there are two;
    `chance` is the balanced accuracy of guessing. `among_features` tells that the attribute is itself an input of the
    model; it is then left out of the features that predict it. `missing` cases have no value of it, `rare` cases a
    value with too few cases to judge.
    """

    attribute: str
    n: int
    missing: int
    rare: int
    among_features: bool
    auc: float | None
    interval: Interval | None
    balanced_accuracy: float | None
    chance: float | None
    by_value: tuple[ValueAuc, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class ExplanationResult:
    """Everything an explanation found; what it could not find has its reason.

    `surrogate` marks importances of a model that imitates the model, described by `model`. `rows` counts the cases that
    the importances summarise, 0 where only one number per feature was handed in. `unmatched` cases of the attributions
    have no row among the predictions.
    """

    source: Source | None
    surrogate: bool
    rows: int
    unmatched: int
    importances: tuple[Importance, ...]
    importances_reason: str
    groups: tuple[ReasonsByGroup, ...]
    groups_reason: str
    comparison: VersionComparison | None
    comparison_reason: str
    model: SurrogateModel | None
    model_reason: str
    screens: tuple[ProxyScreen, ...]
    screens_reason: str
    notes: tuple[str, ...]
    figures: tuple[Figure, ...]

    def figure(self, metric: str, subject: str | None = None) -> Figure:
        """The first figure of this name (and subject, if given); KeyError if there is none."""
        for figure in self.figures:
            if figure.metric == metric and subject in (None, figure.subject):
                return figure
        raise KeyError(metric)
