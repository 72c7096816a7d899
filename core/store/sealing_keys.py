"""The installation's key that wraps all data keys: the next one is laid ready, then every data key is wrapped anew."""

import fcntl
from pathlib import Path

from core.store.vault import COMING, FOLDER, INSTALLATION, Vault, installation_key, locked, made, name_of, sync, write

ROTATING = ".sealing-rotation.lock"


def prepare_installation_key(keys: Path) -> str:
    """Lay the next key of the installation ready, and answer its name; it wraps nothing before it is rotated to."""
    with locked(keys, fcntl.LOCK_EX):
        installation_key(keys)
        return name_of(made(keys / COMING))


def coming_installation_key(keys: Path) -> str:
    """The name of the key that lies ready, or that a rotation is under way to; empty where there is none."""
    try:
        return name_of((keys / COMING).read_bytes())
    except FileNotFoundError:
        return ""


def rotate_installation_key(keys: Path) -> int:
    """Wrap every data key with the installation's next key; answers how many, 0 where no key lies ready.

    Who seals waits for one wrapped key at most, and readers go on. Broken off, it is taken up by the next call: until
    the last key is wrapped anew both are there, and each wrapped key names its own.
    """
    with locked(keys, fcntl.LOCK_EX, ROTATING):
        if not coming_installation_key(keys):
            return 0
        for path in _wrapped_keys(keys):  # most of them, one lock each
            with locked(keys, fcntl.LOCK_EX):
                _wrap_anew(keys, path)
        with locked(keys, fcntl.LOCK_EX):  # what was sealed meanwhile, with nobody who seals beside it
            done = sum(_wrap_anew(keys, path) for path in _wrapped_keys(keys))
            (keys / COMING).replace(keys / INSTALLATION)
            sync(keys)
        return done


def count_wrapped_keys(keys: Path) -> int:
    """How many data keys are kept here."""
    return len(_wrapped_keys(keys))


def _wrapped_keys(keys: Path) -> list[Path]:
    return sorted((keys / FOLDER).glob("*/??/*.json"))


def _wrap_anew(keys: Path, path: Path) -> bool:
    """Wrap one data key with the coming key, unless it is already; False where it was destroyed meanwhile."""
    coming = (keys / COMING).read_bytes()
    digest, name, _ = path.name.split(".")
    vault = Vault(keys, path.parent.parent.name)
    if not (said := vault.told(digest, name)):
        return False
    if said.get("installation") != name_of(coming):
        write(path, vault.wrapped(digest, vault.key(digest, name), coming))
    return True
