"""Which ledger entry put what on record, so that a figure can be followed back to it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SourceLine:
    """An entry about a thing (“run V0012”, “model M0001”): what happened, its number, and its hash in the tree.

    `names` are the parts of the thing that its particulars speak of: fields, a checklist item, a role, a condition.
    """

    thing: str
    action: str
    entry: int
    leaf: str
    at: datetime
    actor: str  # who acted: of a pipeline, for whom
    names: tuple[str, ...] = ()
