"""The key from which every webhook's secret is derived: one file beside the ledger's, readable by its owner alone."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from app.composition import Workplace
from core.approval.hooks.signing import derived_secret, secret_words
from core.approval.hooks.tables import CodeHook

FILE = "webhooks.key"


def master_key(place: Workplace) -> bytes:
    """The installation's key, made on first use; a file that others may read raises `PermissionError`."""
    path = place.settings.data_dir / "keys" / FILE
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"The key {path} can be read by others; set its mode to 0600.")
    return bytes.fromhex(path.read_text(encoding="ascii").strip())


def sender_secret(place: Workplace, row: CodeHook) -> bytes:
    """What the forge signs with, as the administrator entered it there: the words, not the bytes behind them."""
    return secret_words(derived_secret(master_key(place), "code", row.number, row.key)).encode()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = path.with_name(f".{FILE}.{secrets.token_hex(4)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as sink:
        sink.write(secrets.token_hex(32) + "\n")
        sink.flush()
        os.fsync(sink.fileno())
    with suppress(FileExistsError):  # another process was first: its key is the installation's
        os.link(made, path)
    made.unlink()
