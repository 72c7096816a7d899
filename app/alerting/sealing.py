"""Keeps the targets of channels encrypted in the store: tokens in addresses, and addresses of people."""

import base64
import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.composition import Workplace
from app.delivery.keys import master_key
from core.approval.hooks.signing import derived_secret
from core.errors import NotFound
from core.monitoring.alerts.tables import AlertChannel

NONCE = 12  # bytes, NIST SP 800-38D, 5.2.1.1


def sealer(place: Workplace) -> Callable[[str, str], str]:
    """Encrypts a channel's target with AES-256-GCM under a key of its own, bound to its number."""

    def seal(number: str, target: str) -> str:
        nonce = os.urandom(NONCE)
        sealed = AESGCM(_key(place, number)).encrypt(nonce, target.encode(), number.encode())
        return base64.b64encode(nonce + sealed).decode()

    return seal


def unseal(place: Workplace, channel: AlertChannel) -> str:
    """The target; raises `NotFound` where the key beside the store is not the one it was encrypted with."""
    try:
        raw = base64.b64decode(channel.target, validate=True)
        return AESGCM(_key(place, channel.number)).decrypt(raw[:NONCE], raw[NONCE:], channel.number.encode()).decode()
    except (InvalidTag, ValueError):
        raise NotFound("key for the target of channel", channel.number) from None


def _key(place: Workplace, number: str) -> bytes:
    return derived_secret(master_key(place), "alert channel", number, 1)
