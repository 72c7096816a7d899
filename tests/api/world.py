"""A workplace that the API serves, and the ways in which pipelines reach it."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from app.api import api
from app.api.caller import moment
from app.composition import Workplace, workplace
from app.settings import load
from core.access.rules import TOKEN_SCOPES, Actor, Permission
from core.access.tokens import Issued, issue_token
from core.inventory.versions.rules import ChangeKind
from core.ledger.service import Ledger
from core.reports.keys import SigningKeys
from core.store import EvidenceFiles, Store
from tests.builders import NOON, Cast, a_cast, a_policy
from tests.inventory.conftest import kind_for


@dataclass
class Clock:
    """The time that the API sees; tests set it."""

    now: datetime = NOON


@dataclass(frozen=True)
class World:
    """A workplace with people, and the ways in which pipelines reach it."""

    place: Workplace
    cast: Cast
    clock: Clock

    def token(
        self,
        actor: Actor | None = None,
        scopes: Set[Permission] = TOKEN_SCOPES,
        *,
        life: timedelta = timedelta(days=30),
    ) -> Issued:
        """A new token, of the developer and with every scope unless told; never one that its owner does not hold."""
        holder = actor or self.cast.developer
        return issue_token(
            self.place.store,
            self.place.ledger,
            name="pipeline",
            scopes=frozenset(scopes) & holder.permissions,
            expires_at=NOON + life,
            actor=holder,
            at=NOON,
        )

    def client(self, secret: str | None = None) -> TestClient:
        """A client with this token, or with one that has every scope."""
        sent = self.token().secret if secret is None else secret
        client = self.anonymous()
        client.headers["Authorization"] = f"Bearer {sent}"
        return client

    def anonymous(self) -> TestClient:
        """A client without a token."""
        return TestClient(
            Starlette(routes=[Mount("/api", api)]), "http://testserver/api/", raise_server_exceptions=False
        )


def make_world(store: Store, ledger: Ledger, keys: SigningKeys, folder: Path) -> World:
    """Have the API serve a new workplace on this store; undone by clearing the API's `dependency_overrides`."""
    a_policy(store)
    clock = Clock()
    place = Workplace(
        settings=replace(load({}), data_dir=folder / "data"),
        store=store,
        ledger=ledger,
        files=EvidenceFiles(folder / "evidence"),
        exports=EvidenceFiles(folder / "exports"),
        keys=keys,
    )
    api.dependency_overrides[workplace] = lambda: place
    api.dependency_overrides[moment] = lambda: clock.now
    return World(place, a_cast(store), clock)


def allow_sources(world: World, sources: str) -> None:
    """Have the server allow evidence from these folders and buckets from now on."""
    allowed = load({"COUNTERSIGN_EVIDENCE_SOURCES": sources}).evidence_sources
    place = replace(world.place, settings=replace(world.place.settings, evidence_sources=allowed))
    api.dependency_overrides[workplace] = lambda: place


def a_registration(world: World, *, name: str = "Recidivism score", version: str = "1.0.0") -> dict[str, object]:
    """The body of a registration with everything that is needed."""
    return {
        "model": {
            "name": name,
            "purpose": "Supports pre-trial decisions.",
            "business_line": "Pre-trial services",
            "owner": world.cast.owner.id,
            "exposure": "high",
            "purpose_class": "rights-affecting or regulatory",
        },
        "version": a_version_wish(name, version, first=True),
        "datasets": [a_dataset(f"{name} training"), a_dataset(f"{name} test")],
    }


def a_version_wish(name: str, version: str = "1.0.0", *, first: bool = False) -> dict[str, object]:
    return {
        "version": version,
        "intended_use": "Support for a person's decision.",
        "limitations": "Not shown to work outside Broward County.",
        "rationale": "First version.",
        "training_dataset": f"{name} training 1",
        "test_dataset": f"{name} test 1",
        **({} if first else {"change_kind": str(kind_for(version) or ChangeKind.CORRECTION)}),
    }


def a_dataset(name: str) -> dict[str, object]:
    return {"name": name, "version": "1", "source": "https://example.test/data"}
