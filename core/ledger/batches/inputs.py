"""Commitments to inputs: they show later that an input was this one, and say nothing to whoever lacks its key."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from core.ledger.canonical import JsonValue, canonical

KEY_BYTES = 32


def new_key() -> bytes:
    """The key of one file's commitments; destroyed, none of them can be tied to an input any more."""
    return secrets.token_bytes(KEY_BYTES)


def event_key(key: bytes, event_id: str) -> bytes:
    """The key of one event, which can be shown without those of the others: HMAC-SHA256(key, event id)."""
    return hmac.new(key, event_id.encode(), hashlib.sha256).digest()


def input_commitment(key: bytes, event_id: str, given: Mapping[str, JsonValue]) -> str:
    """HMAC-SHA256(event key, event id ‖ canonical JSON of the input), in hexadecimal; raises `NotCanonical`.

    An event id never holds the brace that the JSON begins with, so the two cannot be shifted against each other.
    """
    message = event_id.encode() + canonical(dict(given))
    return hmac.new(event_key(key, event_id), message, hashlib.sha256).hexdigest()
