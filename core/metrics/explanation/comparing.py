"""The reasons of this version against those of the last one."""

from collections.abc import Mapping, Sequence

from core.metrics.explanation.ranks import FEWEST, kendall, overlap, spearman, spearman_interval
from core.metrics.explanation.results import Contribution, ShareChange, VersionComparison
from core.metrics.explanation.summary import importances, standard_error
from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval

METRIC = "importance_rank_correlation"
TOP = 10
MOST_CHANGES = 10
CONSTANT = "All features of a version are equally important, so they have no order"


def compare_versions(
    now: Sequence[Contribution], before: Sequence[Contribution], *, top: int = TOP
) -> tuple[VersionComparison, Figure]:
    """Rank correlations of the features that both versions have, and what appeared, disappeared or changed most.

    The figure `importance_rank_correlation` is Spearman's correlation: 1 is the same order of reasons. It rests on the
    cases of the smaller side, or on the common features where cases are not known. Not available with fewer than three
    common features or where all features of a side are equal.
    """
    ours, theirs = {one.feature: one for one in now}, {one.feature: one for one in before}
    common = sorted(ours.keys() & theirs.keys())
    sizes, others = [ours[name].size for name in common], [theirs[name].size for name in common]
    rho = spearman(sizes, others)
    reason = "" if rho is not None else _reason(len(common))
    comparison = VersionComparison(
        common=len(common),
        spearman=rho,
        kendall=kendall(sizes, others),
        top=min(top, len(ours), len(theirs)),
        overlap=overlap(_sizes(ours), _sizes(theirs), top),
        appeared=tuple(sorted(ours.keys() - theirs.keys())),
        disappeared=tuple(sorted(theirs.keys() - ours.keys())),
        changes=_changes(now, before),
        reason=reason,
    )
    n = min([one.n for one in (*now, *before) if one.n] or [len(common)])
    if rho is None:
        return comparison, missing(METRIC, reason, n=n)
    interval = _interval([ours[name] for name in common], [theirs[name] for name in common])
    return comparison, Figure(METRIC, rho, interval, n, "bootstrap" if interval else "")


def _sizes(contributions: Mapping[str, Contribution]) -> dict[str, float]:
    return {name: one.size for name, one in contributions.items()}


def _reason(common: int) -> str:
    if common >= FEWEST:
        return CONSTANT
    return f"The versions have {common} features in common, and an order needs {FEWEST}"


def _interval(now: Sequence[Contribution], before: Sequence[Contribution]) -> Interval | None:
    errors = [standard_error(one) for one in now]
    others = [standard_error(one) for one in before]
    known = [error for error in errors if error is not None]
    others_known = [error for error in others if error is not None]
    if len(known) < len(now) or len(others_known) < len(before):
        return None
    return spearman_interval([one.size for one in now], [one.size for one in before], known, others_known)


def _changes(now: Sequence[Contribution], before: Sequence[Contribution]) -> tuple[ShareChange, ...]:
    shares = {one.feature: one.share for one in importances(now)}
    others = {one.feature: one.share for one in importances(before)}
    changes = [ShareChange(name, others.get(name), shares.get(name)) for name in sorted(shares.keys() | others.keys())]
    changed = [one for one in changes if one.before != one.now]
    return tuple(sorted(changed, key=lambda one: -abs((one.now or 0.0) - (one.before or 0.0)))[:MOST_CHANGES])
