"""Concludes a validation: on the evidence at hand, by someone who took no part in the development."""

from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Conflict, NotFound, Refused
from core.inventory.moves import load_version, move, record_part
from core.inventory.rules import Action, Duty
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store
from core.validation.evidence import latest_run, validation_facts
from core.validation.rules import Outcome, reason_refusals, refusals
from core.validation.tables import Conclusion

ACTION_OF = {
    Outcome.VALIDATED: Action.CONCLUDE_VALIDATED,
    Outcome.NOT_VALIDATED: Action.CONCLUDE_NOT_VALIDATED,
}


def conclude(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    version: str,
    outcome: Outcome,
    summary: str,
    seen_digest: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Conclude as validated or not; refused with every reason, `Conflict` when the evidence is not what was read."""
    action = ACTION_OF[outcome]
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, action, entity=entity, actor=actor, at=at) as tx:
        _, row = load_version(tx.session, model, version)
        if seen_digest != row.evidence_digest:
            raise Conflict(seen_digest[:8], row.evidence_digest[:8], "The evidence")
        reasons = (
            *refusals(validation_facts(tx.session, row, at=at), action, actor),
            *reason_refusals(summary, "The summary"),
        )
        if reasons:
            raise Refused(reasons)
        run = latest_run(tx.session, row)
        if run is None or run.id is None or row.id is None:
            raise NotFound("finished validation of", version)
        conclusion = Conclusion(
            version_id=row.id,
            run_id=run.id,
            outcome=outcome,
            summary=summary,
            evidence_digest=row.evidence_digest,
            concluded_by=actor.id,
            concluded_at=at,
        )
        tx.session.add(conclusion)
        record_part(tx, row, actor, Duty.VALIDATION, at)
        stage = move(tx, row, action)
        payload = {"stage": stage.value, "evidence": row.evidence_digest, "run": run.number, "summary": summary}
        ledger.record(tx, Event.VALIDATION_CONCLUDED, entity=entity, actor=actor, at=at, payload=payload)
