"""Runs background work that failed once more, with a reason that stays on record."""

from collections.abc import Collection
from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import NotFound, Refusal, Refused
from core.jobs.queries import JobRow, job
from core.jobs.service import queue_again
from core.jobs.tables import JobStatus
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store

CLAUSE = "background work"
LONGEST_REASON = 1000


def again_refusals(actor: Actor, found: JobRow, *, elsewhere: Collection[str]) -> tuple[Refusal, ...]:
    """Why this actor cannot run the job again; kinds in `elsewhere` belong to a record that is asked for anew there."""
    reasons = list(permission_refusals(actor, Permission.JOB_RUN))
    if found.status is not JobStatus.FAILED:
        reasons.append(Refusal("job", f"The job has not failed, it is {found.status}", CLAUSE))
    if found.kind in elsewhere:
        said = "The record for which it was done has failed with it"
        reasons.append(Refusal("asked elsewhere", said, CLAUSE, "Ask for it anew on the page of that record."))
    return tuple(reasons)


def run_again(
    store: Store,
    ledger: Ledger,
    *,
    kind: str,
    slot: str,
    reason: str,
    elsewhere: Collection[str] = (),
    actor: Actor,
    at: datetime,
) -> int:
    """Let the failed job of this slot wait anew; the index of the entry. Raises `NotFound`, `Refused`, `Conflict`."""
    said, entity = reason.strip(), Entity("job", f"{kind} {slot}"[:200])
    with deciding(store, ledger, "run a job again", entity=entity, actor=actor, at=at) as tx:
        found = job(tx.session, kind, slot)
        if found is None:
            raise NotFound("job", f"{kind} {slot}")
        reasons = list(again_refusals(actor, found, elsewhere=elsewhere))
        if not said or len(said) > LONGEST_REASON:
            way_out = f"Say in 1 to {LONGEST_REASON} characters why."
            reasons.append(Refusal("reason", "A job is run again for a reason", CLAUSE, way_out))
        if reasons:
            raise Refused(reasons)
        queue_again(tx, kind, slot, at=at)
        payload = {"reason": said, "failed_with": found.error[:500]}
        return ledger.record(tx, Event.JOB_RUN_AGAIN, entity=entity, actor=actor, at=at, payload=payload).index
