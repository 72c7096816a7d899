"""The use case that moves a version from the experimental to the stable line."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal, Refused
from core.inventory.evidence import can_rebind, rebound
from core.inventory.history import Difference, write_history
from core.inventory.moves import change, facts_of, load_version, record_part
from core.inventory.rules import Duty, Line, duty_refusals
from core.inventory.tables import Model, ModelVersion
from core.inventory.versions.rules import to_stable_refusals
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store


def stable_refusals(session: Session, model: Model, version: ModelVersion, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against moving this version to the stable line, for the button as for the use case."""
    kept = Refusal(
        "evidence-parts",
        "The version carries evidence of an earlier release",
        "evidence binding",
        "Start its validation again first.",
    )
    return (
        *permission_refusals(actor, Permission.VERSION_REGISTER),
        *duty_refusals(facts_of(session, version), Duty.DEVELOPMENT, actor),
        *to_stable_refusals(version.line, version.stage),
        *([] if can_rebind(session, model, version) else [kept]),
    )


def move_to_stable(
    store: Store, ledger: Ledger, *, model: str, version: str, reason: str, actor: Actor, at: datetime
) -> int:
    """Move a version to the stable line, from which it can go into production; answers with the ledger entry.

    Its evidence digest follows, so that whatever is concluded next rests on the stable version.
    """
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, "move to the stable line", entity=entity, actor=actor, at=at) as tx:
        model_row, row = load_version(tx.session, model, version)
        _refuse((*stable_refusals(tx.session, model_row, row, actor), *reason_refusals(reason)))
        change(tx, row, {"line": Line.STABLE})
        change(tx, row, {"evidence_digest": rebound(tx.session, model_row, row)})
        record_part(tx, row, actor, Duty.DEVELOPMENT, at)
        found = [Difference("line", Line.EXPERIMENTAL.value, Line.STABLE.value)]
        write_history(tx, entity, found, reason=reason, revision=row.revision, actor=actor, at=at)
        payload = {"reason": reason.strip(), "evidence": row.evidence_digest}
        event = Event.VERSION_MOVED_TO_STABLE
        return ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=payload).index


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
