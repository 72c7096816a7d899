"""The whole of our own addresses behind the edge, over a real store, asked by strangers and by people with a role."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket
from streamlit import config
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from app.api import api
from app.composition import Workplace, now, workplace
from app.edge import Edge
from app.held import WhileHeld
from app.routes import own_routes
from app.settings import load
from app.signin.cookies import USER_COOKIE
from app.signin.secrets import SignInSecrets, load_secrets
from app.throttle import Throttle
from core.access.rules import Actor
from core.access.sessions import open_session
from core.inventory.rules import Stage
from core.ledger.anchors.holding import Hold, LedgerHeld
from core.ledger.service import Ledger
from core.reports.keys import SigningKeys, open_keys
from core.store import EvidenceFiles, Store
from tests.builders import NOON, Cast, a_cast, a_version

PUBLIC = "http://127.0.0.1:8599"
SECRET = "a secret of this test that is long enough"
METRICS = "a-token-for-the-scraper"


@dataclass(frozen=True)
class House:
    """An installation and the way to its door."""

    place: Workplace
    cast: Cast
    secrets: SignInSecrets
    routes: list[BaseRoute]

    def client(self, *, secure: bool = False) -> TestClient:
        """A browser that nobody signed in with."""
        place = self.place
        if secure:
            place = replace(place, settings=replace(place.settings, public_url=PUBLIC.replace("http", "https")))
        app = Starlette(
            routes=[
                *self.routes,
                WebSocketRoute("/_stcore/stream", stream),
                Route("/faulty", faulty),
                Route("/held", held),
            ],
            middleware=[
                Middleware(Edge, place=place),
                Middleware(Throttle, settings=place.settings),
                Middleware(WhileHeld),
            ],
        )
        return TestClient(
            app, base_url=place.settings.public_url, follow_redirects=False, raise_server_exceptions=False
        )

    def signed_in(self, person: Actor) -> TestClient:
        """A browser of this person."""
        client, session = self.client(), f"session of {person.id}"
        with self.place.store.transaction() as tx:
            length = self.place.settings.session_length
            open_session(tx, self.place.ledger, session_id=session, person=person.id, length=length, at=now())
        record = {"is_logged_in": True, "iss": self.place.settings.embedded_issuer, "sub": person.id, "sid": session}
        record["iat"] = now().timestamp()
        client.cookies.set(USER_COOKIE, create_signed_value(SECRET, USER_COOKIE, json.dumps(record)).decode())
        return client


async def stream(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


async def faulty(request: Request) -> Response:
    raise RuntimeError(f"a fault over {request.headers.get('cookie', '')} and /var/lib/countersign")


async def held(_request: Request) -> Response:
    raise LedgerHeld(Hold("elsewhere", "", 2, 1, forked=False, found_at="2026-11-20T12:00:00Z"))


@pytest.fixture(scope="session")
def signing(tmp_path_factory: pytest.TempPathFactory) -> tuple[SigningKeys, SignInSecrets]:
    folder = tmp_path_factory.mktemp("signing")
    return open_keys(folder, origin="countersign.test/ledger", at=NOON), load_secrets(folder)


@pytest.fixture
def house(
    sqlite_store: Store, ledger: Ledger, signing: tuple[SigningKeys, SignInSecrets], tmp_path: Path
) -> Iterator[House]:
    """Model M0001 in version 1.0.0, one person a role, and an address for a scraper."""
    keys, secrets = signing
    settings = load({"COUNTERSIGN_PUBLIC_URL": PUBLIC, "COUNTERSIGN_METRICS_TOKEN": METRICS})
    place = Workplace(
        replace(settings, data_dir=tmp_path),
        sqlite_store,
        ledger,
        EvidenceFiles(tmp_path / "evidence"),
        EvidenceFiles(tmp_path / "exports"),
        keys,
    )
    cast = a_cast(sqlite_store)
    a_version(sqlite_store, cast, stage=Stage.VALIDATED)
    before = config.get_option("server.cookieSecret")
    config.set_option("server.cookieSecret", SECRET)
    api.dependency_overrides[workplace] = lambda: place
    yield House(place, cast, secrets, own_routes(place, secrets))
    api.dependency_overrides.clear()
    config.set_option("server.cookieSecret", before)
