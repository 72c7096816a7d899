"""Takes what a policy's text says of alerts: `[alerts]`, `[[alert]]` and `[[alert_escalation]]`."""

from core.policy.alerting.rules import AlertEscalation, Alerting, AlertKind, AlertWeight, Party, Severity
from core.policy.reader import Reader


def read_alerting(reader: Reader) -> Alerting:
    """What stands there, and the defaults for what does not."""
    otherwise = Alerting()
    weights = tuple(_weight(one) for one in reader.tables("alert", optional=True))
    escalations = tuple(_escalation(one) for one in reader.tables("alert_escalation", optional=True))
    group, wait = otherwise.group_minutes, otherwise.wait_minutes
    if reader.has("alerts"):
        amounts = reader.table("alerts")
        group, wait = amounts.whole("group_minutes", 1), amounts.whole("wait_minutes", 0)
    return Alerting(group, wait, weights or otherwise.weights, escalations or otherwise.escalations)


def _weight(reader: Reader) -> AlertWeight:
    if not reader.has("kinds") or reader.left["kinds"] == []:
        reader.refuse("“kinds” is missing or empty", "kinds", expected="a list of " + ", ".join(AlertKind))
    one = AlertWeight(
        clause=reader.clause(),
        kinds=reader.some_of("kinds", AlertKind),
        tiers=reader.tiers_or_all(),
        least=reader.one_of("least", Severity) if reader.has("least") else None,
        most=reader.one_of("most", Severity) if reader.has("most") else None,
    )
    if one.least is None and one.most is None:
        reader.refuse("neither “least” nor “most” is given", expected="a severity")
    if one.least is not None and one.most is not None and one.least.rank > one.most.rank:
        reader.refuse("“least” is above “most”", "least", found=one.least, expected=f"at most {one.most}")
    return one


def _escalation(reader: Reader) -> AlertEscalation:
    for key, known in (("severities", ", ".join(Severity)), ("to", ", ".join(Party))):
        if not reader.has(key) or reader.left[key] == []:
            reader.refuse(f"“{key}” is missing or empty", key, expected=f"a list of {known}")
    return AlertEscalation(
        clause=reader.clause(),
        severities=reader.some_of("severities", Severity),
        minutes=reader.whole("minutes", 1),
        to=reader.some_of("to", Party),
        tiers=reader.tiers_or_all(),
        severity=reader.one_of("severity", Severity) if reader.has("severity") else None,
    )
