"""What the tests of downloads share: a workplace with one export, a client of its routes, and a way to sign in."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import config
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from app.composition import Workplace, now
from app.downloads import download_routes
from app.settings import load
from app.signin.cookies import USER_COOKIE
from core.access.rules import Actor
from core.access.sessions import open_session
from core.inventory.rules import Stage
from core.ledger.service import Ledger
from core.reports.formats.kinds import Format
from core.reports.keys import SigningKeys, open_keys
from core.reports.service import load_export, request_export
from core.reports.tables import ExportStatus
from core.reports.values.report import Asked, Subject, SubjectKind
from core.store import EvidenceFiles, Store
from tests.builders import NOON, Cast, a_cast, a_version

SECRET = "a secret of this test that is long enough"
CONTENT = b"%PDF-1.7 a dossier"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("signing"), origin="countersign.test/ledger", at=NOON)


@pytest.fixture
def cast(sqlite_store: Store) -> Cast:
    return a_cast(sqlite_store)


@pytest.fixture
def place(sqlite_store: Store, ledger: Ledger, keys: SigningKeys, cast: Cast, tmp_path: Path) -> Workplace:
    """One export, X0001, that is ready."""
    place = Workplace(
        replace(load({}), data_dir=tmp_path),
        sqlite_store,
        ledger,
        EvidenceFiles(tmp_path / "evidence"),
        EvidenceFiles(tmp_path / "exports"),
        keys,
    )
    a_version(sqlite_store, cast, stage=Stage.VALIDATED)
    asked = Asked("dossier", Subject(SubjectKind.VERSION, "M0001", "1.0.0"), now())
    made = request_export(sqlite_store, ledger, asked=asked, form=Format.PDF, actor=cast.auditor, at=now())
    with sqlite_store.transaction() as tx:
        row = load_export(tx.session, made.export)
        row.status, row.digest, row.size = ExportStatus.READY, place.exports.add([CONTENT]).digest, len(CONTENT)
    return place


@pytest.fixture
def client(place: Workplace) -> Iterator[TestClient]:
    before = config.get_option("server.cookieSecret")
    config.set_option("server.cookieSecret", SECRET)
    yield TestClient(Starlette(routes=download_routes(place)), base_url=place.settings.public_url)
    config.set_option("server.cookieSecret", before)


def sign_in(client: TestClient, place: Workplace, person: Actor, *, secret: str = SECRET) -> None:
    with place.store.transaction() as tx:
        length = place.settings.session_length
        open_session(tx, place.ledger, session_id="s1", person=person.id, length=length, at=now())
    record = {"is_logged_in": True, "iss": place.settings.embedded_issuer, "sub": person.id, "sid": "s1"}
    record["iat"] = now().timestamp()
    client.cookies.set(USER_COOKIE, create_signed_value(secret, USER_COOKIE, json.dumps(record)).decode())
