"""Signatures of messages: ours on what we send, those of GitHub and GitLab on what we hear."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

SECRET_PREFIX = "whsec_"  # noqa: S105  what every secret begins with, not one
TOLERANCE = timedelta(minutes=5)


def derived_secret(master: bytes, purpose: str, number: str, key: int) -> bytes:
    """32 bytes for one endpoint: HMAC-SHA256 of its name under the installation's key, so that no table holds it."""
    return hmac.new(master, f"{purpose}:{number}:{key}".encode(), hashlib.sha256).digest()


def secret_words(secret: bytes) -> str:
    """A secret as receivers of Standard Webhooks enter it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, message: str, sent_at: datetime, body: str) -> str:
    """HMAC-SHA256 over id, second of sending and body, joined by full stops (Standard Webhooks 1.0, symmetric)."""
    signed = f"{message}.{int(sent_at.timestamp())}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def signature_holds(secret: bytes, message: str, second: str, body: str, given: str, *, now: datetime) -> bool:
    """As a receiver verifies: one of the signatures fits, and the message was sent within five minutes."""
    if not second.isdecimal() or abs(now.timestamp() - int(second)) > TOLERANCE.total_seconds():
        return False
    signed = f"{message}.{second}.{body}".encode()
    expected = "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in given.split(" "))


def github_signature_holds(secret: bytes, body: bytes, given: str) -> bool:
    """GitHub's `X-Hub-Signature-256`: `sha256=` and the hexadecimal HMAC-SHA256 of the body."""
    expected = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def gitlab_token_holds(secret: bytes, given: str) -> bool:
    """GitLab's `X-Gitlab-Token`: the secret itself, sent with every event."""
    return hmac.compare_digest(secret, given.encode("utf-8", "replace"))
