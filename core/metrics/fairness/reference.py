"""Which group the others are held against: the most selected one, a named one, or everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.errors import Problem, Unreadable
from core.metrics.fairness.groups import Overall

Values = tuple[str, ...]


@dataclass(frozen=True)
class Share:
    """A group's favourable outcomes."""

    values: Values
    selected: int
    n: int

    @property
    def rate(self) -> Fraction:
        """Exact, so that a tie is a tie."""
        return Fraction(self.selected, self.n)


@dataclass(frozen=True)
class Reference:
    """The counts that ratios are taken against, who they are, and who ties with them."""

    values: Values | Overall
    selected: int
    n: int
    ties: tuple[Values, ...] = ()


def find_reference(
    shares: Sequence[Share],
    attributes: tuple[str, ...],
    wanted: Mapping[str, str] | Overall | None,
    minimum_group: int,
) -> Reference | None:
    """The reference of one comparison; None without groups, or where the named crossing has no rows.

    By default the most selected among the groups with `minimum_group` rows (among all, if none has them); of equals the
    largest, then the first by name, and the others are listed as ties. A name counts where it gives every attribute of
    the comparison. Source of the most selected group: 29 CFR 1607.4(D); 6 RCNY 5-300, “impact ratio”.
    """
    if not shares:
        return None
    if wanted == "overall":
        return Reference("overall", sum(share.selected for share in shares), sum(share.n for share in shares))
    if wanted is not None and all(attribute in wanted for attribute in attributes):
        named = tuple(wanted[attribute] for attribute in attributes)
        return next((Reference(s.values, s.selected, s.n) for s in shares if s.values == named), None)
    included = [share for share in shares if share.n >= minimum_group] or list(shares)
    best = max(share.rate for share in included)
    first, *ties = sorted(
        (share for share in included if share.rate == best), key=lambda share: (-share.n, share.values)
    )
    return Reference(first.values, first.selected, first.n, tuple(share.values for share in ties))


def check_wanted(wanted: Mapping[str, str] | Overall | None, values_by_attribute: Mapping[str, frozenset[str]]) -> None:
    """A named reference must occur in the data, else Unreadable with what occurs."""
    if wanted is None or wanted == "overall":
        return
    problems = [
        Problem(
            "no such reference group", column=attribute, found=value, expected=_some(values_by_attribute, attribute)
        )
        for attribute, value in wanted.items()
        if value not in values_by_attribute.get(attribute, frozenset())
    ]
    if problems:
        raise Unreadable(problems)


def _some(values_by_attribute: Mapping[str, frozenset[str]], attribute: str) -> str:
    if attribute not in values_by_attribute:
        return "one of the attributes " + ", ".join(sorted(values_by_attribute))
    return "one of " + ", ".join(sorted(values_by_attribute[attribute])[:10])
