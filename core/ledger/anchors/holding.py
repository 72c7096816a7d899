"""The hold: while a checkpoint outside is not continued by this store, the ledger signs nothing."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import GovernanceError

FILE = "ledger.hold"  # beside the key, so that every process sees it and no restored database loses it


@dataclass(frozen=True)
class Hold:
    """What was found outside, where, and what this store has instead; `note` is the signed checkpoint found there."""

    where: str
    note: str
    outside: int
    here: int
    forked: bool
    found_at: str

    @property
    def fact(self) -> str:
        """The one sentence that says what is wrong."""
        if self.forked:
            return (
                f"A checkpoint of {self.outside} entries at {self.where} has another root than the first "
                f"{self.outside} entries here: two histories were signed"
            )
        return (
            f"A checkpoint of {self.outside} entries at {self.where} is ahead of this store, which has {self.here}: "
            f"at least {self.outside - self.here} entries are missing here"
        )


class LedgerHeld(GovernanceError):
    """Nothing is recorded, and so nothing is changed, until the store continues what is known outside."""

    def __init__(self, hold: Hold) -> None:
        self.hold = hold
        super().__init__(
            f"The ledger signs nothing. {hold.fact}. Restore a backup that holds them and start again; if there is "
            "none, `countersign ledger resume` goes on under a new name and puts the loss on record."
        )


def hold_of(folder: Path) -> Hold | None:
    """The hold on the ledger whose keys are in `folder`, if there is one."""
    path = folder / FILE
    if not os.path.exists(path):
        return None
    try:
        return Hold(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:  # lifted meanwhile
        return None


def refuse_while_held(folder: Path) -> None:
    """Raise `LedgerHeld` while there is a hold."""
    hold = hold_of(folder)
    if hold is not None:
        raise LedgerHeld(hold)


def put_hold(folder: Path, hold: Hold) -> None:
    """Hold the ledger, whole or not at all."""
    draft = folder / f".{FILE}.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(hold), indent=1), encoding="utf-8")
    os.replace(draft, folder / FILE)


def lift_hold(folder: Path) -> None:
    """Let the ledger sign again."""
    (folder / FILE).unlink(missing_ok=True)
