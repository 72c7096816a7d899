"""Says what is monitored of a model in one environment: what it predicts, its features, attributes and reference."""

from datetime import datetime

from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Conflict, Problem, Refused
from core.inventory.classes.queries import bias_only
from core.inventory.classes.rules import bias_only_refusal
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.service import check_environment
from core.inventory.moves import load_model
from core.inventory.tables import ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.intake.counting import locked
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.rules import BatchKind, MonitoredData, declare_refusals, monitored_problems, refuse_unsound
from core.monitoring.intake.tables import MonitoredModel, ProductionBatch
from core.store import Store
from core.validation.tables import Evidence

ACT = "monitored_data.declare"


def declare_monitored(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    data: MonitoredData,
    environment: str = PRODUCTION,
    expected_revision: int,
    actor: Actor,
    at: datetime,
) -> int:
    """Put the declaration in force; returns its revision, counted from 1. `expected_revision` is 0 where there is none.

    Raises `Unreadable` with everything that is wrong with it, `Conflict` where it changed meanwhile.
    """
    entity = Entity("model", model)
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at) as tx:
        row = load_model(tx.session, model)
        held = bias_only(tx.session, [model]) & set(data.features)
        if reasons := (*declare_refusals(actor), *(bias_only_refusal(one) for one in sorted(held))):
            raise Refused(reasons)
        check_environment(tx.session, environment)
        refuse_unsound([*monitored_problems(data), *_reference_problems(tx.session, row.id or 0, environment, data)])
        locked(tx, Stream(row.id or 0, environment))  # others who declare wait here
        declared = declared_row(tx.session, row.id or 0, environment) or MonitoredModel(
            model_id=row.id or 0, environment=environment, mapping="", revision=0, declared_by="", declared_at=at
        )
        if declared.revision != expected_revision:
            raise Conflict(expected_revision, declared.revision, "What is monitored")
        declared.mapping, declared.revision = data.to_json(), expected_revision + 1
        declared.declared_by, declared.declared_at = actor.acting_as, at
        tx.session.add(declared)
        payload: dict[str, JsonValue] = {
            "environment": environment,
            "revision": declared.revision,
            "monitored": data.to_json(),
        }
        ledger.record(tx, Event.MONITORED_DATA_DECLARED, entity=entity, actor=actor, at=at, payload=payload)
        return declared.revision


def declared_row(session: Session, model_id: int, environment: str) -> MonitoredModel | None:
    """What is declared of this model there."""
    return session.exec(
        select(MonitoredModel).where(MonitoredModel.model_id == model_id, MonitoredModel.environment == environment)
    ).first()


def _reference_problems(session: Session, model_id: int, environment: str, data: MonitoredData) -> list[Problem]:
    if not data.reference:
        return []
    batch = select(ProductionBatch.id).where(
        ProductionBatch.number == data.reference,
        ProductionBatch.model_id == model_id,
        ProductionBatch.environment == environment,
        ProductionBatch.kind == BatchKind.REFERENCE,
        ProductionBatch.removed_at.is_(None),  # type: ignore[union-attr]
    )
    evidence = (
        select(Evidence.id)
        .join(ModelVersion, ModelVersion.id == Evidence.version_id)  # type: ignore[arg-type]
        .where(
            Evidence.number == data.reference,
            ModelVersion.model_id == model_id,
            Evidence.removed_at.is_(None),  # type: ignore[union-attr]
        )
    )
    if session.exec(batch).first() is None and session.exec(evidence).first() is None:
        expected = "a file of predictions of a version of this model, or a batch of reference data"
        return [
            Problem("not reference data of this model", column="reference", found=data.reference, expected=expected)
        ]
    return []
