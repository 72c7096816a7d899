"""The corpus through the page, one file a reason: refused in place and nothing kept, or readable and handed in."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import func, select
from streamlit.testing.v1 import AppTest

from app import composition
from app.composition import Workplace
from app.settings import PREFIX
from core.ledger.events import Event
from core.ledger.tables import LogEntry
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence
from core.validation.uploads import ColumnMapping, safe_label
from tests.builders import Cast, a_cast, a_version
from tests.pages.desk import Desk, button, column, words
from tests.uploads.corpus import DECLARED, FULL_BOMBS, GOOD_FILES, JSON_FILES, MAPPING, TABLES, Bad, Good, one_of_each
from tests.uploads.corpus.cases import GOOD, rows

NONE = "–"
# On the page the positive label is chosen among the labels that the file holds, so it cannot be another one.
PICKED = one_of_each(
    case for case in DECLARED if case.mapping == MAPPING and "positive label does not occur" not in case.reason
)


@dataclass(frozen=True)
class Counter:
    """One installation for the whole module, and the developer who stands at the upload page."""

    place: Workplace
    cast: Cast
    model: str

    def page(self, model: str = "", kind: EvidenceKind = EvidenceKind.PREDICTIONS) -> AppTest:
        """The upload page, opened anew for evidence of this kind."""
        at = Desk(self.place).open(self.cast.developer, "upload", model=model or self.model, version="1.0.0")
        return at.radio(key="kind").set_value(kind).run()

    def kept(self) -> tuple[int, int, int]:
        """Rows of evidence, evidence files, and files that wait."""
        with self.place.store.reading() as session:
            evidence = session.exec(select(func.count()).select_from(Evidence)).one()
        files = sum(path.is_file() for path in self.place.files.folder.rglob("*"))
        return evidence, files, len(list((self.place.settings.data_dir / "incoming").glob("*")))

    def refusals(self) -> int:
        """How many refusals of evidence the ledger has."""
        with self.place.store.reading() as session:
            query = select(func.count()).where(LogEntry.action == Event.EVIDENCE_REFUSED.value)
            return session.exec(query.select_from(LogEntry)).one()


@pytest.fixture(scope="module")
def counter(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    folder = tmp_path_factory.mktemp("counter") / "var"
    shutil.copytree(installation, folder)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            patch.delenv(name)
        patch.setenv(f"{PREFIX}DATA_DIR", str(folder))
        composition.workplace.cache_clear()
        place = composition.workplace()
        cast = a_cast(place.store)
        yield Counter(place, cast, a_version(place.store, cast)[0])
        place.store.close()
        composition.workplace.cache_clear()


@pytest.fixture(scope="module")
def opened(counter: Counter) -> AppTest:
    """The page, open for predictions during all of these tests."""
    return counter.page()


@pytest.fixture(scope="module")
def opened_for(counter: Counter) -> Mapping[EvidenceKind, AppTest]:
    """The same, open for evidence in JSON."""
    return {kind: counter.page(kind=kind) for kind in (EvidenceKind.ATTRIBUTIONS, EvidenceKind.SCENARIOS)}


def give(at: AppTest, filename: str, content: bytes) -> None:
    """Choose a file; a name that a browser's dialog cannot hold is given as the page shows it."""
    at.file_uploader[0].set_value((safe_label(filename), content, "text/csv")).run()
    assert not at.exception, at.exception[0].message


def assert_refused_in_place(at: AppTest, case: Bad) -> None:
    """The page lists the problem with its place, and says that nothing was stored."""
    text = words(at)
    assert "Nothing was stored." in text
    assert "to put right, then send it again" in text
    assert case.reason in column(at, "What")[0]
    assert column(at, "Line")[0] == (f"{case.line:,}" if case.line else NONE)
    assert column(at, "Column")[0] == (case.column or NONE)
    assert case.found in column(at, "Found")[0]


def declare(at: AppTest, mapping: ColumnMapping) -> None:
    """Say what the columns mean, as a person does in the form."""
    for key, value in (
        ("label", mapping.label),
        ("prediction", mapping.prediction),
        ("score", mapping.score),
        ("row_id", mapping.row_id),
    ):
        at.selectbox(key=f"upload_{key}").set_value(value or "none")
    at.run()
    asked = next(one for one in (*at.radio, *at.selectbox) if one.key == "upload_positive")
    asked.set_value(mapping.positive_label)
    at.checkbox(key="upload_probability").set_value(mapping.score_is_probability)
    at.run()


@pytest.mark.parametrize("case", one_of_each([*TABLES, *FULL_BOMBS]), ids=lambda case: case.name)
def test_a_file_that_is_no_table_is_refused_in_place_and_not_kept(case: Bad, counter: Counter, opened: AppTest) -> None:
    before = counter.kept()

    give(opened, case.filename, case.bytes())

    assert_refused_in_place(opened, case)
    assert counter.kept() == before


@pytest.mark.parametrize("case", one_of_each(JSON_FILES), ids=lambda case: case.name)
def test_json_that_is_no_evidence_is_refused_in_place_and_not_kept(
    case: Bad, counter: Counter, opened_for: Mapping[EvidenceKind, AppTest]
) -> None:
    before = counter.kept()

    give(opened_for[case.kind], case.filename, case.bytes())

    assert_refused_in_place(opened_for[case.kind], case)
    assert counter.kept() == before


@pytest.mark.parametrize("case", PICKED, ids=lambda case: case.name)
def test_a_file_that_is_not_what_was_declared_is_refused_in_place_and_not_kept(case: Bad, counter: Counter) -> None:
    before, refused = counter.kept()[:2], counter.refusals()
    at = counter.page()

    give(at, case.filename, case.bytes())
    if at.selectbox:  # otherwise it was refused for what its columns were taken to mean
        declare(at, case.mapping)
        button(at, "Hand in and validate").click().run()

    said = words(at) + " ".join("|".join(map(str, row)) for one in at.table for row in one.value.to_numpy())
    assert case.reason in said
    assert f"line {case.line:,}" in said or f"{case.line}|{case.column}" in said
    assert counter.kept()[:2] == before
    assert counter.refusals() in (refused, refused + 1)


@pytest.mark.parametrize("case", GOOD_FILES, ids=lambda case: case.name)
def test_a_sound_file_is_readable(case: Good, opened: AppTest) -> None:
    give(opened, "predictions.csv", case.content)

    assert "Readable" in words(opened)
    assert column(opened, "Column") == list(case.cells) or set(case.cells) < set(column(opened, "Column"))


def test_a_sound_file_is_handed_in_as_declared(counter: Counter) -> None:
    model, _ = a_version(counter.place.store, counter.cast)
    at = counter.page(model)
    give(at, "predictions.csv", rows(GOOD.strip(), "2,1,1,0.75,fine"))

    declare(at, MAPPING)
    button(at, "Hand in and validate").click().run()

    with counter.place.store.reading() as session:
        row = session.exec(select(Evidence)).one()
    assert (row.kind, row.filename, row.rows) == (EvidenceKind.PREDICTIONS, "predictions.csv", 2)
    assert ColumnMapping.from_json(row.mapping) == MAPPING
