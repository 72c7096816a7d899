"""Entries with valid defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Someone:
    """An actor as the ledger names them."""

    acting_as: str = "P0001"
    role_words: str = "developer"


ACTOR = Someone()


def put(
    store: Store,
    ledger: Ledger,
    *,
    event: Event = Event.MODEL_REGISTERED,
    entity: Entity = Entity("model", "M0001"),  # noqa: B008  frozen
    actor: Someone = ACTOR,
    at: datetime = NOON,
    payload: Mapping[str, JsonValue] | None = {"name": "Recidivism"},
    event_id: str | None = None,
) -> int:
    """Record one entry in a commit of its own; its index."""
    with store.transaction() as tx:
        recorded = ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=payload, event_id=event_id)
    return recorded.index


def fill(store: Store, ledger: Ledger, count: int) -> None:
    """`count` entries, a commit and a second apart, each about another model."""
    for number in range(count):
        entity = Entity("model", f"M{number:04d}")
        put(store, ledger, entity=entity, at=NOON + timedelta(seconds=number), payload={"number": number})
