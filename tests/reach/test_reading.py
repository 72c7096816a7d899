"""What somebody reads whose roles reach one business line: the other model is chased through every way out."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import cast
from urllib.parse import quote

import pytest
from sqlalchemy import func
from sqlmodel import col, select
from starlette.testclient import TestClient

import core.every_table  # noqa: F401  the tables that no module of this test imports
from app.api import api
from app.downloads import download_routes
from core.access.reach.open_tables import CLOSED, OPEN
from core.access.reach.reading import within
from core.access.reach.special import SPECIAL
from core.access.reach.ways import WAYS
from core.access.rules import TOKEN_SCOPES, Actor, Reach, Role
from core.access.tokens import issue_token, scopes_open_to
from core.inventory.tables import Model, ModelVersion
from core.ledger.tables import LogEntry
from core.store.base import Row
from tests.reach.conftest import DECIDING, OURS, Here, reaching

THEIRS = re.compile(r"Quetzalcoatlus|COMPAS|M0002|Justice")
# one record of each kind, as addresses name them: ours, and theirs where the example has one
RECORDS = {
    "model": ("M0001", "M0002"), "version": ("1.0.0", "1.1.0"), "change": ("CR0001", "CR0003"),
    "finding": ("F0001", "F0001"), "run": ("R0001", "R0002"), "audit": ("AU0002", "AU0001"),
    "document": ("DOC0001", "DOC0001"), "alert": ("AL0001", "AL0003"), "incident": ("IN0001", "IN0001"),
    "review": ("RV0001", "RV0002"), "part": ("H0001", "H0002"), "export": ("X0001", "X0002"),
    "comparison": ("CO0001", "CO0001"), "chunk": ("CH0001", "CH0002"), "action": ("ACT0001", "ACT0003"),
    "output": ("OR0001", "OR0002"), "deviation": ("CD0003", "CD0001"), "exception": ("PE0001", "PE0001"),
    "quarantine": ("QR0001", "QR0001"), "test": ("ST0001", "ST0001"), "index": ("0", "40"), "entry": ("0", "40"),
    "stress_test": ("ST0001", "ST0001"), "answer": ("CA0001", "CA0009"), "batch": ("B0001", "B0002"),
}  # fmt: skip


@pytest.fixture(scope="module")
def limited(here: Here) -> Actor:
    return reaching(here.place.store, dict.fromkeys(DECIDING, Reach(lines=frozenset({OURS}))), here.at)


def test_every_table_leads_to_models_or_is_known_to_lead_to_none() -> None:
    assert not OPEN & CLOSED
    assert not (OPEN | CLOSED) & WAYS.keys()
    assert Row.metadata.tables.keys() == OPEN | CLOSED | WAYS.keys() | SPECIAL.keys()


def test_a_limited_person_reads_only_rows_of_their_models_however_a_statement_is_put(
    here: Here, limited: Actor
) -> None:
    store = within(here.place.store, limited)
    number, version = col(Model.number), col(ModelVersion.version)
    joined = select(number, version).join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
    with store.reading() as session:
        assert session.exec(select(Model.number)).all() == ["M0001"]
        assert {one for one, _ in session.exec(joined)} == {"M0001"}
        assert session.execute(select(func.count()).select_from(select(Model).subquery())).scalar_one() == 1
        assert session.execute(select(Model.number).union_all(select(Model.number))).scalars().all() == ["M0001"] * 2
        either = select(number).union(select(col(Model.name).label("number"))).subquery()
        assert session.execute(select(func.count()).select_from(either)).scalar_one() == 2
        assert (
            session.execute(select(func.count(col(LogEntry.idx))).where(LogEntry.subject == "M0002")).scalar_one() == 0
        )
        assert session.get(Model, 2) is None
        within_versions = select(version).where(col(ModelVersion.model_id).in_(select(Model.id)))
        assert session.execute(select(func.count()).select_from(within_versions.subquery())).scalar_one() == 2
    with store.transaction() as tx:
        assert len(tx.session.exec(select(Model.number)).all()) == 2  # rules look at everything
    assert within(here.place.store, Actor("P0001", frozenset({Role.OWNER}))) is here.place.store


def gets(paths: dict[str, dict[str, object]]) -> Iterator[str]:
    """Every GET of the API for a record of ours and one of theirs."""
    for path, methods in paths.items():
        if "get" in methods:
            for which in (0, 1):
                yield re.sub(r"{(\w+)}", lambda found: quote(RECORDS.get(found[1], ("M0001", "M0002"))[which]), path)  # noqa: B023


def test_no_get_of_the_api_says_anything_of_the_other_model(here: Here, limited: Actor) -> None:
    scopes = frozenset(scopes_open_to(limited)) & TOKEN_SCOPES
    issued = issue_token(
        here.place.store, here.place.ledger, name="Nightly", scopes=scopes, expires_at=here.at + timedelta(days=1),
        actor=limited, at=here.at,
    )  # fmt: skip
    client = TestClient(api, headers={"Authorization": f"Bearer {issued.secret}"}, raise_server_exceptions=False)
    told, answered = {}, 0
    for path in sorted(set(gets(cast("dict[str, dict[str, object]]", api.openapi()["paths"])))):
        answer = client.get(path)
        asked = set(THEIRS.findall(path))  # what the caller named is said back
        if found := set(THEIRS.findall(answer.text)) - asked:
            told[path] = (answer.status_code, found)
        answered += answer.is_success
        assert answer.status_code < 500, (path, answer.text[:300])

    assert not told, json.dumps({path: str(said) for path, said in told.items()}, indent=1)
    assert answered > 20
    assert client.get("/models/M0002").status_code == client.get("/models/M0999").status_code == 404


def test_routes_of_files_are_there_for_every_path(here: Here) -> None:
    assert len(download_routes(here.place)) > 15
