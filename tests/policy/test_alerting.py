"""What a policy says of alerts is read strictly, applied by tier, shown and compared in words."""

import pytest

from core.errors import Unreadable
from core.policy.alerting.rules import Alerting, AlertKind, Party, Severity
from core.policy.diffing import differences
from core.policy.parse import parse_policy
from core.policy.service import default_policy_text
from core.policy.words import alert_escalation, alert_weight

DEFAULT = default_policy_text()
OWN = DEFAULT.partition("# ---- alerts")[0]
S, K = Severity, AlertKind
TEXT = """
[alerts]
group_minutes = 30
wait_minutes = 0

[[alert]]
clause = "30.1"
kinds = ["breach"]
tiers = [1]
least = "high"

[[alert]]
clause = "30.2"
kinds = ["breach", "no data"]
tiers = [4]
most = "low"

[[alert_escalation]]
clause = "30.3"
severities = ["critical", "high"]
minutes = 90
to = ["approvers"]

[[alert_escalation]]
clause = "30.4"
severities = ["high"]
minutes = 15
to = ["model owner", "model developer"]
tiers = [1, 2]
severity = "critical"
"""


def test_severity_follows_kind_and_tier_and_names_its_clause() -> None:
    said = parse_policy(OWN + TEXT).alerting

    assert said.weighed(K.BREACH, S.LOW, 1) == (S.HIGH, "30.1")
    assert said.weighed(K.BREACH, S.CRITICAL, 1) == (S.CRITICAL, "")
    assert said.weighed(K.BREACH, S.CRITICAL, 4) == (S.LOW, "30.2")
    assert said.weighed(K.BREACH, S.MEDIUM, 2) == (S.MEDIUM, "")
    assert said.weighed(K.BREACH, S.LOW, None) == (S.HIGH, "30.1")  # of a model that nobody knows


def test_escalations_come_one_after_the_other() -> None:
    said = parse_policy(OWN + TEXT).alerting

    first = said.next_step(S.HIGH, 2, -1)
    assert first is not None
    assert (first.clause, sorted(first.to), first.severity) == ("30.4", [Party.DEVELOPER, Party.OWNER], S.CRITICAL)
    after = said.next_step(S.CRITICAL, 2, first.minutes)
    assert after is not None
    assert after.clause == "30.3"
    assert said.next_step(S.CRITICAL, 2, after.minutes) is None
    assert said.next_step(S.LOW, 1, -1) is None


def test_a_text_without_a_word_on_alerts_has_what_is_built_in() -> None:
    assert parse_policy(OWN).alerting == Alerting()
    assert Alerting().next_step(S.CRITICAL, 3, -1) is not None


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('kinds = ["breach"]', 'kinds = ["noise"]', 'kinds = ["noise"]', "“kinds” is not known"),
        ('least = "high"', "", "[[alert]]", "neither “least” nor “most” is given"),
        ('least = "high"', 'least = "high"\nmost = "low"', 'least = "high"', "“least” is above “most”"),
        ("minutes = 15", "minutes = -5", "minutes = -5", "“minutes” is missing or out of range"),
        ('to = ["approvers"]', "to = []", "to = []", "“to” is missing or empty"),
        ('clause = "30.4"', 'clause = "30.1"', None, "clause 30.1 stands twice"),
        ("wait_minutes = 0", "wait_minutes = 0\nmost = 3", "most = 3", "“most” is not known here"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(old: str, new: str, line: str | None, said: str) -> None:
    text = (OWN + TEXT).replace(old, new, 1)
    with pytest.raises(Unreadable) as caught:
        parse_policy(text)

    (problem,) = caught.value.problems
    expected = None if line is None else text[len(OWN) :].partition(line)[0].count("\n") + OWN.count("\n") + 1
    assert (said in problem.reason, problem.line) == (True, expected)


def test_it_is_said_and_compared_in_words() -> None:
    before, after = parse_policy(OWN + TEXT), parse_policy(OWN + TEXT.replace("minutes = 90", "minutes = 120"))

    assert alert_weight(before.alerting.weights[1]) == "at most low for breach and no data, tier 4"
    assert alert_escalation(before.alerting.escalations[1]) == (
        "high, taken by nobody in 15 min: to the model owner and the model developer, from then on critical, tiers 1, 2"
    )
    (found,) = differences(before, after)
    assert str(found) == (
        "clause 30.3 Escalation: critical and high, taken by nobody in 90 min: to the approvers, all tiers → "
        "critical and high, taken by nobody in 2 h: to the approvers, all tiers"
    )
