"""What a comparison of a challenger with the champion recommends, by a published rule, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal
from core.policy.rules import Task
from core.policy.safeguards.rules import ComparisonRule

CLAUSE = "comparison"
DECIDING = {Task.BINARY: "roc_auc", Task.MULTICLASS: "balanced_accuracy", Task.REGRESSION: "mean_absolute_error"}
LOWER_IS_BETTER = frozenset(
    {
        "brier_score",
        "log_loss",
        "expected_calibration_error",
        "false_negative_rate",
        "false_positive_rate",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_error",
        "median_absolute_error",
        "root_mean_squared_error",
    }
)
# no side of these is better
UNDIRECTED = frozenset(
    {"bias", "calibration_intercept", "calibration_slope", "predicted_rate", "prevalence", "selection_rate"}
)


class SourceKind(StrEnum):
    """Where the rows of a comparison come from."""

    PRODUCTION = "production data"
    EVIDENCE = "evidence"


class ComparisonStatus(StrEnum):
    """How far a comparison is."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Recommendation(StrEnum):
    """What a comparison comes to."""

    PROMOTE = "promote"
    KEEP = "keep"
    NOT_ENOUGH = "not enough evidence"


class Side(StrEnum):
    """What a reason speaks for."""

    FOR = "for the challenger"
    AGAINST = "against the challenger"
    OPEN = "leaves it open"


@dataclass(frozen=True)
class Reason:
    """One step of the rule: what was found, which way it points, and the part of the policy that says so."""

    side: Side
    said: str
    clause: str


@dataclass(frozen=True)
class Paired:
    """A difference, challenger less champion, with its 95 % interval, turned so that more is better for the challenger.

    None where it cannot be computed or has no interval.
    """

    better: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class GroupDifference:
    """How much more often, or below 0 more rarely, the challenger selects a group, beside the change over all rows."""

    group: str
    rows: int
    low: float | None
    high: float | None
    beside: float | None


@dataclass(frozen=True)
class Increase:
    """The challenger's mean less the champion's, as a share of the champion's, with its interval."""

    what: str
    share: float | None
    low: float | None


@dataclass(frozen=True)
class ComparisonFacts:
    """What the rule is asked about."""

    pairs: int
    labelled: int
    metric: str
    deciding: Paired
    groups: tuple[GroupDifference, ...] = ()
    increases: tuple[Increase, ...] = ()
    failed_for_challenger_only: tuple[str, ...] = ()  # clauses of fairness that the champion meets
    experimental: bool = False


def recommend(facts: ComparisonFacts, rule: ComparisonRule) -> tuple[Recommendation, tuple[Reason, ...]]:
    """The recommendation with every reason, in the order in which they are asked.

    1. Fewer labelled pairs than the policy asks for: not enough evidence, whatever the figures say.
    2. The deciding metric: the challenger is better where the interval of the difference lies above 0, worse where it
       lies below 0, and alike where it lies within the margin.
    3. A group that is selected more rarely, beside the change over all rows, by more than the fairness margin with
       95 % confidence, or a clause of fairness that the challenger alone fails, speaks against it.
    4. Cost and latency that rise by more than their shares with 95 % confidence speak against it.
    5. An experimental version is compared and never promoted.

    Anything against it: keep. Else better: promote. Else alike: keep, for there is no gain. Else not enough evidence.
    """
    performance = _performance(facts, rule)
    against = [*_fairness(facts, rule), *_increases(facts, rule), *_line(facts)]
    reasons = (*_pairs(facts, rule), performance, *against)
    if facts.labelled < rule.minimum_pairs:
        return Recommendation.NOT_ENOUGH, reasons
    if any(one.side is Side.AGAINST for one in reasons):
        return Recommendation.KEEP, reasons
    if performance.side is Side.FOR:
        return Recommendation.PROMOTE, reasons
    low = facts.deciding.low
    equal = low is not None and low >= -rule.margin and (facts.deciding.high or 0.0) <= rule.margin
    return (Recommendation.KEEP if equal else Recommendation.NOT_ENOUGH), reasons


def _pairs(facts: ComparisonFacts, rule: ComparisonRule) -> list[Reason]:
    enough = facts.labelled >= rule.minimum_pairs
    said = f"{facts.labelled:,} of {facts.pairs:,} pairs have a label; the policy asks for {rule.minimum_pairs:,}"
    return [Reason(Side.FOR if enough else Side.OPEN, said, f"{CLAUSE}.minimum_pairs")]


def _performance(facts: ComparisonFacts, rule: ComparisonRule) -> Reason:
    clause, one, name = f"{CLAUSE}.margin", facts.deciding, facts.metric
    if one.better is None or one.low is None or one.high is None:
        return Reason(Side.OPEN, f"{name}: the difference cannot be told from these rows", clause)
    span = f"{_signed(one.better)}, 95 % interval {_signed(one.low)} to {_signed(one.high)}"
    if one.low > 0:
        return Reason(Side.FOR, f"{name}: the challenger is better ({span})", clause)
    if one.high < 0:
        return Reason(Side.AGAINST, f"{name}: the challenger is worse ({span})", clause)
    if one.low >= -rule.margin and one.high <= rule.margin:
        return Reason(Side.OPEN, f"{name}: both are alike, within {rule.margin:g} ({span})", clause)
    return Reason(Side.OPEN, f"{name}: the difference is not established ({span})", clause)


def _signed(value: float) -> str:
    """With its sign, a true minus; an error's is turned, so that + is better."""
    return f"{value:+.4f}".replace("-", "−")


def _percent(value: float) -> str:
    return f"{value * 100:+.1f} %".replace("-", "−")


def _fairness(facts: ComparisonFacts, rule: ComparisonRule) -> list[Reason]:
    judged = [one for one in facts.groups if one.rows >= rule.minimum_group]
    reasons = [
        Reason(
            Side.AGAINST,
            f"{one.group} is selected more rarely than before by {-100 * (one.beside or 0):.1f} points beside all "
            f"rows, with 95 % confidence by more than {100 * rule.fairness_margin:g}",
            f"{CLAUSE}.fairness_margin",
        )
        for one in judged
        if one.high is not None and one.high < -rule.fairness_margin
    ]
    reasons += [
        Reason(Side.AGAINST, f"The challenger fails clause {clause} of the policy, which the champion meets", clause)
        for clause in facts.failed_for_challenger_only
    ]
    small = len(facts.groups) - len(judged)
    if small:
        said = f"{small} group{'s are' if small > 1 else ' is'} too small to judge, below {rule.minimum_group:,} rows"
        reasons.append(Reason(Side.OPEN, said, f"{CLAUSE}.minimum_group"))
    if judged and not reasons:
        bound = f"{100 * rule.fairness_margin:g} points beside all rows"
        said = f"None of {len(judged)} groups is selected more rarely than before by more than {bound}"
        reasons.append(Reason(Side.FOR, said, f"{CLAUSE}.fairness_margin"))
    return reasons


def _increases(facts: ComparisonFacts, rule: ComparisonRule) -> list[Reason]:
    most = {"cost": rule.cost_increase, "latency": rule.latency_increase}
    reasons = []
    for one in facts.increases:
        if one.share is None:
            continue
        clause, bound = f"{CLAUSE}.{one.what}_increase", most[one.what]
        beyond = one.low is not None and one.low > bound
        said = f"Mean {one.what} changes by {_percent(one.share)}; the policy allows {_percent(bound)}"
        reasons.append(Reason(Side.AGAINST if beyond else Side.FOR, said, clause))
    return reasons


def _line(facts: ComparisonFacts) -> list[Reason]:
    if not facts.experimental:
        return []
    said = "The challenger is on the experimental line, which is compared and never promoted"
    return [Reason(Side.AGAINST, said, "lines of versions")]


def ask_refusals(
    actor: Actor, *, same: bool, without_data: Sequence[str] = (), pending: str | None = None
) -> tuple[Refusal, ...]:
    """Why a comparison cannot be asked for; `without_data` are the versions without rows on record."""
    reasons = list(permission_refusals(actor, Permission.COMPARISON_RUN))
    if same:
        reasons.append(Refusal("same-version", "A version cannot be compared with itself", CLAUSE, "Choose another."))
    reasons += [
        Refusal("no-rows", f"v{version} has no rows on record there", CLAUSE, "Hand them in first.")
        for version in without_data
    ]
    if pending:
        reasons.append(Refusal("pending", f"{pending} asks the same and is not finished", CLAUSE, "Wait for it."))
    return tuple(reasons)


def promotion_refusals(
    status: ComparisonStatus, recommendation: Recommendation | None, *, experimental: bool, change: str
) -> tuple[Refusal, ...]:
    """Why a comparison does not lead to a change request; the request itself asks its own rules beside these."""
    reasons = []
    if status is not ComparisonStatus.FINISHED:
        reasons.append(Refusal("not-finished", f"The comparison is {status}", CLAUSE, "Wait for its result."))
    elif recommendation is not Recommendation.PROMOTE:
        reasons.append(
            Refusal(
                "not-recommended",
                f"The comparison recommends: {recommendation}",
                CLAUSE,
                "Request the change from the version's page with reasons of your own.",
            )
        )
    if experimental:
        reasons.append(
            Refusal(
                "experimental",
                "The challenger is on the experimental line, which does not lead to production",
                "lines of versions",
                "Move it to the stable line, then validate it there.",
            )
        )
    if change:
        reasons.append(Refusal("promoted", f"It led to change request {change}", CLAUSE))
    return tuple(reasons)
