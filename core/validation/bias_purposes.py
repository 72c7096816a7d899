"""Whether special categories by which groups are compared have a purpose in force, where the policy asks for it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from core.inventory.bias_data.rules import special_categories
from core.inventory.bias_data.service import covered_by_dataset
from core.policy.rules import Policy, Statement


@dataclass(frozen=True)
class BiasPurposes:
    """By the row number of a dataset, its columns with a purpose in force."""

    covered: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def cover(self, compared: frozenset[str], dataset: int | None) -> bool:
        """Whether each special category among the compared groups has a purpose for this dataset."""
        return {one.casefold() for one in compared} <= self.covered.get(dataset or 0, frozenset())


def bias_purposes(session: Session, policies: Iterable[Policy], *, at: datetime | None) -> BiasPurposes:
    """The purposes in force at `at`, or those that nobody ended; not read where no policy asks for them."""
    asked = any(Statement.BIAS_PURPOSE in one.states for policy in policies for one in policy.required_datasets)
    return BiasPurposes(covered_by_dataset(session, at=at)) if asked else BiasPurposes()


def compared_groups(mappings: Iterable[str]) -> frozenset[str]:
    """The special categories, by name, among the attributes by which these files compare groups."""
    return special_categories(frozenset(name for one in mappings for name in json.loads(one).get("sensitive", ())))
