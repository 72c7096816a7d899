"""Takes in a file of production data; one that is refused is on record too, by its name and the reason."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Refused, Unreadable
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.moves import load_model
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.controls.known import known_model
from core.monitoring.intake.forms import rows_of
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.point_forms import points_of
from core.monitoring.intake.points import PointsReceived, record_metrics
from core.monitoring.intake.rules import LABEL, BatchKind, report_refusals
from core.monitoring.intake.service import ACT, monitored, record_production
from core.monitoring.intake.taking import Received, Sent
from core.store import EvidenceFiles, Store
from core.validation.uploads import safe_label


@dataclass(frozen=True)
class Delivery:
    """A file as it came: where it lies for now, what it is called, what it is of, and the key of the call."""

    source: Path
    filename: str
    model: str
    version: str | None = None
    environment: str = PRODUCTION
    key: str = ""


def take_file(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    delivery: Delivery,
    kind: BatchKind,
    *,
    actor: Actor,
    at: datetime,
) -> Received:
    """Read a file strictly and take its rows in; raises as `record_production` does."""
    _refuse_early(store, ledger, delivery, actor=actor, at=at)
    try:
        with store.reading() as session:
            number = known_model(session, delivery.model)
            model = load_model(session, number) if number else None
            declared = monitored(session, Stream(model.id or 0, delivery.environment)) if model else None
        rows = rows_of(delivery.source, delivery.filename, label=declared.label if declared else LABEL)
        return record_production(
            store,
            ledger,
            files,
            model=delivery.model,
            kind=kind,
            rows=rows.table,
            version=delivery.version,
            environment=delivery.environment,
            sent=Sent(safe_label(delivery.filename), delivery.key, rows.first_line),
            actor=actor,
            at=at,
        )
    except (Unreadable, Refused) as error:
        _note_refusal(store, ledger, delivery, error, actor=actor, at=at)
        raise


def take_points(store: Store, ledger: Ledger, delivery: Delivery, *, actor: Actor, at: datetime) -> PointsReceived:
    """Read a file of metric points and take them in; raises as `record_metrics` does."""
    _refuse_early(store, ledger, delivery, actor=actor, at=at)
    try:
        points = points_of(
            delivery.source,
            model=delivery.model,
            version=delivery.version,
            environment=delivery.environment,
            at=at,
        )
        return record_metrics(store, ledger, points, actor=actor, at=at)
    except (Unreadable, Refused) as error:
        _note_refusal(store, ledger, delivery, error, actor=actor, at=at)
        raise


def _refuse_early(store: Store, ledger: Ledger, delivery: Delivery, *, actor: Actor, at: datetime) -> None:
    if reasons := report_refusals(actor):
        with deciding(store, ledger, ACT, entity=Entity("model", delivery.model), actor=actor, at=at):
            raise Refused(reasons)


def _note_refusal(
    store: Store, ledger: Ledger, delivery: Delivery, error: Exception, *, actor: Actor, at: datetime
) -> None:
    payload: dict[str, JsonValue] = {"file": safe_label(delivery.filename), "reason": type(error).__name__.lower()}
    with store.transaction() as tx:
        entity = Entity("model", delivery.model)
        ledger.record(tx, Event.PRODUCTION_REFUSED, entity=entity, actor=actor, at=at, payload=payload)
