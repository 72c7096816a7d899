"""Reads what a policy says of stress tests from its TOML text."""

from core.policy.reader import Reader
from core.policy.rules import Direction
from core.policy.stressing.rules import RequiredStress, StressMetric, StressRules, StressThreshold


def stress_rules_of(reader: Reader) -> StressRules:
    """Every `[[stress]]` and `[[required_stress]]`; none of them need be there."""
    return StressRules(
        tuple(_threshold(one) for one in reader.tables("stress", optional=True)),
        tuple(_required(one) for one in reader.tables("required_stress", optional=True)),
    )


def _threshold(reader: Reader) -> StressThreshold:
    return StressThreshold(
        clause=reader.clause(),
        metric=reader.one_of("metric", StressMetric),
        direction=reader.one_of("direction", Direction).value,
        value=reader.number("value"),
        required=reader.flag("required"),
        tiers=reader.tiers_or_all(),
    )


def _required(reader: Reader) -> RequiredStress:
    return RequiredStress(clause=reader.clause(), tiers=reader.tiers(), days=reader.whole("days", 1))
