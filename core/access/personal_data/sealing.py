"""Keeps a text sealed with AES-256-GCM until a person has decided on it; the key lies beside those of the ledger."""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import GovernanceError

KEY_FILE = "held-texts.key"
_NONCE = 12


class CannotBeOpened(GovernanceError):
    """The key that sealed the text is gone, or the text was changed."""

    def __init__(self) -> None:
        super().__init__("The text as it was written cannot be opened: its key is not there. It can stay masked.")


def sealed(folder: Path, text: str, *, number: str) -> bytes:
    """Nonce and sealed text; bound to the number of its record, so that two cannot be exchanged."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key(folder)).encrypt(nonce, text.encode(), number.encode())


def opened(folder: Path, data: bytes, *, number: str) -> str:
    """The inverse of `sealed`; raises `CannotBeOpened`."""
    try:
        return AESGCM(_key(folder)).decrypt(data[:_NONCE], data[_NONCE:], number.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotBeOpened from error


def _key(folder: Path) -> bytes:
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{KEY_FILE}.{secrets.token_hex(4)}")
        part.write_bytes(AESGCM.generate_key(bit_length=256))
        part.chmod(0o600)
        try:
            os.link(part, path)  # the first of two writers wins
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_bytes()
