"""Erases events, or all inputs of a day, when somebody asks for it who may (GDPR article 17)."""

from dataclasses import dataclass
from datetime import date, datetime

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Problem, Refusal, Refused, Unreadable
from core.ledger.batches.erasing import erase_event, sweep_erased
from core.ledger.batches.retention import destroy_input_key
from core.ledger.erasure import empty_write_ahead_log
from core.ledger.service import Entity, Ledger, Recorded
from core.store import EvidenceFiles, Store

LONGEST_REASON = 1000


@dataclass(frozen=True)
class Erased:
    """What was erased, and the entry that says so."""

    what: str
    entry: Recorded


def erasure_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot erase what events hold."""
    return permission_refusals(actor, Permission.EVENT_ERASE)


def erase_particulars(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, event: str, reason: str, actor: Actor, at: datetime
) -> Erased:
    """Take one event's particulars out of its file; it is on record first. Raises `NotFound`, `Refused`.

    Whoever still has the day's key could try inputs against the leaf hash that stays; destroying that key ends it.
    """
    with deciding(store, ledger, "erase an event", entity=Entity("event", event), actor=actor, at=at) as tx:
        _decide(actor, reason)
        recorded = erase_event(tx, ledger, files, event, reason=reason.strip(), actor=actor, at=at)
    _leave_no_copy(store, files)
    return Erased(event, recorded)


def destroy_inputs(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, day: date, reason: str, actor: Actor, at: datetime
) -> Erased:
    """Destroy the key of one day's commitments: no input can be tied to its events any more. Raises as above."""
    entity = Entity("input key", day.isoformat())
    with deciding(store, ledger, "destroy an input key", entity=entity, actor=actor, at=at) as tx:
        _decide(actor, reason)
        recorded = destroy_input_key(tx, ledger, day=day, reason=reason.strip(), actor=actor, at=at)
    _leave_no_copy(store, files)
    return Erased(day.isoformat(), recorded)


def _decide(actor: Actor, reason: str) -> None:
    refusals = erasure_refusals(actor)
    if refusals:
        raise Refused(refusals)
    if not 10 <= len(reason.strip()) <= LONGEST_REASON:
        expected = f"10 to {LONGEST_REASON:,} characters"
        raise Unreadable([Problem("say why", column="reason", found=f"{len(reason.strip())}", expected=expected)])


def _leave_no_copy(store: Store, files: EvidenceFiles) -> None:
    empty_write_ahead_log(store)
    with store.reading() as session:
        sweep_erased(session, files)
