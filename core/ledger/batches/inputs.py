"""Commitments to inputs: they show later that an input was this one, and say nothing to whoever lacks its key."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core.ledger.batches.tables import EventInputKey
from core.ledger.canonical import JsonValue, canonical
from core.store import Store
from core.store.types import instant

KEY_BYTES = 32


def day_of(at: int) -> str:
    """The day in UTC of a moment in microseconds, whose key its input is committed under."""
    return f"{instant(at):%Y-%m-%d}"


def input_keys(store: Store, days: set[str]) -> Mapping[str, bytes | None]:
    """The keys of these days, made on first use; None where the key was destroyed."""
    with store.transaction() as tx:
        insert = postgresql.insert if tx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        for day in sorted(days):
            made = insert(EventInputKey).values(day=day, key=secrets.token_bytes(KEY_BYTES))
            tx.session.execute(made.on_conflict_do_nothing(index_elements=["day"]))
        rows = tx.session.exec(select(EventInputKey).where(col(EventInputKey.day).in_(days))).all()
        return {row.day: row.key for row in rows}


def input_key(session: Session, day: str) -> bytes | None:
    """The key of this day, where there is one that was not destroyed."""
    row = session.get(EventInputKey, day)
    return row.key if row else None


def destroyable(session: Session, before: date) -> list[str]:
    """The days before this one whose keys still stand."""
    chosen = select(EventInputKey.day).where(
        EventInputKey.day < before.isoformat(), col(EventInputKey.key).is_not(None)
    )
    return list(session.exec(chosen.order_by(EventInputKey.day)).all())


def event_key(key: bytes, event_id: str) -> bytes:
    """The key of one event, which can be shown without those of the others: HMAC-SHA256(key, event id)."""
    return hmac.new(key, event_id.encode(), hashlib.sha256).digest()


def input_commitment(key: bytes, event_id: str, given: Mapping[str, JsonValue]) -> str:
    """HMAC-SHA256(event key, event id ‖ canonical JSON of the input), in hexadecimal; raises `NotCanonical`.

    An event id never holds the brace that the JSON begins with, so the two cannot be shifted against each other.
    """
    message = event_id.encode() + canonical(dict(given))
    return hmac.new(event_key(key, event_id), message, hashlib.sha256).hexdigest()
