"""How a check's figure and threshold are written: shares in percent, the rest to two decimals, always against what."""

from app.components import plain
from app.components.formats import NOTHING, number, percent, percent_with_interval, with_interval
from core.metrics.verdicts import Verdict
from core.policy.rules import CheckKind, Policy
from core.policy.vocabulary import Unit, metrics
from core.validation.tables import CheckResult

AS_RATIOS = frozenset({CheckKind.PERFORMANCE})  # 0.83 rather than 83 %, as people write accuracy
SHARES = frozenset(
    metric.name for metric in metrics().values() if metric.unit is Unit.SHARE and metric.kind not in AS_RATIOS
)
COUNTS = frozenset(metric.name for metric in metrics().values() if metric.unit is Unit.COUNT)
SIGNS = {"at least": "≥", "at most": "≤"}
_SPACE = "\u00a0"
MOST_DIGITS = 4


def title_of(check: CheckResult, policy: Policy) -> str:
    """The policy's words for the metric."""
    titles = {one.metric: one.title for one in policy.thresholds} | {one.clause: one.title for one in policy.thresholds}
    return titles.get(check.clause) or titles.get(check.metric, check.metric)


def figure(check: CheckResult, *, interval: bool = True) -> str:
    """0.63 (0.60 to 0.66), 41.2 % or 3; “No data” where it is not available."""
    if check.value is None:
        return "No data"
    low, high = (check.low, check.high) if interval else (None, None)
    if check.metric in COUNTS:
        return number(check.value, 0)
    if check.metric in SHARES:
        return percent_with_interval(check.value, low, high)
    return with_interval(check.value, low, high, _digits(check))


def required(check: CheckResult) -> str:
    """≥ 0.80 or ≤ 5.0 %."""
    if check.threshold is None:
        return NOTHING
    shown = (
        number(check.threshold, 0)
        if check.metric in COUNTS
        else percent(check.threshold)
        if check.metric in SHARES
        else number(check.threshold)
    )
    return f"{SIGNS.get(check.direction) or plain(check.direction)}{_SPACE}{shown}"


def _digits(check: CheckResult) -> int:
    """Two decimals, or as many as it takes to see on which side of the threshold a figure lies."""
    if check.value is None or check.threshold is None or check.verdict is Verdict.INSUFFICIENT:
        return 2
    for digits in range(2, MOST_DIGITS):
        if check.value == check.threshold or round(check.value, digits) != round(check.threshold, digits):
            return digits
    return MOST_DIGITS
