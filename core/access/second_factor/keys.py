"""The key under which secrets of authenticators are kept: outside the store, so that a copy of it gives no codes."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12  # bytes (NIST SP 800-38D, 5.2.1.1)


@dataclass(frozen=True)
class FactorKey:
    """Seals secrets with AES-256-GCM and digests recovery codes with HMAC-SHA256, each under a key of its own."""

    secret: str = field(repr=False)

    def sealed(self, person: str, secret: str) -> str:
        """The authenticator's secret as the store keeps it, bound to the person."""
        nonce = secrets.token_bytes(_NONCE)
        return base64.b64encode(
            nonce + AESGCM(self._key("seal")).encrypt(nonce, secret.encode(), person.encode())
        ).decode()

    def opened(self, person: str, sealed: str) -> str:
        """The inverse of `sealed`; raises InvalidTag when it was sealed for somebody else, or under another key."""
        raw = base64.b64decode(sealed)
        return AESGCM(self._key("seal")).decrypt(raw[:_NONCE], raw[_NONCE:], person.encode()).decode()

    def digest(self, person: str, code: str) -> str:
        """A recovery code as the store keeps it."""
        return hmac.new(self._key("recovery"), f"{person}\n{code}".encode(), hashlib.sha256).hexdigest()

    def _key(self, use: str) -> bytes:
        return hmac.new(self.secret.encode(), f"countersign second factor {use}".encode(), hashlib.sha256).digest()
