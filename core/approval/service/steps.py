"""What the use cases of change control share: settling a change, voiding its votes, and saying which version it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.access.rules import Actor
from core.approval.facts import ChangeRecord
from core.approval.rules import ASIDE, ChangeStatus
from core.approval.tables import ChangeRequest
from core.errors import Refusal, Refused, Unreadable
from core.inventory.intake import LONG, text_problems
from core.inventory.moves import change as keep
from core.inventory.moves import move
from core.inventory.rules import Action
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Transaction


@dataclass(frozen=True)
class Changed:
    """What became of a change request, and the ledger entry that says so."""

    change: str
    status: ChangeStatus
    entry: int


def proceed(tx: Transaction, record: ChangeRecord, action: Action) -> None:
    """Move the version as the life cycle says, or hold it where it is while a change beside its life cycle is decided.

    Both are compare-and-set: `Conflict` when stage or evidence are not what the decision rests on.
    """
    if record.change.kind in ASIDE:
        keep(tx, record.version, {})
    else:
        move(tx, record.version, action)


def void_votes(tx: Transaction, ledger: Ledger, record: ChangeRecord, *, actor: Actor, at: datetime) -> None:
    """Mark every vote and dissent of the round that ends as void, each on record."""
    entity = Entity("change", record.change.number)
    for vote in record.votes:
        if vote.voided_at is None:
            vote.voided_at = at
            tx.session.add(vote)
            payload = {"person": vote.person, "choice": vote.choice.value, "evidence": vote.evidence_digest}
            ledger.record(tx, Event.VOTE_VOIDED, entity=entity, actor=actor, at=at, payload=payload)
    for dissent in record.dissents:
        if dissent.voided_at is None:
            dissent.voided_at = at
            tx.session.add(dissent)
            payload = {"person": dissent.person, "choice": "dissent", "evidence": dissent.evidence_digest}
            ledger.record(tx, Event.VOTE_VOIDED, entity=entity, actor=actor, at=at, payload=payload)


def settle(tx: Transaction, change: ChangeRequest, status: ChangeStatus, *, decided_at: datetime | None = None) -> None:
    """Give a locked change its new status."""
    change.status = status
    change.decided_at = decided_at or change.decided_at
    change.revision += 1
    tx.session.add(change)
    tx.session.flush()


def name_of(record: ChangeRecord) -> str:
    """The version in words that people know: `M0001 1.2.0`."""
    return f"{record.model.number} {record.version.version}"


def check_text(field: str, value: str, longest: int = LONG) -> None:
    """Raise `Unreadable` for a text that is too long or holds characters that cannot be shown."""
    problems = list(text_problems(field, value, longest=longest, required=False))
    if problems:
        raise Unreadable(problems)


def refuse(reasons: Sequence[Refusal]) -> None:
    """Raise `Refused` with every reason, if there is one."""
    if reasons:
        raise Refused(reasons)
