"""A disk that is really full under uploads, database, exports, backups: said so, nothing by half, and on afterwards."""

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from app.api import api
from app.cli import main
from app.components.trouble import draw_unexpected
from app.composition import Workplace, now, open_workplace, workplace
from app.edge import Edge
from app.routes import own_routes
from app.settings import PREFIX, load
from app.signin.secrets import load_secrets
from app.worker import work_once
from core.access.rules import TOKEN_SCOPES
from core.access.tokens import issue_token
from core.backup.checking import check_backup
from core.backup.manifest import backups_in
from core.ledger.verify import verify_store
from core.store import FULL, Store, disk_is_full
from core.store.files import EvidenceFiles
from tests.api.world import a_dataset, a_version_wish
from tests.builders import Cast, a_cast, a_version
from tests.signin.conftest import Party

MEGABYTE = 1024 * 1024
SIZE = 24 * MEGABYTE  # of the disk
ROWS = "".join(f"{number},{number % 2},{number % 3 % 2}\n" for number in range(40_000))
FILE = ("entity_id,label,prediction\n" + ROWS).encode()  # half a megabyte
UPLOAD = "/api/models/M0001/versions/1.0.0/predictions?filename=p.csv&label=label&prediction=prediction&positive=1"


class SmallDisk:
    """A file system of its own of this size, until it is filled up and made room on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(folder)], capture_output=True, check=False
        )
        if mounted.returncode:
            pytest.skip("this account may not mount")

    def fill(self, left: int) -> None:
        """Leave this much room and no more."""
        ballast = self.folder / "ballast"
        ballast.unlink(missing_ok=True)
        with ballast.open("wb") as sink:
            os.posix_fallocate(sink.fileno(), 0, max(shutil.disk_usage(self.folder).free - left, 1))

    def too_little_for(self, file: bytes) -> int:
        """It is received, and has no room among the evidence."""
        return len(file) + len(file) // 2

    def make_room(self) -> None:
        (self.folder / "ballast").unlink()

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class SmallFiles:
    """A limit of the operating system on what any file of this process may grow to, as a quota sets one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self, left: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (max(left, 4096), self._before[1]))

    def too_little_for(self, file: bytes) -> int:
        """A byte of it is too many."""
        return len(file) - 1

    def make_room(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)

    close = make_room


Limited = SmallDisk | SmallFiles


@pytest.fixture(params=[SmallDisk, SmallFiles])
def limited(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Limited]:
    made: Limited = request.param(tmp_path / "disk")
    yield made
    made.close()


@dataclass(frozen=True)
class Here:
    """A whole installation on the limited disk, and the way to its door."""

    place: Workplace
    cast: Cast
    limited: Limited
    client: TestClient

    def fill(self, left: int = 0) -> None:
        """Nothing of the database's log is left to be written over, and this much room."""
        with self.place.store.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        self.limited.fill(left)

    def files(self) -> set[str]:
        """Everything in the data folder but the database, which has its own checks, and what is kept of nothing."""
        found = (path for path in self.place.settings.data_dir.rglob("*") if path.is_file())
        return {str(path) for path in found if not path.name.startswith(("countersign.db", "."))}

    def whole(self) -> tuple[int, int, int]:
        """Models, evidence and entries; every row's file is there to the byte, and the ledger verifies."""
        with self.place.store.reading() as session:
            assert verify_store(session, self.place.ledger.vkey).passed
            digests = session.execute(text("SELECT file_digest FROM evidence")).scalars().all()
            models = session.execute(text("SELECT count(*) FROM model")).scalar_one()
            entries = session.execute(text("SELECT count(*) FROM log_entry")).scalar_one()
        for digest in digests:
            assert digest == EvidenceFiles(self.place.files.folder).path(digest).name
        return models, len(digests), entries


@pytest.fixture
def here(limited: Limited, installation: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Here]:
    folder = limited.folder / "var"
    shutil.copytree(installation, folder)
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", str(folder))
    place = open_workplace(load())
    cast = a_cast(place.store)
    a_version(place.store, cast)
    at = now()
    token = issue_token(
        place.store, place.ledger, name="ci", scopes=TOKEN_SCOPES & cast.developer.permissions,
        expires_at=at + timedelta(days=1), actor=cast.developer, at=at,
    )  # fmt: skip
    api.dependency_overrides[workplace] = lambda: place
    app = Starlette(
        routes=own_routes(place, load_secrets(folder / "signin")), middleware=[Middleware(Edge, place=place)]
    )
    client = TestClient(app, place.settings.public_url, follow_redirects=False, raise_server_exceptions=False)
    client.headers["Authorization"] = f"Bearer {token.secret}"
    yield Here(place, cast, limited, client)
    api.dependency_overrides.clear()
    place.store.close()


def a_wish(here: Here, name: str) -> dict[str, object]:
    return {
        "model": {
            "name": name, "purpose": "Ranks applications.", "business_line": "Lending", "owner": here.cast.owner.id,
            "exposure": "low", "purpose_class": "operational",
        },
        "version": a_version_wish(name, first=True),
        "datasets": [a_dataset(f"{name} training"), a_dataset(f"{name} test")],
    }  # fmt: skip


def test_whatever_meets_a_full_disk_says_so_leaves_nothing_by_half_and_goes_on_once_there_is_room(
    here: Here, capsys: pytest.CaptureFixture[str]
) -> None:
    client, backups = here.client, here.limited.folder / "backups"
    assert main(["backup", str(backups)]) == 0
    export = {"template": "dossier", "subject": {"kind": "version", "number": "M0001", "version": "1.0.0"}}
    assert client.post("/api/exports", json=export | {"format": "json"}).status_code == 202
    before, files, (kept,) = here.whole(), here.files(), backups_in(backups)

    here.fill()
    nothing = {
        "a record": client.post("/api/models", json=a_wish(here, "One"), headers={"Idempotency-Key": "one"}),
        "an upload": client.put(UPLOAD, content=FILE, headers={"Idempotency-Key": "two"}),
    }
    worked = _quietly(lambda: work_once(here.place))
    backed_up, said = main(["backup", str(backups)]), capsys.readouterr().err
    here.fill(here.limited.too_little_for(FILE))
    nothing["a file of evidence"] = client.put(UPLOAD, content=FILE, headers={"Idempotency-Key": "two"})
    here.limited.make_room()

    assert {name: answer.status_code for name, answer in nothing.items()} == dict.fromkeys(nothing, 507)
    for answer in nothing.values():
        assert answer.json()["type"] == "urn:countersign:problem:disk-full"
        assert answer.headers["Retry-After"] == "60"
    assert disk_is_full(worked) if isinstance(worked, BaseException) else worked
    assert (backed_up, "The disk is full" in said) == (2, True)
    assert (here.whole()[:2], here.files()) == (before[:2], files)
    assert backups_in(backups) == (kept,)
    assert check_backup(kept).passed
    assert not list(here.place.files.folder.glob(".incoming-*"))

    again = client.post("/api/models", json=a_wish(here, "One"), headers={"Idempotency-Key": "one"})
    uploaded = client.put(UPLOAD, content=FILE, headers={"Idempotency-Key": "two"})
    assert (again.status_code, uploaded.status_code) == (201, 200), uploaded.text
    assert main(["backup", str(backups)]) == 0
    models, evidence, entries = here.whole()
    assert (models, evidence) == (before[0] + 1, before[1] + 1)
    assert entries > before[2]


def _quietly(act: Callable[[], bool]) -> bool | BaseException:
    """What it came to; a worker logs what its queue raises and goes on."""
    try:
        return act()
    except OperationalError as error:
        return error


def test_a_form_of_sign_in_and_a_page_say_that_the_disk_is_full(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = list[str]()
    monkeypatch.setattr("app.components.trouble.head", lambda title, _fact: shown.append(title))
    monkeypatch.setattr("app.components.trouble._foot", lambda _error: None)

    party = Party(here.place, load_secrets(here.place.settings.data_dir / "signin"))
    party.http = here.client
    ticket = party.ticket(party.flow(redirect_uri=here.place.settings.redirect_uri))

    here.fill()
    refused = party.login(ticket, "nobody", "some horse")
    try:
        a_cast(here.place.store)
    except OperationalError as error:
        draw_unexpected(error)
    here.limited.make_room()
    again = party.login(ticket, "nobody", "some horse")

    assert (refused.status_code, refused.text.strip()) == (507, FULL)
    assert refused.headers["content-security-policy"]
    assert again.status_code == 401  # the name is unknown, and the failure is counted
    assert shown == ["The disk of the server is full"]


def test_a_full_disk_of_postgresql_is_told_as_such(postgresql_store: Store) -> None:
    with pytest.raises(OperationalError) as raised, postgresql_store.transaction() as tx:
        tx.session.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"))

    assert disk_is_full(raised.value)
