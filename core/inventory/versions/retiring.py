"""What it takes to take versions and whole models out of use, within the transaction of a larger act."""

from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.inventory.changing.service import compare_and_set
from core.inventory.history import Difference, write_history
from core.inventory.moves import change
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Transaction
from core.store.types import microseconds


def retire_version_within(
    tx: Transaction, ledger: Ledger, model: Model, version: ModelVersion, *, reason: str, actor: Actor, at: datetime
) -> int:
    """Retire a version by compare-and-set; the caller has asked the rules. Answers with the ledger entry."""
    before = version.stage
    change(tx, version, {"stage": Stage.RETIRED})
    entity = Entity("version", f"{model.number} {version.version}")
    found = [Difference("stage", before.value, Stage.RETIRED.value)]
    write_history(tx, entity, found, reason=reason, revision=version.revision, actor=actor, at=at)
    payload = {"reason": reason.strip(), "from": before.value}
    return ledger.record(tx, Event.VERSION_RETIRED, entity=entity, actor=actor, at=at, payload=payload).index


def retire_model_within(
    tx: Transaction,
    ledger: Ledger,
    model: Model,
    *,
    reason: str,
    depends: tuple[str, ...] = (),
    actor: Actor,
    at: datetime,
) -> int:
    """Retire a model with every version that is not retired; the caller has asked the rules."""
    for version in versions_left(tx.session, model):
        retire_version_within(tx, ledger, model, version, reason=reason, actor=actor, at=at)
    values = {"retired_at": at, "retired_by": actor.acting_as, "retired_reason": reason.strip(), "next_review": None}
    due = model.next_review
    compare_and_set(tx, model, values)
    entity = Entity("model", model.number)
    found = [Difference("retired", "", reason.strip())]
    if due is not None:  # as bulk edits say it: what stood at a past moment can be told exactly
        found.append(Difference("next_review", str(microseconds(due)), ""))
    write_history(tx, entity, found, reason=reason, revision=model.revision, actor=actor, at=at)
    payload: dict[str, JsonValue] = {"reason": reason.strip(), "depends": list(depends)}
    return ledger.record(tx, Event.MODEL_RETIRED, entity=entity, actor=actor, at=at, payload=payload).index


def versions_left(session: Session, model: Model) -> list[ModelVersion]:
    """The versions of a model that are not retired, oldest first."""
    query = select(ModelVersion).where(ModelVersion.model_id == model.id, ModelVersion.stage != Stage.RETIRED)
    return list(session.exec(query.order_by(col(ModelVersion.id))).all())
