"""The installation's key that wraps all data keys: the next one is laid ready, then every data key is wrapped anew."""

import fcntl
import logging
from pathlib import Path

from core.errors import NotFound
from core.store.sealed_form import CannotBeUnsealed
from core.store.vault import COMING, FOLDER, INSTALLATION, Vault, installation_key, locked, made, name_of, sync, write

ROTATING = ".sealing-rotation.lock"
log = logging.getLogger("countersign.data")


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
    the last key is wrapped anew both are there, and each wrapped key names its own. What opens with neither, such as a
    file from an old backup, opened nothing before: it stays as it is, and the log names it.
    """
    with locked(keys, fcntl.LOCK_EX, ROTATING):
        if not coming_installation_key(keys):
            return 0
        for path in _wrapped_keys(keys):  # most of them, one lock each
            with locked(keys, fcntl.LOCK_EX):
                _wrap_anew(keys, path)
        with locked(keys, fcntl.LOCK_EX):  # what was sealed meanwhile, with nobody who seals beside it
            paths = _wrapped_keys(keys)
            left = [path for path in paths if not _wrap_anew(keys, path)]
            (keys / COMING).replace(keys / INSTALLATION)
            sync(keys)
        for path in left:
            log.warning("Opens with no sealing key of the installation and stays as it is: %s", path.relative_to(keys))
        return len(paths) - len(left)


def count_wrapped_keys(keys: Path) -> int:
    """How many data keys are kept here."""
    return len(_wrapped_keys(keys))


def _wrapped_keys(keys: Path) -> list[Path]:
    return sorted((keys / FOLDER).glob("*/??/*.json"))


def _wrap_anew(keys: Path, path: Path) -> bool:
    """Wrap one data key with the coming key, unless it is already; False where it is gone, damaged or does not open."""
    coming = (keys / COMING).read_bytes()
    vault = Vault(keys, path.parent.parent.name)
    try:
        digest, name, _ = path.name.split(".")
        if vault.told(digest, name).get("installation") == name_of(coming):
            return True
        found = vault.key(digest, name)
    except (NotFound, CannotBeUnsealed, ValueError, LookupError):
        return False
    write(path, vault.wrapped(digest, found, coming))
    return True
