"""Which ledger entry put what on record, so that a figure can be followed back to it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SourceLine:
    """An entry about a thing (“run V0012”, “model M0001”): what happened, its number, and its hash in the tree."""

    thing: str
    action: str
    entry: int
    leaf: str
