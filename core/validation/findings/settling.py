"""From open to verified closed: remediate with what shows it, return for more work, verify and close."""

from collections.abc import Sequence
from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor
from core.inventory.moves import record_part
from core.inventory.rules import Action, Duty
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store
from core.store.files import EvidenceFiles
from core.validation.evidence import finding_facts, validation_facts
from core.validation.finding_rules import evidence_refusals
from core.validation.findings.acting import Act, Done, load_finding, recorded, refuse, save
from core.validation.findings.proof import Shown, check_pieces, keep_pieces, pieces_that_count, said
from core.validation.rules import FindingChange, FindingStatus, finding_refusals, reason_refusals

__all__ = ["Done", "close_finding", "remediate", "return_finding"]


def remediate(
    store: Store,
    ledger: Ledger,
    *,
    finding: str,
    text: str,
    evidence: Sequence[Shown] = (),
    files: EvidenceFiles | None = None,
    actor: Actor,
    at: datetime,
) -> Done:
    """Record what was done about a finding, and what shows it; a validator then verifies it.

    A finding of high or critical severity takes evidence beside the words. Raises `NotFound` for evidence that is not
    there: a record, or a file that `files` does not hold.
    """
    with deciding(store, ledger, Action.REMEDIATE_FINDING, entity=Entity("finding", finding), actor=actor, at=at) as tx:
        loaded = load_finding(tx.session, finding)
        row, facts = loaded.finding, finding_facts(loaded.finding)
        stands = validation_facts(tx.session, loaded.version)
        pieces = len(evidence) + pieces_that_count(tx.session, row)
        refuse(
            (
                *finding_refusals(stands, facts, Action.REMEDIATE_FINDING, actor),
                *reason_refusals(text, "The note"),
                *evidence_refusals(facts, pieces),
            )
        )
        check_pieces(tx.session, files, evidence)
        values = {
            "status": FindingStatus.REMEDIATED, "remediation": text, "remediated_by": actor.id, "remediated_at": at,
        }  # fmt: skip
        save(tx, row, values)
        keep_pieces(tx, row, evidence, by=actor.acting_as, at=at)
        record_part(tx, loaded.version, actor, Duty.DEVELOPMENT, at)
        act = Act(FindingChange.REMEDIATED, Event.FINDING_REMEDIATED, text)
        more = {"evidence": said(evidence)} if evidence else {}
        return recorded(tx, ledger, loaded, act, actor=actor, at=at, **more)


def close_finding(store: Store, ledger: Ledger, *, finding: str, text: str, actor: Actor, at: datetime) -> Done:
    """Verify the remediation and close the finding; neither its owner nor who remediated it does."""
    values = {"status": FindingStatus.VERIFIED_CLOSED, "closing_note": text, "closed_by": actor.id, "closed_at": at}
    act = Act(FindingChange.CLOSED, Event.FINDING_CLOSED, text)
    return _judge(store, ledger, finding, values, act, actor=actor, at=at)


def return_finding(store: Store, ledger: Ledger, *, finding: str, text: str, actor: Actor, at: datetime) -> Done:
    """What was done is not enough: the finding is open again, with the reason."""
    act = Act(FindingChange.RETURNED, Event.FINDING_RETURNED, text)
    return _judge(store, ledger, finding, {"status": FindingStatus.OPEN}, act, actor=actor, at=at)


def _judge(
    store: Store, ledger: Ledger, finding: str, values: dict[str, object], act: Act, *, actor: Actor, at: datetime
) -> Done:
    with deciding(store, ledger, Action.CLOSE_FINDING, entity=Entity("finding", finding), actor=actor, at=at) as tx:
        loaded = load_finding(tx.session, finding)
        stands = validation_facts(tx.session, loaded.version)
        reasons = finding_refusals(stands, finding_facts(loaded.finding), Action.CLOSE_FINDING, actor)
        refuse((*reasons, *reason_refusals(act.text, "The note")))
        save(tx, loaded.finding, values)
        record_part(tx, loaded.version, actor, Duty.VALIDATION, at)
        return recorded(tx, ledger, loaded, act, actor=actor, at=at)
