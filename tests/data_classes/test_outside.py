"""Classes by the API, what ends by API and command line, and a removal whose process is killed."""

import json
import os
import signal
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import select

from app.cli.main import main
from core.access.rules import Permission
from core.ledger.service import Ledger
from core.ledger.verify import verify_store
from core.monitoring.intake.tables import ProductionBatch
from core.privacy.retention import removing
from core.privacy.retention.removing import remove_due_data
from core.privacy.retention.terms import hold_data, keep_data_for
from core.store import Store
from tests.api.conftest import keys, world  # noqa: F401
from tests.api.world import World
from tests.builders import NOON, a_version
from tests.data_classes.conftest import people
from tests.data_classes.test_retention import keep
from tests.production_data.conftest import Line, make_line

LATER = NOON + timedelta(days=400)


@pytest.fixture
def served(world: World) -> World:  # noqa: F811
    model, version = a_version(world.place.store, world.cast)
    people(Line(world.place.store, world.place.ledger, world.place.files, world.cast, model, version))
    return world


def test_a_pipeline_reads_and_sets_classes_within_its_scope(served: World) -> None:
    client = served.client()
    said = {"data_class": "personal", "purpose": "To score", "basis": "contract"}
    body = {"expected_revision": 0, "columns": {"id": said}}

    done = client.put("data-classes/M0001", json=body)
    stale = client.put("data-classes/M0001", json=body | {"columns": {"label": {"data_class": "personal"}}})
    wrong = client.put("data-classes/M0001", json={"columns": {"shoe": {"data_class": "public"}}})
    missing = client.get("data-classes/M0001", params={"missing": True}).json()

    assert (done.status_code, done.json()["columns"], done.json()["revision"]) == (201, ["id"], 1)
    assert json.loads(done.json()["ledger"]["entry"])["action"] == "columns.classed"
    assert (stale.status_code, wrong.status_code) == (409, 422)
    assert (missing["total"], missing["columns"][0]["gaps"]) == (7, ["class not confirmed"])
    assert client.get("data-classes/M0099").status_code == 404
    narrow = served.client(served.token(scopes={Permission.RECORD_READ}).secret)
    assert narrow.put("data-classes/M0001", json=body).status_code == 403


def test_what_ends_is_asked_by_api_and_command_and_asking_removes_nothing(
    served: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place, owner = served.place, served.cast.owner
    keep_data_for(
        place.store, place.ledger, holder="M0001", days=200, reason="As long as it counts", actor=owner, at=NOON
    )
    said = SimpleNamespace(store=place.store, ledger=place.ledger, files=place.files)
    monkeypatch.setattr("app.composition.workplace", lambda: said)
    monkeypatch.setattr("app.composition.now", lambda: LATER)

    found = served.client().get("retention", params={"within": 400}).json()
    assert (found["total"], [one["due"] for one in found["batches"]]) == (3, [False] * 3)
    assert main(["retention", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert ([one["due"] for one in listed["ending"]], listed["removed"]) == ([True] * 3, [])

    hold_data(place.store, place.ledger, holder="M0001", reason="A claim is open", actor=owner, at=NOON)
    assert main(["retention", "--remove"]) == 0
    out = capsys.readouterr().out
    assert "PB0001   held" in out
    assert "; A claim is open" in out
    assert "3 batches end within 30 days, 0 of them now; 0 removed." in out


def test_a_removal_that_is_killed_is_finished_by_the_next(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> None:
    """kill -9 between the commit and the files: forked, so that the very use case runs in the child."""
    line = people(make_line(sqlite_store, ledger, tmp_path))
    keep(line)
    child = os.fork()
    if child == 0:  # pragma: no cover  # the child ends by its own signal
        removing.remove_files = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment,attr-defined]
        remove_due_data(line.store, line.ledger, line.files, at=LATER)
        os._exit(1)
    _, status = os.waitpid(child, 0)

    with line.store.reading() as session:
        digests = [row.digest for row in session.exec(select(ProductionBatch)) if row.removed_at]
    left = [digest for digest in digests if line.files.holds(digest)]
    done = remove_due_data(line.store, line.ledger, line.files, at=LATER)

    assert (os.WTERMSIG(status), len(left), done.batches) == (signal.SIGKILL, 3, ())
    assert not any(line.files.holds(digest) for digest in digests)
    with line.store.reading() as session:
        assert verify_store(session, line.ledger.vkey).passed
