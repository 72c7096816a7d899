"""Which version numbers may follow, and what each step says about the change."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.inventory.rules import parse_version, version_refusals


@dataclass(frozen=True)
class Proposal:
    """A version number that the rules accept, and when it is the right one."""

    version: str
    means: str


def proposals(earlier: Sequence[str]) -> tuple[Proposal, ...]:
    """Patch, minor and major step after the highest version (Semantic Versioning 2.0.0, 6 to 8); none at first."""
    parsed = tuple(one for one in map(parse_version, earlier) if one)
    if not parsed:
        return ()
    major, minor, patch = max(parsed)
    steps = (
        Proposal(f"{major}.{minor}.{patch + 1}", "a correction; same use, same data"),
        Proposal(f"{major}.{minor + 1}.0", "retrained or extended within the intended use"),
        Proposal(f"{major + 1}.0.0", "another use, population or method"),
    )
    return tuple(step for step in steps if not version_refusals(step.version, parsed))
