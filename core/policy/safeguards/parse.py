"""Reads the safeguards of production from a policy's text; a table that is left out means what it always meant."""

from core.policy.reader import Reader
from core.policy.rules import Direction, RollbackCondition
from core.policy.safeguards.rules import CANARY, COMPARISON, GUARD, CanaryHold, ComparisonRule, HeldShare, RollbackGuard

SEVERITIES = ("critical", "high", "medium", "low")
MEASURED = ("metric", "direction", "value")


def rollback_of(reader: Reader) -> RollbackCondition:
    """A `[[rollback]]`: a metric beyond its value, or any breach of at least a severity, in so many chunks in a row."""
    clause = reader.clause()
    by_severity = reader.has("severity")
    for key in MEASURED if by_severity else ():
        if reader.has(key):
            reader.refuse(f"“{key}” stands beside “severity”", key, expected="a metric with its value, or a severity")
            reader.left.pop(key)
    return RollbackCondition(
        clause=clause,
        metric="" if by_severity else reader.text("metric"),
        direction=Direction.AT_MOST if by_severity else reader.one_of("direction", Direction),
        value=0.0 if by_severity else reader.number("value"),
        chunks=reader.whole("chunks", 1),
        tiers=reader.tiers_or_all(),
        severity=_severity(reader) if by_severity else "",
    )


def guard_of(reader: Reader) -> RollbackGuard:
    """`[rollback_guard]`."""
    if not reader.has(GUARD):
        return RollbackGuard()
    table = reader.table(GUARD)
    return RollbackGuard(table.whole("hours", 1), table.whole("most", 1))


def canary_of(reader: Reader) -> CanaryHold:
    """`[canary_hold]`."""
    if not reader.has(CANARY):
        return CanaryHold()
    table = reader.table(CANARY)
    return CanaryHold(_severity(table), table.one_of("share", HeldShare))


def comparison_of(reader: Reader) -> ComparisonRule:
    """`[comparison]`; what it leaves out is as without it."""
    if not reader.has(COMPARISON):
        return ComparisonRule()
    table, usual = reader.table(COMPARISON), ComparisonRule()
    return ComparisonRule(
        minimum_pairs=table.whole("minimum_pairs", 2) if table.has("minimum_pairs") else usual.minimum_pairs,
        minimum_group=table.whole("minimum_group", 2) if table.has("minimum_group") else usual.minimum_group,
        margin=_share(table, "margin", usual.margin),
        fairness_margin=_share(table, "fairness_margin", usual.fairness_margin),
        cost_increase=_share(table, "cost_increase", usual.cost_increase),
        latency_increase=_share(table, "latency_increase", usual.latency_increase),
    )


def _severity(reader: Reader) -> str:
    found = reader.left.pop("severity", None)
    if found not in SEVERITIES:
        reader.refuse("“severity” is not known", "severity", found=str(found), expected=", ".join(SEVERITIES))
        return SEVERITIES[0]
    return str(found)


def _share(reader: Reader, key: str, usual: float) -> float:
    if not reader.has(key):
        return usual
    value = reader.number(key)
    if value < 0:
        reader.refuse(f"“{key}” is out of range", key, found=repr(value), expected="a number from 0")
    return max(value, 0.0)
