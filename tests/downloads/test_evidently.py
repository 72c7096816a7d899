"""Evidently's report of a run: made once, taken away as a file, and only by who may read the record."""

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.composition import Workplace, now
from core.ledger.events import Event
from core.ledger.queries import entries
from core.validation import evidently_file
from core.validation.intake import hand_in
from core.validation.rules import EvidenceKind
from core.validation.runs import perform, start
from core.validation.uploads import ColumnMapping
from tests.builders import Cast, a_person, a_version
from tests.downloads.conftest import sign_in

PATH = "/exports/R0002/evidently"
MAPPING = ColumnMapping(label="label", prediction="prediction", positive_label="1", row_id="case")


def table(*, shift: int) -> str:
    rows = (f"{row},{row % 2},{row // 2 % 2},{20 + row % 40 + shift}" for row in range(120))
    return "\n".join(["case,label,prediction,age", *rows]) + "\n"


@pytest.fixture
def compared(place: Workplace, cast: Cast, tmp_path: Path) -> Workplace:
    """R0002 is finished and compared its predictions with the training data."""
    model, version = a_version(place.store, cast)
    for kind, shift in ((EvidenceKind.TRAINING, 0), (EvidenceKind.PREDICTIONS, 30)):
        source = tmp_path / "handed.csv"
        source.write_text(table(shift=shift))
        hand_in(
            place.store, place.ledger, place.files, model=model, version=version, source=source, filename="cases.csv",
            mapping=MAPPING, declared={}, kind=kind, actor=cast.developer, at=now(),
        )  # fmt: skip
    run = start(place.store, place.ledger, model=model, version=version, actor=cast.developer, at=now()).run
    perform(place.store, place.ledger, place.files, run=run, clock=lambda: now() + timedelta(seconds=1))
    return place


def kept(place: Workplace) -> list[Path]:
    return sorted((place.settings.data_dir / "cache" / "evidently").glob("*"))


def taken(place: Workplace) -> list[str]:
    """The runs whose report was taken away, by the ledger."""
    with place.store.reading() as session:
        rows = entries(session, limit=200).rows
    return [row.entity_id for row in rows if row.action == Event.EXPORT_DOWNLOADED]


def test_the_report_is_made_once_and_taken_away_as_a_file_that_runs_nowhere_here(
    client: TestClient, compared: Workplace, cast: Cast
) -> None:
    sign_in(client, compared, cast.auditor)

    answer = client.get(PATH)
    made = [(one, one.stat().st_mtime_ns) for one in kept(compared)]
    again = client.get(PATH)

    assert (answer.status_code, again.content == answer.content) == (200, True)
    assert b"age" in answer.content
    assert b"The verdict rests on Countersign" in answer.content
    assert taken(compared) == ["R0002", "R0002"]
    assert answer.headers["content-disposition"] == 'attachment; filename="R0002-evidently.html"'
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "no-store"
    assert [(one, one.stat().st_mtime_ns) for one in kept(compared)] == made
    assert len(made) == 1


def test_a_page_of_sealed_files_lies_on_no_disk(
    client: TestClient, compared: Workplace, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn by a stand-in for Evidently, which the test above loads."""
    monkeypatch.setattr(evidently_file, "evidently_html", lambda *paths: str(paths[0].stat().st_size).encode())
    sign_in(client, compared, cast.auditor)
    client.get(PATH)
    assert len(kept(compared)) == 1

    for digest in list(compared.files.digests()):
        compared.files.seal(digest)

    assert (client.get(PATH).status_code, kept(compared)) == (200, [])


def test_nobody_anonymous_takes_it(client: TestClient, place: Workplace) -> None:
    assert {client.get(path).status_code for path in (PATH, "/exports/R0099/evidently")} == {401}


def test_who_may_not_read_the_record_is_refused_in_words(client: TestClient, place: Workplace) -> None:
    sign_in(client, place, a_person(place.store))

    answer = client.get(PATH)

    assert answer.status_code == 403
    assert "role" in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("number", ["R0099", "..%2F..%2Fetc", "r0001", "%00", "R0001'--", "R0002", "X0001"])
def test_what_is_not_there_is_not_found(client: TestClient, place: Workplace, cast: Cast, number: str) -> None:
    sign_in(client, place, cast.auditor)

    assert client.get(f"/exports/{number}/evidently").status_code == 404


def test_a_run_that_compared_nothing_has_none(client: TestClient, place: Workplace, cast: Cast) -> None:
    sign_in(client, place, cast.auditor)

    answer = client.get("/exports/R0001/evidently")  # of the version that the export is of

    assert (answer.status_code, "compared nothing with a reference" in answer.text) == (403, True)
    assert kept(place) == []
