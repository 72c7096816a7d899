"""Puts what was done with an incident on record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.access.rules import SYSTEM, Actor
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import Ref
from core.store import Transaction


@dataclass(frozen=True)
class Done:
    """The number of the incident or action, and the ledger entry that says what was done."""

    number: str
    entry: int


def recorded(
    tx: Transaction,
    ledger: Ledger,
    event: Event,
    number: str,
    payload: Mapping[str, JsonValue],
    *,
    actor: Actor,
    at: datetime,
) -> Done:
    """Put what was done with the incident on record; empty particulars are left out."""
    said = {name: value for name, value in payload.items() if value not in ("", None)}
    entity = Entity("incident", number)
    return Done(number, ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=said).index)


def refs_said(refs: Iterable[Ref]) -> str:
    """Records in one line of a ledger entry: `alert AL0007, change CR0003`."""
    return ", ".join(f"{one.kind.value} {one.number}" for one in refs)


def by_policy(actor: Actor) -> bool:
    """Whether the product itself acts, where a clause of the policy or a schedule decided."""
    return actor.id == SYSTEM.id
