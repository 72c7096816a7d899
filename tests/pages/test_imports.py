"""Import: a table is shown, corrected and imported; differences and discoveries are decided on by those who may."""

import pytest
from sqlmodel import select

from app.composition import Workplace
from app.worker import work_once
from core.access.people import SHORTEST_REASON
from core.inventory.importing.discovering import seen_inference
from core.inventory.importing.tables import Discovery, ImportRecord
from core.inventory.tables import ModelVersion
from tests.builders import Cast
from tests.importing.conftest import as_csv, rows_of
from tests.pages.desk import Desk, button, column, today, words

REASON = "A load test of ours."
assert len(REASON) >= SHORTEST_REASON


def content(place: Workplace, cast: Cast, *changes: dict[str, str]) -> bytes:
    people = {"Owner": cast.owner.id, "Developer": cast.developer.id}
    return as_csv(rows_of(*(people | change for change in changes)))


def drop(at, name: str, body: bytes):  # type: ignore[no-untyped-def]
    at.file_uploader[0].upload(name, body, "text/csv").run()
    assert not at.exception, at.exception[0].message
    return at


def test_a_table_is_shown_row_by_row_and_then_imported(place: Workplace, cast: Cast, desk: Desk) -> None:
    at = drop(desk.open(cast.owner, "imports"), "models.csv", content(place, cast, {}, {"Version": "1.1.0"}))

    assert column(at, "Outcome") == [":blue-badge[:material/add_circle: New]"] * 2
    assert "New: 1 model, 2 versions, 2 datasets" in words(at)
    button(at, "Import 1 model and 2 versions").click().run()

    assert "I0001 is on record: 1 model, 2 versions and 2 datasets registered" in words(at)
    with place.store.reading() as session:
        assert len(session.exec(select(ModelVersion)).all()) == 2
        assert session.exec(select(ImportRecord)).one().source == "models.csv"
    made = desk.open(cast.owner, "imports", tab="Made")
    assert column(made, "Number") == ["I0001"]


def test_problems_stand_by_line_and_column_and_nothing_can_be_imported(
    place: Workplace, cast: Cast, desk: Desk
) -> None:
    at = drop(desk.open(cast.owner, "imports"), "models.csv", content(place, cast, {}, {"Model": "B", "Exposure": "?"}))

    assert (column(at, "Line"), column(at, "Column")) == (["3"], ["Exposure"])
    assert [one.label for one in at.button if one.label.startswith("Import ")] == []


def test_a_column_that_was_not_found_is_said_and_can_be_chosen(place: Workplace, cast: Cast, desk: Desk) -> None:
    body = content(place, cast, {}).replace(b"Business line", b"Abteilung")
    at = drop(desk.open(cast.owner, "imports"), "models.csv", body)

    assert ":gray[Not found:] Business line" in words(at)
    assert "Not imported: Abteilung" in words(at)
    chosen = next(one for one in at.selectbox if one.label == "Business line")
    chosen.select("Abteilung").run()

    assert button(at, "Import 1 model and 1 version").disabled is False


def test_a_file_that_is_no_table_is_refused_in_words(cast: Cast, desk: Desk) -> None:
    at = drop(desk.open(cast.owner, "imports"), "models.csv", b"%PDF-1.7")

    assert column(at, "Found") == ["a PDF"]


def test_an_administrator_sees_the_lists_and_cannot_import(place: Workplace, cast: Cast, desk: Desk) -> None:
    seen_inference(place.store, place.ledger, model="shadow", version="7", source="gateway", at=today())

    at = desk.open(cast.administrator, "imports", tab="Not registered")

    assert column(at, "Seen as") == ["shadow"]
    assert button(at, "Ignore").disabled


def test_a_discovery_is_ignored_with_a_reason(place: Workplace, cast: Cast, desk: Desk) -> None:
    seen_inference(place.store, place.ledger, model="shadow", version="7", source="gateway", at=today())
    at = desk.open(cast.owner, "imports", tab="Not registered")

    button(at, "Ignore").click().run()
    assert "The reason has fewer than" in words(at)
    next(one for one in at.text_input if one.label == "Reason").input(REASON).run()
    button(at, "Ignore").click().run()

    with place.store.reading() as session:
        assert session.exec(select(Discovery.reason)).one() == REASON


def test_without_an_allowed_server_the_page_says_how_one_is_allowed(cast: Cast, desk: Desk) -> None:
    at = desk.open(cast.owner, "imports", tab="MLflow")

    assert "COUNTERSIGN_MLFLOW_SERVERS" in words(at)


def test_the_inventory_leads_to_the_import(cast: Cast, desk: Desk) -> None:
    assert button(desk.open(cast.owner, "inventory"), "Import").disabled is False
    assert button(desk.open(cast.validator, "inventory"), "Import").disabled


@pytest.mark.parametrize("name", ["![x](https://elsewhere.example/x.png)", "<img src=x onerror=alert(1)>"])
def test_hostile_names_show_letter_by_letter(place: Workplace, cast: Cast, desk: Desk, name: str) -> None:
    at = drop(desk.open(cast.owner, "imports"), "models.csv", content(place, cast, {"Model": name}))

    assert name in column(at, "Model")[0].replace("\u2060", "")
    assert "\\!" in str(at.table[0].value["Model"][0]) or "\\<" in str(at.table[0].value["Model"][0])


def long_table(place: Workplace, cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A page on which a table of two rows counts as long, with the import asked for."""
    monkeypatch.setattr("app.views.imports.files.DIRECT_ROWS", 1)
    at = drop(desk.open(cast.owner, "imports"), "models.csv", content(place, cast, {}, {"Model": "Other"}))
    return button(at, "Import 2 models and 2 versions in the background").click().run()


def test_a_long_table_is_imported_in_the_background_watched_and_its_result_kept(
    place: Workplace, cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = long_table(place, cast, desk, monkeypatch)

    assert "Import IJ0001 is under way" in words(at)
    assert button(at, "Cancel the import")
    while work_once(place):
        pass
    assert "I0001 is on record: 2 models, 2 versions" in words(desk.open(cast.owner, "imports"))
    assert "I0001" not in words(desk.open(cast.developer, "imports"))


def test_an_import_in_the_background_is_cancelled_on_the_page(
    place: Workplace, cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    button(long_table(place, cast, desk, monkeypatch), "Cancel the import").click().run()

    assert "Nothing was imported." in words(desk.open(cast.owner, "imports"))
    while work_once(place):
        pass
    with place.store.reading() as session:
        assert session.exec(select(ModelVersion)).all() == []
