"""Tells every webhook, in the transaction of the move, which version now stands where."""

import json
from datetime import datetime

from sqlmodel import col, select

from core.approval.hooks.tables import WebhookEndpoint
from core.inventory.deployments.tables import Deployment
from core.inventory.importing.tables import RegistryModel
from core.inventory.tables import Model, ModelVersion
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel
from core.policy.rules import Phase
from core.store import Transaction

MOVED = "deployment.moved"
ENDED = "deployment.ended"
ALIAS = "registry.alias"


def announce(
    tx: Transaction, model: Model, version: ModelVersion, stay: Deployment, *, entry: int, at: datetime
) -> None:
    """Queue one message a webhook: what moved or ended, from which version, by whom, and its ledger entry."""
    former = tx.session.get(ModelVersion, stay.replaced_version_id) if stay.replaced_version_id else None
    ended = stay.until is not None
    said = {
        "type": ENDED if ended else MOVED,
        "timestamp": at.isoformat(),
        "data": {
            "model": model.number,
            "name": model.name,
            "environment": stay.environment,
            "phase": stay.phase.value,
            "share": stay.share,
            "version": version.version,
            "from": former.version if former else None,
            "ended_as": stay.ended_as.value if stay.ended_as else None,
            "change": stay.change or None,
            "by": stay.ended_by if ended else stay.moved_by,
            "evidence_digest": version.evidence_digest,
            "artefact_digest": version.artefact_digest or None,
            "ledger_entry": entry,
        },
    }
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    for number in tx.session.exec(
        select(WebhookEndpoint.number).where(col(WebhookEndpoint.closed_at).is_(None)).order_by(col(WebhookEndpoint.id))
    ).all():
        enqueue_message(tx, Channel.WEBHOOK, number, said["type"], body, at=at)  # type: ignore[arg-type]  # a str
    if stay.phase is Phase.FULL and not ended:
        _point_alias(tx, model, version, stay, at)


def _point_alias(tx: Transaction, model: Model, version: ModelVersion, stay: Deployment, at: datetime) -> None:
    """The alias of a registry that holds the model follows the pointer, through the outbox too."""
    held = select(RegistryModel.id).where(RegistryModel.model_id == model.id, col(RegistryModel.gone_at).is_(None))
    if tx.session.exec(held.limit(1)).first() is None:
        return
    body = json.dumps({"model": model.number, "environment": stay.environment, "version": version.version})
    enqueue_message(tx, Channel.REGISTRY, model.number, ALIAS, body, at=at)
