"""Every file of the corpus through the API: refused with its place and nothing kept, or taken to the byte."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import polars as pl
import pytest
from fastapi.testclient import TestClient
from sqlmodel import func, select

from app.api import api
from app.api.handing_in import KINDS
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.reports.keys import open_keys
from core.store import open_store
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence
from core.validation.uploads import ColumnMapping
from tests.api.test_access import assert_problem
from tests.api.test_predictions import left_over, stored
from tests.api.world import World, make_world
from tests.builders import NOON, a_version
from tests.uploads.corpus import BAD, FILE_NAMES, FULL_BOMBS, GOOD_FILES, MAPPING, SCANT, SOUND, Bad, Good, Sound
from tests.uploads.corpus.cases import GOOD, rows

PATHS = {kind: f"models/M0001/versions/1.0.0/evidence/{name}" for name, kind in KINDS.items()}
TASK = "clustering"
FINE = rows(GOOD.strip(), "2,1,1,0.75,fine")


@dataclass(frozen=True)
class Door:
    """One server for the whole module, and a pipeline at its door."""

    world: World
    client: TestClient

    def put(self, content: bytes, filename: str, mapping: ColumnMapping, kind: EvidenceKind) -> httpx.Response:
        params = [("filename", filename), *parameters(mapping)]
        return self.client.put(PATHS[kind], params=params, content=content)

    def entries(self) -> list[str]:
        """What the ledger recorded, in order."""
        with self.world.place.store.reading() as session:
            return list(session.exec(select(LogEntry.action).order_by(LogEntry.idx)).all())


@pytest.fixture(scope="module")
def door(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("door")
    (folder / "store.db").write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    ledger = Ledger.open(folder / "keys", origin="countersign.test/ledger")
    world = make_world(store, ledger, open_keys(folder / "keys", origin="countersign.test/ledger", at=NOON), folder)
    a_version(store, world.cast)
    yield Door(world, world.client())
    api.dependency_overrides.clear()
    store.close()


def parameters(mapping: ColumnMapping) -> list[tuple[str, str]]:
    """A mapping as the address of an upload says it."""
    single = {
        "label": mapping.label,
        "prediction": mapping.prediction,
        "score": mapping.score,
        "positive": mapping.positive_label,
        "row_id": mapping.row_id,
        "task": mapping.task,
        "scenario": mapping.scenario,
        "audit_sex": mapping.audit_sex,
        "audit_because": mapping.audit_because,
        "probability": "true" if mapping.score_is_probability else "",
    }
    many = {
        "sensitive": mapping.sensitive,
        "feature": mapping.features,
        "control": mapping.controls,
        "class_probability": mapping.probabilities,
    }
    listed = [(name, value) for name, values in many.items() for value in values]
    return [(name, value) for name, value in single.items() if value] + listed


@pytest.mark.row("bad-input corpus")
@pytest.mark.parametrize("case", [*BAD, *FULL_BOMBS], ids=lambda case: case.name)
def test_a_bad_file_is_refused_with_its_place_and_only_the_refusal_is_kept(case: Bad, door: Door) -> None:
    before, kept = door.entries(), stored(door.world)

    response = door.put(case.bytes(), case.filename, case.mapping, case.kind)

    problems = assert_problem(response, 422, "unreadable")["problems"]
    assert isinstance(problems, list)
    first = problems[0]
    if case.mapping.task != TASK:  # a word that is none of the tasks is refused before the file is looked at
        assert case.reason in first["reason"]
        assert (first.get("line"), first.get("column")) == (case.line, case.column)
        assert case.found in first["found"]
        assert door.entries() == [*before, Event.EVIDENCE_REFUSED.value]
    assert stored(door.world) == kept
    assert left_over(door.world) == []


@pytest.mark.parametrize("case", GOOD_FILES, ids=lambda case: case.name)
def test_a_sound_file_is_kept_to_the_byte(case: Good, door: Door) -> None:
    response = door.put(case.content, "reference.csv", ColumnMapping(), EvidenceKind.REFERENCE)

    assert response.status_code == 200, response.text
    files = door.world.place.files
    assert files.path(response.json()["file_digest"]).read_bytes() == case.content
    table = pl.read_parquet(files.path(response.json()["table_digest"]))
    assert {name: table[name].to_list() for name in case.cells} == case.cells


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_a_file_that_holds_what_was_declared_is_taken(case: Sound, door: Door) -> None:
    response = door.put(case.content, case.filename, case.mapping, case.kind)

    assert response.status_code == 200, response.text
    assert response.json()["kind"] == case.kind.value


@pytest.mark.parametrize(("name", "content"), SCANT, ids=[name for name, _ in SCANT])
def test_a_sound_file_that_carries_too_little_is_taken(name: str, content: bytes, door: Door) -> None:
    assert door.put(content, "predictions.csv", MAPPING, EvidenceKind.PREDICTIONS).status_code == 200


@pytest.mark.parametrize(("filename", "shown"), FILE_NAMES, ids=[repr(name)[:30] for name, _ in FILE_NAMES])
def test_a_file_name_is_kept_harmlessly_or_refused(filename: str, shown: str, door: Door) -> None:
    response = door.put(FINE, filename, MAPPING, EvidenceKind.PREDICTIONS)

    if response.status_code == 200:
        with door.world.place.store.reading() as session:
            query = select(Evidence.filename).where(Evidence.number == response.json()["evidence"])
            assert session.exec(query).one() == shown
    else:
        assert_problem(response, 422, "unreadable")
        assert not 1 <= len(filename) <= 300


def test_a_refusal_leaves_earlier_evidence_in_force(door: Door) -> None:
    good = door.put(FINE, "p.csv", MAPPING, EvidenceKind.PREDICTIONS).json()

    door.put(b"", "p.csv", MAPPING, EvidenceKind.PREDICTIONS)

    read = door.client.get("models/M0001/versions/1.0.0").json()
    assert read["evidence"]["evidence"] == good["evidence"]
    assert read["evidence_digest"] == good["evidence_digest"]
    with door.world.place.store.reading() as session:
        at_hand = select(func.count()).select_from(Evidence).where(Evidence.replaced_at.is_(None))  # type: ignore[union-attr]
        assert session.exec(at_hand.where(Evidence.kind == EvidenceKind.PREDICTIONS)).one() == 1
