"""What a policy requires of evidence and datasets, by tier."""

from types import MappingProxyType

from core.policy.parse import parse_policy
from core.policy.rules import DatasetPart, Policy, Statement
from core.policy.service import default_policy_text
from tests.rules.loading import Rules

DEMANDS = """
[[required_evidence]]
clause = "9.1"
evidence = "attributions"
tiers = [1, 2]

[[required_dataset]]
clause = "9.2"
dataset = "training"
states = ["licence", "digest"]
tiers = [1]
"""
EVERYTHING = MappingProxyType(dict.fromkeys(DatasetPart, frozenset(Statement)))


def policy() -> Policy:
    return parse_policy(default_policy_text() + DEMANDS)


def test_a_kind_of_evidence_is_required_of_its_tiers_until_it_is_at_hand(rules: Rules) -> None:
    def lacking(tier: int, *at_hand: str) -> list[str]:
        return [one.clause for one in rules.requiring.missing_evidence(policy(), tier, set(at_hand))]

    assert [lacking(tier, "predictions") for tier in (1, 2, 3, 4)] == [["9.1"], ["9.1"], [], []]
    assert lacking(1, "predictions", "attributions") == []


def test_each_thing_that_is_lacking_is_named_apart(rules: Rules) -> None:
    (evidence,) = rules.requiring.missing_evidence(policy(), 1, set())
    said = {**EVERYTHING, DatasetPart.TRAINING: frozenset({Statement.ROWS})}
    (record,) = rules.requiring.missing_statements(policy(), 1, said)

    assert evidence.lacks == {"attributions"}
    assert record.lacks == {"licence of the training dataset", "digest of the training dataset"}


def test_a_dataset_of_its_tiers_states_what_is_required(rules: Rules) -> None:
    def lacking(tier: int, *stated: Statement) -> list[str]:
        said = {**EVERYTHING, DatasetPart.TRAINING: frozenset(stated)}
        return [one.what for one in rules.requiring.missing_statements(policy(), tier, said)]

    assert lacking(1, *Statement) == []
    assert lacking(1, Statement.DIGEST) == ["The record of the training dataset has no licence"]
    assert lacking(1, Statement.ROWS) == ["The record of the training dataset has no licence and no digest"]
    assert lacking(2) == []
