"""A copy of the example with two models of two business lines, and people whose roles reach one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from app import composition
from app.composition import Workplace, now
from app.settings import NAMES, PREFIX
from core.access.grants import actor_of
from core.access.rules import Actor, Reach, Role
from core.access.tables import RoleGrant
from core.inventory.tables import Model
from core.store import Store
from tests.builders import a_person
from tests.told import Told

OURS, THEIRS = "Public services", "Justice"  # the lines of M0001 and of M0002
CANARY = "Quetzalcoatlus ranking"
DECIDING = frozenset({Role.OWNER, Role.DEVELOPER, Role.VALIDATOR, Role.APPROVER})


@dataclass(frozen=True)
class Here:
    """The example, and when its story ended."""

    place: Workplace
    at: datetime


@pytest.fixture(scope="module")
def here(told: Told, tmp_path_factory: pytest.TempPathFactory, components_found_once: None) -> Iterator[Here]:
    folder = tmp_path_factory.mktemp("reach") / "var"
    told.copy(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name in NAMES:
            patch.delenv(PREFIX + name, raising=False)
        patch.setenv(f"{PREFIX}DATA_DIR", str(folder))
        composition.workplace.cache_clear()
        place = composition.workplace()
        with place.store.transaction() as tx:
            tx.session.execute(update(Model).where(col(Model.number) == "M0002").values(name=CANARY))
        yield Here(place, now())
        place.store.close()
        composition.workplace.cache_clear()


def reaching(store: Store, reaches: dict[Role, Reach], at: datetime) -> Actor:
    """A person in the store who holds these roles, each as far as it says."""
    person = a_person(store, *reaches)
    with store.transaction() as tx:
        for grant in tx.session.exec(select(RoleGrant).where(RoleGrant.person == person.id)):
            grant.reach = reaches[grant.role].text
    with store.reading() as session:
        found = actor_of(session, person.id, at=at)
    assert found is not None
    return found
