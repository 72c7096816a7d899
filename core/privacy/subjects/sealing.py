"""Keeps who asked, and what is searched for, under a key of the request alone: destroying it ends every copy.

AES-256-GCM; the key lies in a file of mode 0600 beside the ledger's, outside the database, so that a backup of the
database alone says nothing, and what is left in one is unreadable once the request has closed.
"""

import base64
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import NotFound

NONCE, KEY_BITS, FOLDER = 12, 256, "subjects"  # bytes, NIST SP 800-38D, 5.2.1.1


class RequestKeys:
    """The keys of requests that are open, a file each."""

    def __init__(self, keys: Path) -> None:
        self.folder = keys / FOLDER

    def make(self, request: str) -> None:
        """Make the key of a new request; raises `FileExistsError` where there is one."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path(request), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(AESGCM.generate_key(KEY_BITS))
            sink.flush()
            os.fsync(sink.fileno())

    def destroy(self, request: str) -> None:
        """Destroy the key; again does no harm."""
        with suppress(FileNotFoundError):
            path = self._path(request)
            path.write_bytes(secrets.token_bytes(KEY_BITS // 8))
            path.unlink()

    def seal(self, request: str, content: bytes) -> bytes:
        """The content encrypted, bound to the request."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._key(request)).encrypt(nonce, content, request.encode())

    def unseal(self, request: str, sealed: bytes) -> bytes:
        """The content; raises `NotFound` once the key is destroyed, or for what another key encrypted."""
        try:
            return AESGCM(self._key(request)).decrypt(sealed[:NONCE], sealed[NONCE:], request.encode())
        except InvalidTag:
            raise NotFound("key of", request) from None

    def seal_text(self, request: str, text: str) -> str:
        """As `seal`, in Base64."""
        return base64.b64encode(self.seal(request, text.encode())).decode()

    def unseal_text(self, request: str, sealed: str) -> str:
        """As `unseal`, of Base64."""
        return self.unseal(request, base64.b64decode(sealed)).decode()

    def _key(self, request: str) -> bytes:
        try:
            return self._path(request).read_bytes()
        except FileNotFoundError:
            raise NotFound("key of", request) from None

    def _path(self, request: str) -> Path:
        if not request.isalnum():
            raise NotFound("subject request", request)
        return self.folder / f"{request}.key"
