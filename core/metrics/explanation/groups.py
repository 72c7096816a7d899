"""Whether the model has the same reasons for every group: mean |value| per feature, group against group."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from core.metrics.explanation.ranks import FEWEST, spearman
from core.metrics.explanation.results import Contribution, GroupReasons, ReasonsByGroup
from core.metrics.explanation.summary import importances
from core.metrics.figure import Figure, missing

METRIC = "reason_rank_correlation"


def reasons_by_group(
    attribute: str, groups: Mapping[str, Sequence[Contribution]], *, minimum_group: int, missing_rows: int = 0
) -> tuple[ReasonsByGroup, Figure]:
    """The groups of one attribute, and the lowest Spearman correlation of their orders of features.

    The figure `reason_rank_correlation` has the attribute as its subject: 1 means that every two groups have the same
    order of reasons; a low value means that the model decides about some group on other grounds. Groups with fewer than
    `minimum_group` cases are shown but not compared. Not available with fewer than two such groups or three features.
    `n` is the smaller of the two groups that agree least.
    """
    found = tuple(
        GroupReasons(value, n := max((one.n for one in own), default=0), n >= minimum_group, importances(own))
        for value, own in sorted(groups.items())
    )
    judged = [group for group in found if group.judged]
    pairs = [
        (rho, one, other)
        for one, other in combinations(judged, 2)
        if (rho := spearman(*_aligned(one, other))) is not None
    ]
    if not pairs:
        reason = _reason(judged, minimum_group)
        result = ReasonsByGroup(attribute, found, missing_rows, reason=reason)
        return result, missing(METRIC, reason, n=min((group.n for group in judged), default=0), subject=attribute)
    rho, one, other = min(pairs, key=lambda pair: pair[0])
    between = (one.value, other.value)
    figure = Figure(METRIC, rho, None, min(one.n, other.n), "lowest between two groups", subject=attribute)
    return ReasonsByGroup(attribute, found, missing_rows, between), figure


def _aligned(one: GroupReasons, other: GroupReasons) -> tuple[list[float], list[float]]:
    theirs = {found.feature: found.importance for found in other.importances}
    own = {found.feature: found.importance for found in one.importances}
    names = sorted(own)
    return [own[name] for name in names], [theirs[name] for name in names]


def _reason(judged: Sequence[GroupReasons], minimum_group: int) -> str:
    if len(judged) < 2:
        return f"Fewer than two groups have {minimum_group} cases"
    if len(judged[0].importances) < FEWEST:
        return f"There are {len(judged[0].importances)} features, and an order needs {FEWEST}"
    return "All features of a group are equally important, so they have no order"
