"""Which kinds of change there are, and the number that each takes after the highest version."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.inventory.rules import parse_version
from core.inventory.versions.rules import CLASS_OF, ChangeClass, ChangeKind, following


@dataclass(frozen=True)
class Proposal:
    """A kind of change and the number that it takes."""

    kind: ChangeKind
    step: ChangeClass
    version: str


def proposals(earlier: Sequence[str]) -> tuple[Proposal, ...]:
    """One for each kind, smallest step first (Semantic Versioning 2.0.0, 6 to 8); none before a first version."""
    parsed = tuple(one for one in map(parse_version, earlier) if one)
    if not parsed:
        return ()
    return tuple(
        Proposal(kind, step, ".".join(map(str, following(max(parsed), step)))) for kind, step in CLASS_OF.items()
    )
