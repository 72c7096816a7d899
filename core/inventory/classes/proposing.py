"""What a column seems to be, from its name, from what scans found in it, and from what was decided beside it."""

from collections.abc import Collection, Mapping

from core.access.personal_data.headers import header_kind
from core.access.personal_data.rules import Kind
from core.inventory.bias_data.rules import special_categories
from core.inventory.classes.rules import Proposal, Seen, Where
from core.policy.keeping.rules import DataClass

PERSONAL_KINDS = frozenset(Kind) - {Kind.SPECIAL, Kind.FREE_TEXT}
NOT_OF_PEOPLE = frozenset(
    {"at", "version", "latency_ms", "cost", "error"}
)  # of the model's work, not of whom it is about


def proposals(columns: Collection[Seen], decided: Mapping[str, tuple[DataClass, str]]) -> Mapping[str, Proposal]:
    """By name, what each column seems to be; `decided` says by name what people made of it elsewhere, and where.

    Where one column is of people, so is the row, and what else stands in it says something about them (GDPR 4(1),
    recital 26); what the machine did with the row does not.
    """
    found = {one.name: _proposed(one, decided.get(one.name)) for one in columns}
    of_people = next((name for name in sorted(found) if found[name].data_class.of_people), "")
    if of_people:
        said = f"stands in a row about a person: “{of_people}” does too"
        for name, one in found.items():
            if one.data_class is DataClass.CONFIDENTIAL and name not in decided:
                found[name] = Proposal(DataClass.PERSONAL, said)
    return found


def _proposed(one: Seen, elsewhere: tuple[DataClass, str] | None) -> Proposal:
    if elsewhere:
        return Proposal(elsewhere[0], f"decided so for {elsewhere[1]}")
    header = header_kind(one.name)
    if special_categories(frozenset({one.name})):
        return Proposal(DataClass.SPECIAL, "its name says so (GDPR 9(1))")
    kinds = sorted(kind.value for kind in one.kinds & PERSONAL_KINDS)
    if kinds:
        return Proposal(DataClass.PERSONAL, f"the scan found {', '.join(kinds)}")
    if one.sensitive or one.where == {Where.ATTRIBUTES}:
        return Proposal(DataClass.PERSONAL, "declared as a sensitive attribute")
    if header is Kind.SPECIAL or Kind.SPECIAL in one.kinds:
        return Proposal(DataClass.PERSONAL, "tells people apart; no special category of GDPR 9(1)")
    if header is not None:
        return Proposal(DataClass.PERSONAL, f"its name announces: {header.value}")
    if Kind.FREE_TEXT in one.kinds:
        return Proposal(DataClass.PERSONAL, "free text, in which names are not found")
    if one.name.casefold() in NOT_OF_PEOPLE:
        return Proposal(DataClass.INTERNAL, "about the model's work, not about people")
    return Proposal(DataClass.CONFIDENTIAL, "nothing speaks for more")
