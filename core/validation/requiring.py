"""What a policy requires beside verdicts, held against what is there: kinds of evidence, and the record of datasets."""

from collections.abc import Iterator, Mapping, Set

from core.policy.rules import DatasetPart, Policy, Statement
from core.validation.rules import MissingClause


def missing_evidence(policy: Policy, tier: int, at_hand: Set[str]) -> Iterator[MissingClause]:
    """One line for each kind of evidence that is required of this tier and is not among `at_hand`."""
    for one in policy.required_evidence:
        if tier in one.tiers and one.evidence not in at_hand:
            yield MissingClause(
                one.clause,
                f"A model of tier {tier} is validated with {one.evidence}, and none is handed in",
                "The developer hands it in and starts the validation again.",
                frozenset({one.evidence}),
            )


def missing_statements(
    policy: Policy, tier: int, stated: Mapping[DatasetPart, Set[Statement]]
) -> Iterator[MissingClause]:
    """One line for each dataset whose record lacks something that is required of this tier."""
    for one in policy.required_datasets:
        lacking = [word.value for word in Statement if word in one.states - stated[one.dataset]]
        if tier in one.tiers and lacking:
            yield MissingClause(
                one.clause,
                f"The record of the {one.dataset} dataset has no {' and no '.join(lacking)}",
                "The developer registers the dataset with it, in a new version.",
                frozenset(f"{word} of the {one.dataset} dataset" for word in lacking),
            )
