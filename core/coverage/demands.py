"""What each item of a pack demands, as the rules take it."""

from collections.abc import Iterable

from core.coverage.gathering.votes import word_for
from core.coverage.rules import Demand
from core.policy.packs.values import ANSWER, ANSWER_ONCE, Pack, PackItem

BY_A_PERSON = frozenset({ANSWER, ANSWER_ONCE})


def demand_of(pack: Pack, item: PackItem) -> Demand:
    """The item's own list, and the approval in which approvers answered it as met."""
    shown_by = frozenset(item.shown_by)
    return Demand(
        stored=shown_by - BY_A_PERSON,
        by_a_person=bool(shown_by & BY_A_PERSON),
        only_if=item.only_if,
        approved_as=word_for(pack.id, item.id),
    )


def words_of(demands: Iterable[Demand]) -> frozenset[str]:
    """Every signal that has to be looked for."""
    found: set[str] = set()
    for one in demands:
        found |= one.stored | {one.approved_as} | ({one.only_if} if one.only_if else set())
    return frozenset(found)
