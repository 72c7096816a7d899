"""The use cases in which an owner retires a version or a whole model that is not in use; nothing is deleted."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor, Permission, permission_refusals
from core.approval.facts import open_change
from core.errors import Refusal, Refused
from core.inventory.checking import retired_refusals
from core.inventory.moves import load_model, load_version
from core.inventory.parts.graph import dependents
from core.inventory.parts.rules import seen_refusals
from core.inventory.tables import Model, ModelVersion
from core.inventory.versions.retiring import retire_model_within, retire_version_within, versions_left
from core.inventory.versions.rules import retire_version_refusals
from core.ledger.service import Entity, Ledger
from core.store import Store


def against_retiring_version(session: Session, version: ModelVersion, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against retiring this version, for the button as for the use case."""
    request = open_change(session, version)
    return (
        *permission_refusals(actor, Permission.MODEL_RETIRE),
        *retire_version_refusals(version.stage, request.number if request else None),
    )


def against_retiring_model(session: Session, model: Model, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against retiring this model; what stands against a version stands against the model."""
    reasons = [*permission_refusals(actor, Permission.MODEL_RETIRE), *retired_refusals(model)]
    for version in versions_left(session, model):
        request = open_change(session, version)
        reasons += [
            Refusal(one.code, f"v{version.version}: {one.message}", one.clause, one.way_out)
            for one in retire_version_refusals(version.stage, request.number if request else None, with_its_model=True)
        ]
    return tuple(reasons)


def retire_version(
    store: Store, ledger: Ledger, *, model: str, version: str, reason: str, actor: Actor, at: datetime
) -> int:
    """Retire a version that is not in use; answers with the ledger entry. Raises Refused, NotFound, Conflict."""
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, "retire a version", entity=entity, actor=actor, at=at) as tx:
        model_row, row = load_version(tx.session, model, version)
        _refuse((*against_retiring_version(tx.session, row, actor), *reason_refusals(reason)))
        return retire_version_within(tx, ledger, model_row, row, reason=reason, actor=actor, at=at)


def retire_model(
    store: Store, ledger: Ledger, *, model: str, reason: str, seen: Collection[str], actor: Actor, at: datetime
) -> int:
    """Retire a model of which no version is in use, with all its versions; answers with the ledger entry.

    `seen` names what the person was shown as depending on it; refused when more depends on it by now.
    """
    with deciding(store, ledger, "retire a model", entity=Entity("model", model), actor=actor, at=at) as tx:
        row = load_model(tx.session, model)
        tx.session.refresh(row, with_for_update={"key_share": True})  # no version is registered meanwhile
        depends = tuple(sorted(step.number for step in dependents(tx.session, model)))
        reasons = (*against_retiring_model(tx.session, row, actor), *reason_refusals(reason))
        _refuse((*reasons, *seen_refusals(frozenset(depends), frozenset(seen))))
        return retire_model_within(tx, ledger, row, reason=reason, depends=depends, actor=actor, at=at)


def _refuse(reasons: Collection[Refusal]) -> None:
    if reasons:
        raise Refused(tuple(reasons))
