"""Builds the parts of the running program once and hands them out."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import core.every_table  # noqa: F401  whoever opens the store knows every table
from app.settings import Settings, load
from core.access.reach.reading import within
from core.access.rules import SYSTEM, Actor
from core.backup.marker import refuse_half_restored
from core.errors import NotFound
from core.ledger.keys import load_signer
from core.ledger.service import Ledger
from core.policy.service import default_policy_text, policy_in_force, publish
from core.reports.keys import SigningKeys, open_keys
from core.store import EvidenceFiles, Store, open_store


@dataclass(frozen=True)
class Workplace:
    """What every use case needs: where things are kept, and the ledger that records them."""

    settings: Settings
    store: Store
    ledger: Ledger
    files: EvidenceFiles
    exports: EvidenceFiles
    keys: SigningKeys

    def within(self, reader: Actor) -> "Workplace":
        """As this actor reads it: where their grants reach only some models, nothing of others comes out."""
        store = within(self.store, reader)
        return self if store is self.store else replace(self, store=store)

    @property
    def events(self) -> EvidenceFiles:
        """The files of recorded events."""
        return EvidenceFiles(self.settings.data_dir / "events")

    @property
    def imports(self) -> EvidenceFiles:
        """Tables that wait to be imported in the background."""
        return EvidenceFiles(self.settings.data_dir / "imports")


def now() -> datetime:
    """The only clock."""
    return datetime.now(UTC)


def open_workplace(settings: Settings, *, installed_at: datetime | None = None, restored: bool = False) -> Workplace:
    """Open the store, bring its schema up to date, and give a new installation its keys and its first policy.

    `installed_at` dates the first keys and policy back, for the example workspace and its history. Raises
    `SchemaNewer`, and `RestoreBrokenOff` but for the end of the restore itself.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _one_after_another(settings.data_dir):
        return _opened(settings, installed_at or now(), restored=restored)


@contextmanager
def _one_after_another(folder: Path) -> Iterator[None]:
    """Servers and workers that start at once on one data folder: the first makes keys, schema and policy."""
    with (folder / ".opening").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the process, however that ends
        yield


def _opened(settings: Settings, installed_at: datetime, *, restored: bool) -> Workplace:
    if not restored:
        refuse_half_restored(settings.data_dir)
    store = open_store(settings.database_url)
    store.upgrade()
    keys = settings.data_dir / "keys"
    origin = _origin(keys / "ledger.key", settings)
    ledger = Ledger.open(keys, origin=origin)
    workplace = _workplace(settings, store, ledger, open_keys(keys, origin=origin, at=installed_at))
    if not restored:  # nothing is recorded before the store was compared with what is outside
        _publish_first_policy(workplace, installed_at)
    return workplace


def open_as_it_is(settings: Settings) -> Workplace:
    """The installation as it is: nothing is made and its schema stays, for a backup or a doctor."""
    refuse_half_restored(settings.data_dir)
    keys = settings.data_dir / "keys"
    if not (keys / "ledger.key").exists():
        raise NotFound("installation in", settings.data_dir)
    store = open_store(settings.database_url)
    store.refuse_newer()
    origin = _origin(keys / "ledger.key", settings)
    return _workplace(settings, store, Ledger.open(keys, origin=origin), open_keys(keys, origin=origin, at=now()))


def _workplace(settings: Settings, store: Store, ledger: Ledger, keys: SigningKeys) -> Workplace:
    files, exports = EvidenceFiles(settings.data_dir / "evidence"), EvidenceFiles(settings.data_dir / "exports")
    return Workplace(settings, store, ledger, files, exports, keys)


def _origin(key: Path, settings: Settings) -> str:
    """The name of the ledger: settled when it begins, and kept when the installation moves to another address."""
    return load_signer(key).name if key.exists() else settings.origin


def _publish_first_policy(workplace: Workplace, at: datetime) -> None:
    with workplace.store.transaction() as tx:
        try:
            policy_in_force(tx.session, at=at)
        except NotFound:
            publish(tx, workplace.ledger, default_policy_text(), actor=SYSTEM, at=at)


class _Handed:
    """Hands out this process's own workplace, as far as whoever looks at it in this thread reads."""

    def __call__(self) -> Workplace:
        whole, reader = self.whole(), _READER.get()
        return whole if reader is None else whole.within(reader)

    @cache  # noqa: B019  there is one of these
    def whole(self) -> Workplace:
        """As the process itself reads."""
        return open_workplace(load())

    def cache_clear(self) -> None:
        """Open it anew at the next call, for tests."""
        _Handed.whole.cache_clear()


workplace = _Handed()
_READER: ContextVar[Actor | None] = ContextVar("who looks at the page", default=None)


def look_as(reader: Actor | None) -> None:
    """From here on in this run of a page, `workplace` hands out what this person reads; nobody: nothing is narrowed."""
    _READER.set(reader)
