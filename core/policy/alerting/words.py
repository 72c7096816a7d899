"""What a policy says of alerts, in the words of a reviewer."""

from collections.abc import Callable, Iterable

from core.policy.alerting.rules import AlertEscalation, AlertWeight, Party, Severity


def weight(one: AlertWeight, tiers: Callable[[frozenset[int]], str]) -> str:
    """“at least high for unknown model, tiers 1, 2”."""
    bounds = [f"at least {one.least}"] if one.least else []
    bounds += [f"at most {one.most}"] if one.most else []
    return f"{' and '.join(bounds)} for {_listed(sorted(one.kinds))}, {tiers(one.tiers)}"


def escalation(one: AlertEscalation, tiers: Callable[[frozenset[int]], str]) -> str:
    """“critical, taken by nobody in 30 min: to the model owner, tiers 1, 2”."""
    severities = _listed(severity for severity in reversed(Severity) if severity in one.severities)
    people = _listed(f"the {party}" for party in Party if party in one.to)
    heavier = f", from then on {one.severity}" if one.severity else ""
    return f"{severities}, taken by nobody in {span(one.minutes)}: to {people}{heavier}, {tiers(one.tiers)}"


def span(minutes: int) -> str:
    """“30 min”, “4 h”, “2 days”."""
    if minutes % 1440 == 0:
        return f"{minutes // 1440} day{'s' if minutes > 1440 else ''}"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _listed(words: Iterable[str]) -> str:
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last
