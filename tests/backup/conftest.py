"""Small installations with keys of their own, on either database, and their backups."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.backups import source_of
from app.composition import Workplace
from app.settings import load
from core.backup.making import Made, make_backup
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel
from core.ledger.events import Event
from core.ledger.keys import load_signer
from core.ledger.service import Entity, Ledger
from core.monitoring.controls.rules import HeldBecause
from core.monitoring.controls.tables import HeldRows
from core.reports.keys import open_keys
from core.store import EvidenceFiles, Store, open_store
from core.store.base import Row
from tests.builders import NOON, an_actor

ACTOR = an_actor("P0001")
START = datetime.now(UTC)  # the certificate that signs is of today


def a_place(folder: Path, store: Store, keys: Path, **more: str) -> Workplace:
    """An installation in this folder on this store, with a copy of these keys."""
    if not (folder / "keys").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("keys", "signin"):
            shutil.copytree(keys.parent / name, folder / name)
    url = store.engine.url.render_as_string(hide_password=False)
    settings = load({"COUNTERSIGN_DATA_DIR": str(folder), "COUNTERSIGN_DATABASE_URL": url} | more)
    origin = load_signer(folder / "keys" / "ledger.key").name
    ledger = Ledger.open(folder / "keys", origin=origin)
    files, exports = EvidenceFiles(folder / "evidence"), EvidenceFiles(folder / "exports")
    return Workplace(settings, store, ledger, files, exports, open_keys(folder / "keys", origin=origin, at=NOON))


@pytest.fixture
def keys(installation: Path) -> Path:
    return installation / "keys"


@pytest.fixture
def place(store: Store, tmp_path: Path, keys: Path) -> Workplace:
    """On both databases."""
    return a_place(tmp_path / "var", store, keys)


@pytest.fixture
def home(tmp_path: Path, installation: Path) -> Iterator[Workplace]:
    """On SQLite, with its file in the data folder as it is by default, and the first policy as its only entry."""
    folder = tmp_path / "home"
    shutil.copytree(installation, folder)
    store = open_store(f"sqlite:///{folder / 'countersign.db'}")
    yield a_place(folder, store, folder / "keys")
    store.close()


def put(place: Workplace, count: int = 1, *, at: datetime = NOON, rows: tuple[Row, ...] = ()) -> None:
    """So many entries, and these rows with the first."""
    for number in range(count):
        with place.store.transaction() as tx:
            for row in rows if not number else ():
                tx.session.add(row)
            entity = Entity("model", f"M{number:04d}")
            place.ledger.record(tx, Event.MODEL_REGISTERED, entity=entity, actor=ACTOR, at=at, payload={"n": number})


def a_file(place: Workplace, content: bytes, number: str = "Q0001") -> str:
    """A file of rows that are held back, and the row that names it; its digest."""
    stored = place.files.add([content])
    put(place, rows=(held_row(stored.digest, stored.size, number),))
    return stored.digest


def held_row(digest: str, size: int, number: str) -> HeldRows:
    """A row that names one file."""
    return HeldRows(
        number=number, because=HeldBecause.UNKNOWN_MODEL, kind="inferences", model=number, environment="production",
        digest=digest, size=size, rows=1, columns="[]", reason="Nobody registered it", received_by="P0001",
        received_at=NOON,
    )  # fmt: skip


def a_message(place: Workplace, channel: Channel = Channel.WEBHOOK, receiver: str = "W0001") -> str:
    """A message that waits to be sent."""
    with place.store.transaction() as tx:
        return enqueue_message(tx, channel, receiver, "version.approved", "{}", at=NOON).number


def backed_up(place: Workplace, folder: Path, at: datetime = START, **more: object) -> Made:
    """A backup as of this moment."""
    return make_backup(source_of(place), folder, clock=lambda: at, **more)  # type: ignore[arg-type]
