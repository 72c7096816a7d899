"""The embedded provider over a real store, asked by a client that behaves as Streamlit's does, or as an attacker."""

import base64
import hashlib
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.composition import Workplace, now, open_workplace
from app.settings import load
from app.signin.secrets import SignInSecrets, load_secrets
from app.signin.streamlit_auth import sign_in_routes
from core.access import passwords
from core.access.rules import Actor
from core.access.setup import make_first_link, redeem_link

PUBLIC = "http://127.0.0.1:8599"
PASSWORD = "correct horse battery staple"


@dataclass
class Flow:
    """One sign-in request of the client, to be bent by a test."""

    verifier: str
    parameters: dict[str, str]


class Party:
    """A browser and a client in one, without Streamlit."""

    def __init__(self, place: Workplace, secrets_: SignInSecrets) -> None:
        self.place, self.secrets = place, secrets_
        app = Starlette(routes=sign_in_routes(place, secrets_))
        self.http = TestClient(app, base_url=PUBLIC, follow_redirects=False)

    def flow(self, **changes: str | None) -> Flow:
        """A valid request; a change to None leaves the parameter out."""
        verifier = secrets.token_urlsafe(48)
        parameters = {
            "response_type": "code",
            "client_id": "countersign",
            "redirect_uri": f"{PUBLIC}/oauth2callback",
            "scope": "openid email profile",
            "state": "state-1",
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            **{name: value for name, value in changes.items() if value is not None},
        }
        for name, value in changes.items():
            if value is None:
                parameters.pop(name)
        return Flow(verifier, parameters)

    def ticket(self, flow: Flow) -> str:
        page = self.http.get("/idp/authorize", params=flow.parameters)
        assert page.status_code == 200, page.text
        found = re.search(r'name="ticket" value="([^"]+)"', page.text)
        assert found is not None
        return found.group(1)

    def login(self, ticket: str, username: str = "ida", password: str = PASSWORD):  # type: ignore[no-untyped-def]
        form = {"ticket": ticket, "username": username, "password": password}
        return self.http.post("/idp/login", data=form)

    def code(self, flow: Flow) -> str:
        answer = self.login(self.ticket(flow))
        assert answer.status_code == 303, answer.text
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    def exchange(self, flow: Flow, code_: str, /, **changes: str):  # type: ignore[no-untyped-def]
        form = {
            "grant_type": "authorization_code",
            "code": code_,
            "redirect_uri": f"{PUBLIC}/oauth2callback",
            "code_verifier": flow.verifier,
            "client_id": "countersign",
            "client_secret": self.secrets.client,
            **changes,
        }
        return self.http.post("/idp/token", data=form)

    def claims(self, id_token: str) -> Mapping[str, object]:
        keys = KeySet.import_key_set(self.http.get("/idp/jwks.json").json())
        return jwt.decode(id_token, keys, algorithms=["RS256"]).claims


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture(scope="module", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    """Argon2id as in production, at the least cost that it knows."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    passwords._nobodys_hash.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: cheap)
        yield
    passwords._nobodys_hash.cache_clear()


@pytest.fixture
def place(installation: Path, tmp_path: Path) -> Iterator[Workplace]:
    shutil.copytree(installation, tmp_path, dirs_exist_ok=True)
    opened = open_workplace(load({"COUNTERSIGN_DATA_DIR": str(tmp_path), "COUNTERSIGN_PUBLIC_URL": PUBLIC}))
    yield opened
    opened.store.close()


@pytest.fixture
def ida(place: Workplace) -> Actor:
    """The first administrator."""
    link = make_first_link(place.store, place.ledger, at=now())
    assert link is not None
    return redeem_link(
        place.store, place.ledger, secret=link, password=PASSWORD, username="ida", name="Ida First", at=now()
    )


@pytest.fixture
def party(place: Workplace, ida: Actor) -> Party:
    return Party(place, load_secrets(place.settings.data_dir / "signin"))
