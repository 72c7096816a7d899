"""Verifies the whole ledger and its files of events when someone asks, and puts the result on record."""

from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal, Refused
from core.ledger.anchors.holding import hold_of
from core.ledger.batches.queries import batches
from core.ledger.batches.verify import Progress
from core.ledger.events import Event
from core.ledger.report import Report, Step
from core.ledger.service import Entity, Ledger
from core.ledger.verify import verify_store
from core.store import EvidenceFiles, Store


def verify_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot verify the ledger."""
    return permission_refusals(actor, Permission.LEDGER_READ)


def verify_ledger(
    store: Store,
    ledger: Ledger,
    events: EvidenceFiles | None = None,
    *,
    saved_checkpoint: str | None = None,
    progress: Progress | None = None,
    actor: Actor,
    at: datetime,
) -> Report:
    """Recompute everything from stored bytes, against a checkpoint the caller kept, if any; the outcome is recorded."""
    entity = Entity("ledger", ledger.origin)
    reasons = verify_refusals(actor)
    with deciding(store, ledger, "verify the ledger", entity=entity, actor=actor, at=at):
        if reasons:
            raise Refused(reasons)
    return verified(store, ledger, events, saved_checkpoint=saved_checkpoint, progress=progress, actor=actor, at=at)


def verified(
    store: Store,
    ledger: Ledger,
    events: EvidenceFiles | None,
    *,
    saved_checkpoint: str | None = None,
    progress: Progress | None = None,
    actor: Actor,
    at: datetime,
) -> Report:
    """As `verify_ledger`, for the installation itself. Events on record whose files are not given are not verified,
    which is a step that does not hold. While the ledger is held the result is told and not put on record."""
    with store.whole.reading() as session:
        report = verify_store(session, ledger.vkey, saved_checkpoint=saved_checkpoint, events=events, progress=progress)
        if events is None and batches(session, limit=1).total:
            unseen = Step(14, "files of events", False, "not looked at")
            report = Report((*report.steps, unseen), report.size)
    if hold_of(ledger.keyring.folder) is not None:
        return report
    failed = ",".join(str(step.number) for step in report.steps if not step.passed)
    with store.transaction() as tx:
        ledger.record(
            tx,
            Event.LEDGER_VERIFIED,
            entity=Entity("ledger", ledger.origin),
            actor=actor,
            at=at,
            payload={"passed": report.passed, "failed": failed},
        )
    return report
