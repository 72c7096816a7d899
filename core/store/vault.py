"""Keys of sealed files: a data key each, wrapped by the installation's key, apart from the files and the database.

They lie in the folder of keys, which no backup holds but sealed, and that one in its newest state alone. So a data key
that is destroyed is gone from every backup, and the file that it opened with it. In its place stays a note of what
destroyed it, which a restored backup follows.
"""

import base64
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import NotFound
from core.store.private import private_folder
from core.store.sealed_form import CannotBeUnsealed

FORM, BITS, NONCE = "countersign-data-key/1", 256, 12  # NIST SP 800-38D, 5.2.1.1
FOLDER, INSTALLATION, COMING, LOCK = "sealed", "sealing.key", "sealing-next.key", ".sealing.lock"


@dataclass(frozen=True)
class DataKey:
    """A key that sealed one file: its name, and of the sealed file the SHA-256 and the size in bytes."""

    name: str
    key: bytes
    file: str = ""
    size: int = 0


@dataclass(frozen=True)
class Destroyed:
    """Why a data key is gone: the digest of the file without the person's rows (or none), the request, its entry."""

    replacement: str
    request: str
    entry: int
    rows: int


class Vault:
    """The data keys of one folder of files, which is called `room`; `keys` is the installation's folder of keys."""

    def __init__(self, keys: Path, room: str) -> None:
        self.keys, self.room = keys, room
        self.folder = keys / FOLDER / room

    def keep(self, digest: str, one: DataKey) -> None:
        """Keep the key of a file with this digest, wrapped; it is on disk when this returns."""
        with locked(self.keys, fcntl.LOCK_SH):
            path = self._path(digest, one.name)
            private_folder(path.parent)
            write(path, self.wrapped(digest, one, installation_key(self.keys)))

    def key(self, digest: str, name: str) -> DataKey:
        """The key of this name; raises `NotFound` where it is gone, and `CannotBeUnsealed` where it does not unwrap."""
        said = self.told(digest, name)
        if not said:
            raise NotFound("data key of the sealed file", digest)
        raw = base64.b64decode(str(said["wrapped"]))
        try:
            cipher = AESGCM(_key_named(self.keys, str(said["installation"])))
            bare = cipher.decrypt(raw[:NONCE], raw[NONCE:], self._bound(digest, name))
        except InvalidTag:
            raise CannotBeUnsealed(digest) from None
        return DataKey(name, bare, str(said["file"]), int(str(said["size"])))

    def told(self, digest: str, name: str) -> Mapping[str, object]:
        """What lies beside the wrapped key in the clear; empty where the key is not here."""
        try:
            said: Mapping[str, object] = json.loads(self._path(digest, name).read_bytes())
        except FileNotFoundError:
            return {}
        return said

    def names(self, digest: str) -> tuple[str, ...]:
        """The names of the keys that are kept for a file."""
        found = (self.folder / digest[:2]).glob(f"{digest}.*.json")
        return tuple(sorted(path.name.split(".")[1] for path in found))

    def destroy(self, digest: str, why: Destroyed | None = None) -> bool:
        """Destroy every key of a file, whether there was one; gone when this returns, and `why` stays in its place."""
        if why is None and not self.names(digest):
            return False
        with locked(self.keys, fcntl.LOCK_SH):  # a rotation under way would write it anew
            if why is not None:  # first: a crash after it leaves a key that the next call destroys
                path = self._note(digest)
                private_folder(path.parent)
                write(path, asdict(why))
            names = self.names(digest)
            for name in names:
                _shred(self._path(digest, name))
        return bool(names)

    def destroyed(self, digest: str) -> Destroyed | None:
        """What destroyed the key of a file; None where nothing did."""
        try:
            said = json.loads(self._note(digest).read_bytes())
        except FileNotFoundError:
            return None
        return None if self.names(digest) else Destroyed(**said)  # handed in again since

    def follow(self, digest: str) -> tuple[str, DataKey] | None:
        """The newest file that stands for one whose key was destroyed, with its key; None where there is none."""
        while (why := self.destroyed(digest)) is not None and why.replacement:
            digest = why.replacement
        names = self.names(digest)
        return (digest, self.key(digest, names[-1])) if names else None

    def wrapped(self, digest: str, one: DataKey, installation: bytes) -> dict[str, object]:
        nonce = os.urandom(NONCE)
        bound = self._bound(digest, one.name)
        wrapped = nonce + AESGCM(installation).encrypt(nonce, one.key, bound)
        return {
            "form": FORM, "installation": name_of(installation), "wrapped": base64.b64encode(wrapped).decode(),
            "file": one.file, "size": one.size,
        }  # fmt: skip

    def _bound(self, digest: str, name: str) -> bytes:
        """Associated data: a wrapped key opens nothing but the file of this digest in this folder."""
        return f"{FORM} {self.room} {digest} {name}".encode()

    def _path(self, digest: str, name: str) -> Path:
        return self.folder / digest[:2] / f"{digest}.{name}.json"

    def _note(self, digest: str) -> Path:
        return self.folder / digest[:2] / f"{digest}.destroyed"


def new_data_key() -> DataKey:
    """A key for one file, with a name that no other has."""
    return DataKey(secrets.token_hex(8), AESGCM.generate_key(BITS))


def name_of(installation: bytes) -> str:
    """What a wrapped key says of the installation's key: its SHA-256, shortened, which says nothing of the key."""
    return hashlib.sha256(b"countersign installation key\0" + installation).hexdigest()[:16]


def has_installation_key(keys: Path) -> bool:
    """Whether this folder of keys could ever unwrap one."""
    return (keys / INSTALLATION).is_file()


def installation_key(keys: Path) -> bytes:
    return made(keys / INSTALLATION)


def _key_named(keys: Path, name: str) -> bytes:
    for _ in range(2):  # a rotation may end between the two looks
        for path in (keys / INSTALLATION, keys / COMING):
            if path.is_file() and name_of(found := path.read_bytes()) == name:
                return found
    raise NotFound("installation key", name)


def made(path: Path) -> bytes:
    """The key in this file, which is made where there is none; the first of two who make one wins."""
    if not path.exists():
        private_folder(path.parent)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(AESGCM.generate_key(BITS))
            sink.flush()
            os.fsync(sink.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        sync(path.parent)
    return path.read_bytes()


@contextmanager
def locked(keys: Path, how: int, name: str = LOCK) -> Iterator[None]:
    private_folder(keys)
    with os.fdopen(os.open(keys / name, os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, how)  # ends with the process, however that ends
        yield


def write(path: Path, said: Mapping[str, object]) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as sink:
            json.dump(said, sink, sort_keys=True)
            sink.flush()
            os.fsync(sink.fileno())
        draft.replace(path)
        sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _shred(path: Path) -> None:
    """Take the file away, then write over its bytes where they lie; both are on disk when this returns."""
    with suppress(FileNotFoundError), path.open("r+b") as held:
        path.unlink()
        held.write(secrets.token_bytes(os.fstat(held.fileno()).st_size))
        held.flush()
        os.fsync(held.fileno())
    sync(path.parent)


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
