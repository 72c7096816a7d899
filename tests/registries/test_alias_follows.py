"""The alias on a real MLflow server follows production: forward, back, and after the server was away."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.composition import Workplace, now
from app.delivery.outbox import deliver_once
from app.delivery.registry import registry_trouble
from app.production import consider_production
from app.registries.servers import ServerPlace
from app.settings import load
from core.approval.rollout.returning import return_to_former
from core.inventory.importing.tables import RegistryModel, RegistryVersion
from core.inventory.moves import load_version
from core.policy.service import default_policy_text
from core.reports.keys import open_keys
from core.store import EvidenceFiles
from tests.builders import NOON, REASON, a_policy
from tests.registries.conftest import add_model, add_version, free_port
from tests.rollout.chunks import FAIL, a_chunk
from tests.rollout.conftest import DAY, Line
from tests.rollout.conftest import line as line
from tests.rollout.conftest import started as started

NAME = "outreach score"
BACK = '\n[[rollback]]\nclause = "12.1"\nseverity = "high"\nchunks = 2\n'


def linked(line: Line, numbers: dict[str, str], name: str = NAME) -> None:
    """The model and these versions are known to the server under its own numbers."""
    with line.store.transaction() as tx:
        for version, external in numbers.items():
            model, row = load_version(tx.session, line.model, version)
            link = tx.session.get(RegistryModel, 1) or RegistryModel(
                server="main", name=name, model_id=model.id or 0, seen_at=NOON, linked_by="system", linked_at=NOON
            )
            tx.session.add(link)
            tx.session.flush()
            known = RegistryVersion(
                registry_model_id=link.id or 0, external=external, version_id=row.id or 0, seen_at=NOON
            )
            tx.session.add(known)


@pytest.fixture
def place(line: Line, mlflow_url: str, tmp_path: Path) -> Workplace:
    settings = replace(load({}), data_dir=tmp_path, mlflow_servers=(ServerPlace("main", mlflow_url),))
    keys = open_keys(tmp_path / "signing", origin="countersign.test/ledger", at=NOON)
    files = EvidenceFiles(tmp_path / "evidence")
    return Workplace(settings, line.store, line.ledger, files, EvidenceFiles(tmp_path / "exports"), keys)


def test_the_alias_follows_production_forward_and_back(  # type: ignore[no-untyped-def]
    place: Workplace, line: Line, mlflow_client, tmp_path: Path
) -> None:
    add_model(mlflow_client, NAME)
    numbers = {version: add_version(mlflow_client, NAME, tmp_path) for version in ("1.0.0", "1.1.0")}
    changes = [line.approved(version) for version in numbers]
    linked(line, numbers)

    def alias() -> str:
        return str(mlflow_client.get_model_version_by_alias(NAME, "production").version)

    line.begin(changes[0])
    assert deliver_once(place, at=NOON)
    first = alias()
    line.begin(changes[1], at=NOON + DAY)
    away = replace(place.settings, mlflow_servers=(ServerPlace("main", f"http://127.0.0.1:{free_port()}"),))
    assert deliver_once(replace(place, settings=away), at=NOON + DAY)
    unmoved, trouble = alias(), registry_trouble(replace(place, settings=away), line.model, "production")
    return_to_former(line.store, line.ledger, model=line.model, reason=REASON, actor=line.cast.owner, at=NOON + DAY)
    at = NOON + DAY + timedelta(seconds=5)
    while deliver_once(place, at=at):  # the late message too: both end at what serves now
        pass

    assert (first, unmoved, alias()) == (numbers["1.0.0"], numbers["1.0.0"], numbers["1.0.0"])
    assert trouble is not None
    assert registry_trouble(place, line.model, "production") is None
    assert [row.status.value for row in line.messages()] == ["delivered"] * 3


def test_a_rollback_by_policy_leads_the_alias_back(  # type: ignore[no-untyped-def]
    place: Workplace, line: Line, mlflow_client, tmp_path: Path
) -> None:
    add_model(mlflow_client, f"{NAME} by policy")
    numbers = {version: add_version(mlflow_client, f"{NAME} by policy", tmp_path) for version in ("1.0.0", "1.1.0")}
    for days, version in enumerate(numbers):
        line.in_production(version, at=NOON + days * DAY)
    linked(line, numbers, f"{NAME} by policy")
    a_policy(line.store, default_policy_text() + BACK)
    failed = [a_chunk(line.store, line.model, "1.1.0", FAIL, position=2 + place) for place in range(2)]

    consider_production(place, f"{line.model} production {failed[1]}", lambda: True)
    while deliver_once(place, at=now()):
        pass

    assert line.standing(now()) == ["1.0.0"]
    found = mlflow_client.get_model_version_by_alias(f"{NAME} by policy", "production")
    assert str(found.version) == numbers["1.0.0"]
