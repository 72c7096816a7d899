"""The use case that takes a part out of use, once what depends on it was seen."""

from collections.abc import Collection, Sequence
from datetime import datetime

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal, Refused
from core.inventory.checking import retired_refusals
from core.inventory.parts.finding import load_part, node_of
from core.inventory.parts.graph import dependents
from core.inventory.parts.registering import Recorded
from core.inventory.parts.rules import seen_refusals
from core.inventory.tables import Dataset
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store


def retire_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot retire a record."""
    return permission_refusals(actor, Permission.MODEL_RETIRE)


def retire_part(
    store: Store, ledger: Ledger, *, part: str, reason: str, seen: Collection[str], actor: Actor, at: datetime
) -> Recorded:
    """Take a dataset, prompt, workflow, decision point or vendor out of use; it stays on record with its links.

    `seen` names what the person was shown as depending on it; refused when more depends on it by now.
    """
    with deciding(store, ledger, "retire a part", entity=Entity("part", part), actor=actor, at=at) as tx:
        row = load_part(tx.session, part)
        tx.session.refresh(row, with_for_update={"key_share": True})
        now = frozenset(step.number for step in dependents(tx.session, part))
        reasons = (*retire_refusals(actor), *retired_refusals(row), *reason_refusals(reason))
        _refuse((*reasons, *seen_refusals(now, frozenset(seen))))
        row.retired_at, row.retired_by, row.retired_reason = at, actor.acting_as, reason.strip()
        row.revision += 1
        tx.session.add(row)
        is_dataset = isinstance(row, Dataset)
        event = Event.DATASET_RETIRED if is_dataset else Event.ASSET_RETIRED
        entity = Entity(node_of(row).kind.value, part)
        payload: dict[str, JsonValue] = {"reason": reason.strip(), "depends": sorted(now)}
        return Recorded(part, ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=payload).index)


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
